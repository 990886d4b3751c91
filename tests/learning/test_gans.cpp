#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>

#include "tests/learning/support.hpp"

/// The zoo's GANs learn, and those too slow to be shown learning here at least take finite steps.
BOOST_AUTO_TEST_SUITE(gans)

using namespace gandsl::test;

namespace {

/// How far drawn pictures are from clothes in the means and in the spreads of their pixels, in -1 .. 1.
struct Distances {
    double means = 0;
    double spreads = 0;
};

/// Trains a fully connected GAN of the zoo. Its pictures swing around what they should be, each weight's step
/// being as large as ever, so this is the mean over five drawings of 400 pictures in the last 400 steps.
Distances trained(const std::string& name, const Moments& real, int steps) {
    const Scratch scratch;
    const std::string period = steps < 500 ? "every epoch" : "every 100 steps";
    scratch.write("gan.gan", replaced(zoo(name), "as grid(8, 8) every epoch", "as npy(400) " + period));
    train(scratch, {"gan.gan", "--steps", std::to_string(steps), "--seed", "2"});
    Words files = scratch.list("runs/gan/001/samples");
    files.erase(files.begin(), files.end() - std::min<std::ptrdiff_t>(5, std::ssize(files)));
    Distances sum;
    for (const std::string& file : files) {
        const Moments drawn = moments_of(read_npy(scratch.read("runs/gan/001/samples/" + file)));
        sum.means += distance(drawn.mean, real.mean) / static_cast<double>(files.size());
        sum.spreads += distance(drawn.deviation, real.deviation) / static_cast<double>(files.size());
    }
    BOOST_TEST_MESSAGE(name << " after " << steps << " steps is off by " << sum.means << " in means and "
                            << sum.spreads << " in spreads");
    return sum;
}

/// The first 10,000 of Fashion-MNIST have spreads of 0.59 in the mean; an untrained generator is grey, with
/// no variety.
void draws_means_and_spreads(const std::string& name, double most_in_means, double most_in_spreads) {
    const Moments real = moments_of(clothes(true, 10000, -1));
    const Distances before = trained(name, real, 1);
    BOOST_TEST(before.means > 0.5);
    BOOST_TEST(before.spreads > 0.5);
    const Distances after = trained(name, real, 1000);
    BOOST_TEST(after.means < most_in_means);
    BOOST_TEST(after.spreads < most_in_spreads);
}

/// Every value that a run logged is finite, as `column` sees to.
void logs_finite(const std::string& log, std::size_t steps) {
    for (const char* name : {"D.loss", "G.loss"}) {
        const std::vector<double> losses = column(log, name);
        BOOST_TEST(losses.size() == steps);
        for (const double loss : losses) {
            // An untrained discriminator's loss is near 2 log 2 = 1.386, the generator's near log 2 = 0.693.
            BOOST_TEST((loss > 0 && loss < 10), name << " " << loss);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_dense_gan_draws_the_means_and_spreads_of_clothes) {
    skip_if_slow();
    draws_means_and_spreads("mlp_gan.gan", 0.42, 0.4);
}

BOOST_AUTO_TEST_CASE(the_least_squares_gan_draws_the_means_and_spreads_of_clothes) {
    skip_if_slow();
    draws_means_and_spreads("lsgan.gan", 0.42, 0.4);
}

// A classifier learns beside the GAN, from the same batches of real clothes; then it names 40 drawn pictures
// of each class.
BOOST_AUTO_TEST_CASE(the_conditional_gan_draws_the_class_it_is_asked_for) {
    skip_if_slow();
    std::string text = replaced(zoo("cgan.gan"), "    update G with",
                                "    update judge with adam(1e-3) { minimize cross_entropy(judge(x), y) }\n"
                                "    update G with");
    text +=
        "net judge(x) { x | flatten | dense(128) | relu | dense(10) | softmax }\n"
        "measure uncertainty = cross_entropy(judge(x), y) on test every epoch\n";
    for (int kind = 0; kind < 10; ++kind) {
        const std::string digit = std::to_string(kind);
        text += "sample kind_" + digit + " = judge(G(z, " + digit + ")) as npy(40) every epoch\n";
    }
    const Scratch scratch;
    scratch.write("gan.gan", text);
    train(scratch, {"gan.gan", "--steps", "900", "--seed", "1"});
    // In nats; one who guesses is at log 10 = 2.30.
    BOOST_TEST(last_measure(scratch, "runs/gan/001", "uncertainty") < 0.7);

    const Words files = scratch.list("runs/gan/001/samples");
    std::size_t right = 0;
    for (std::size_t kind = 0; kind < 10; ++kind) {
        const std::string start = "kind_" + std::to_string(kind) + "-";
        const auto file = std::find_if(files.begin(), files.end(),
                                       [&](const std::string& name) { return name.starts_with(start); });
        BOOST_TEST_REQUIRE((file != files.end()), start);
        const std::vector<float> shares = read_npy(scratch.read("runs/gan/001/samples/" + *file));
        BOOST_TEST_REQUIRE(shares.size() == 400U);
        for (auto each = shares.begin(); each != shares.end(); each += 10) {
            right += std::max_element(each, each + 10) == each + static_cast<std::ptrdiff_t>(kind) ? 1 : 0;
        }
    }
    BOOST_TEST_MESSAGE(right << " of 400 drawn pictures are taken for what was asked for; by chance 40");
    BOOST_TEST(right > 200U);
}

// The critic first finds the distance, then the generator closes it. Where the critic is at its best a slope
// is 1 + distance / (2 * penalty), so it comes down to 1 with the distance.
BOOST_AUTO_TEST_CASE(the_wasserstein_estimate_falls_and_slopes_stay_near_one) {
    skip_if_slow();
    const Scratch scratch;
    scratch.write("gan.gan", zoo("wgan_gp.gan"));
    train(scratch, {"gan.gan", "--steps", "400", "--seed", "1"});
    const std::string log = scratch.read("runs/gan/001/log.csv");
    const std::vector<double> distances = column(log, "C.distance");
    const std::vector<double> slopes = column(log, "C.slope");
    BOOST_TEST_REQUIRE(distances.size() == 400U);
    const std::vector<double> estimates = {mean(distances, 150, 200), mean(distances, 200, 250),
                                           mean(distances, 250, 300), mean(distances, 300, 350),
                                           mean(distances, 350, 400)};
    for (std::size_t i = 0; i < estimates.size(); ++i) {
        BOOST_TEST_MESSAGE("steps " << 150 + 50 * i << " .. " << 200 + 50 * i << ": " << estimates[i]);
        BOOST_TEST((i == 0 || estimates[i] < estimates[i - 1]));
    }
    BOOST_TEST(estimates.back() < 0.7 * estimates.front());
    BOOST_TEST_MESSAGE("slopes at first " << slopes[0] << ", at last " << mean(slopes, 350, 400));
    BOOST_TEST(slopes[0] < 0.5);
    BOOST_TEST(std::abs(mean(slopes, 350, 400) - 1) < 0.45);
}

// The zoo's convolutional models with fewer channels, which changes nothing else.
BOOST_AUTO_TEST_CASE(small_dcgans_take_finite_steps) {
    for (const char* name : {"mnist", "fashion"}) {
        const Scratch scratch;
        std::string text = replaced(zoo(std::string(name) + ".gan"), "7 * 7 * 256", "7 * 7 * 16");
        text = replaced(text, "reshape(256, 7, 7)", "reshape(16, 7, 7)");
        text = replaced(text, "conv_transpose(128,", "conv_transpose(8,");
        text = replaced(text, "conv_transpose(64,", "conv_transpose(4,");
        text = replaced(text, "conv(64,", "conv(4,");
        text = replaced(text, "conv(128,", "conv(8,");
        scratch.write("small.gan", text);
        train(scratch, {"small.gan", "--steps", "20", "--batch", "16"});
        logs_finite(scratch.read("runs/small/001/log.csv"), 20);
        BOOST_TEST(scratch.list("runs/small/001/samples").size() == 1U);
    }
}

// At full width, where a step takes long: that they run, and draw their grid of 8 x 8.
BOOST_AUTO_TEST_CASE(wide_dcgans_take_finite_steps) {
    skip_if_slow();
    for (const char* name : {"deep_dcgan", "face"}) {
        const Scratch scratch;
        scratch.write("wide.gan", zoo(std::string(name) + ".gan"));
        train(scratch, {"wide.gan", "--steps", "3", "--batch", "8"});
        logs_finite(scratch.read("runs/wide/001/log.csv"), 3);
        const Words grids = scratch.list("runs/wide/001/samples");
        BOOST_TEST_REQUIRE(grids.size() == 1U);
        BOOST_TEST(scratch.read("runs/wide/001/samples/" + grids[0]).starts_with("\x89PNG"));
    }
}

BOOST_AUTO_TEST_SUITE_END()
