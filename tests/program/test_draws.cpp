#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <set>
#include <sstream>

#include "tests/program/files.hpp"

/// What is one draw, what is drawn anew, and within which bounds.
BOOST_AUTO_TEST_SUITE(draws)

using namespace gandsl::test;

namespace {

// The last `count` numbers of an .npy file of float32.
std::vector<float> numbers_of(const std::string& file, std::size_t count) {
    BOOST_TEST_REQUIRE(file.size() > count * sizeof(float));
    std::vector<float> numbers(count);
    std::memcpy(numbers.data(), file.data() + file.size() - count * sizeof(float), count * sizeof(float));
    return numbers;
}

// The numbers of a run's first sample of this name.
std::vector<float> sampled(const Scratch& scratch, const std::string& run, const std::string& name,
                           std::size_t count) {
    const std::string folder = "runs/" + run + "/001/samples";
    for (const std::string& file : scratch.list(folder)) {
        if (file.starts_with(name + "-")) {
            return numbers_of(scratch.read(folder + "/" + file), count);
        }
    }
    BOOST_FAIL("no sample " + name);
    return {};
}

// The column of a run's log with this name.
std::vector<double> column(const Scratch& scratch, const std::string& run, const std::string& name) {
    const std::vector<std::string> lines = lines_of(scratch.read("runs/" + run + "/001/log.csv"));
    const auto cells = [](const std::string& line) {
        std::vector<std::string> result;
        std::istringstream stream(line);
        for (std::string cell; std::getline(stream, cell, ',');) {
            result.push_back(cell);
        }
        return result;
    };
    const std::vector<std::string> names = cells(lines.at(0));
    const auto found = std::find(names.begin(), names.end(), name);
    BOOST_TEST_REQUIRE((found != names.end()), name);
    std::vector<double> result;
    for (std::size_t line = 1; line < lines.size(); ++line) {
        result.push_back(std::stod(cells(lines[line]).at(static_cast<std::size_t>(found - names.begin()))));
    }
    return result;
}

void run(const Scratch& scratch, const std::string& name, const std::string& text) {
    scratch.write(name + ".gan", text);
    const Outcome outcome = scratch.gandsl({"run", name + ".gan", "--threads", "1"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_net_that_draws_draws_anew_at_each_mention) {
    const Scratch scratch;
    run(scratch, "twice", R"(latent z ~ normal(8)
net dropping(z) {
    dense(16)
    relu
    dropout(0.5)
    dense(4)
}
net noisy(z) {
    e ~ normal(4)
    h = z | dense(4)
    h + e
}
net through(z) {
    h = z | dense(8)
    dropping(h)
}
net plain(z) {
    dense(4)
    tanh
}
train(steps = 3, batch = 16) {
    bound = dropping(z)
    update dropping, noisy, through, plain with sgd(0.01) {
        dropped = mean((dropping(z) - dropping(z))^2)
        drawn = mean((noisy(z) - noisy(z))^2)
        inside = mean((through(z) - through(z))^2)
        once = mean((bound - bound)^2)
        latents = mean((z - z)^2)
        same = mean((plain(z) - plain(z))^2)
        minimize dropped + drawn + inside + same + mean(dropping(z)^2)
    }
    repeat 2 {
        update noisy with sgd(0.01) {
            turn = mean((noisy(z) - noisy(z))^2)
            minimize turn + mean(noisy(z)^2)
        }
    }
}
sample difference = noisy(z) - noisy(z) as npy(5) every 3 steps
)");
    for (const char* name : {"dropping.dropped", "dropping.drawn", "dropping.inside", "noisy.turn"}) {
        for (const double apart : column(scratch, "twice", name)) {
            BOOST_TEST(apart > 1e-3, name);
        }
    }
    for (const char* name : {"dropping.once", "dropping.latents", "dropping.same"}) {
        for (const double apart : column(scratch, "twice", name)) {
            BOOST_TEST(apart == 0, name);
        }
    }
    for (const float number : sampled(scratch, "twice", "difference", 20)) {
        BOOST_TEST(number != 0);
    }
}

BOOST_AUTO_TEST_CASE(a_net_that_goes_on_draws_anew_at_each_step) {
    const Scratch scratch;
    run(scratch, "on", R"(data s = wave(length = 20)
net m(s) {
    lstm(4)
    dense(1)
}
net noise(s) {
    e ~ normal(1)
    0 * m(s) + e
}
net steps(s) {
    e ~ normal(length(s), 1)
    0 * m(s) + 0.5 * e
}
train(steps = 2, batch = 4) {
    update m with adam(0.01) {
        minimize sum((next(s) - m(s) + 0 * noise(s) + 0 * steps(s))^2)
    }
}
sample long = continue(noise, s, length = 8) as npy(3) every 2 steps
sample short = continue(noise, s[12:20], length = 8) as npy(3) every 2 steps
sample each = continue(steps, s, length = 30) as npy(3) every 2 steps
)");
    for (const auto& [name, count] :
         {std::pair("long", 24U), std::pair("short", 24U), std::pair("each", 90U)}) {
        const std::vector<float> numbers = sampled(scratch, "on", name, count);
        BOOST_TEST(std::set<float>(numbers.begin(), numbers.end()).size() == count, name);
    }
    run(scratch, "again", scratch.read("on.gan"));
    BOOST_TEST((sampled(scratch, "on", "each", 90) == sampled(scratch, "again", "each", 90)));
}

BOOST_AUTO_TEST_CASE(uniform_numbers_stay_below_their_upper_bound) {
    const Scratch scratch;
    run(scratch, "bounds", R"(latent u ~ uniform(1000, 1001, 500)
latent w ~ uniform(1, 2, 5000)
latent narrow ~ uniform(1, 1.0000002, 500)
net F(u) {
    dense(10000, bias = false, init = uniform(1000, 1001))
}
train(steps = 1, batch = 2) {
    update F with sgd(1e-12) { minimize mean(F(u - 1000)) }
}
sample s = u as npy(1000) every 1 steps
sample t = w as npy(2000) every 1 steps
sample v = narrow as npy(100) every 1 steps
)");
    const auto below = [&](const std::string& name, std::size_t count, float low, float high) {
        const std::vector<float> numbers = sampled(scratch, "bounds", name, count);
        const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
        BOOST_TEST(*least >= low);
        BOOST_TEST(*most < high);
    };
    below("s", 500000, 1000, 1001);
    below("t", 10000000, 1, 2);
    below("v", 50000, 1, 1.0000002F);
    for (const char* bounds : {"uniform(2, 1)", "uniform(1, 1)", "uniform(16777216, 16777216.4)"}) {
        scratch.write("refused.gan",
                      "latent z ~ normal(4)\nnet F(z) {\n    dense(1, init = " + std::string(bounds) +
                          ")\n}\ntrain(steps = 1, batch = 2) {\n    update F with sgd(1) { "
                          "minimize F(z) }\n}\n");
        const Outcome outcome = scratch.gandsl({"check", "refused.gan"});
        BOOST_TEST(outcome.code == 1, bounds);
        BOOST_TEST(outcome.err.find("above the lower bound") != std::string::npos, outcome.err);
    }
}

BOOST_AUTO_TEST_CASE(clipped_steps_have_their_length_whatever_the_gradient) {
    const Scratch scratch;
    // The net's result is the weight itself: the log shows where it is before each step.
    const std::string program = R"(latent z ~ bernoulli(1, 1)
net F(z) {
    dense(1, bias = false, init = ones)
}
train(steps = 3, batch = 2) {
    update F with sgd(0.125, clip = 1) {
        weight = F(z)
        minimize FACTOR * F(z)
    }
}
)";
    for (const char* factor : {"8", "1e15", "1e22", "1e38"}) {
        run(scratch, "clip", replaced(program, "FACTOR", factor));
        const std::vector<double> weights = column(scratch, "clip", "weight");
        BOOST_TEST((weights == std::vector<double>{1, 0.875, 0.75}), factor);
        std::filesystem::remove_all(scratch / "runs");
    }
    scratch.write("clip.gan", replaced(program, "FACTOR * F(z)", "1e30 * (1e30 * F(z))"));
    const Outcome outcome = scratch.gandsl({"run", "clip.gan"});
    BOOST_TEST(outcome.code == 1);
    BOOST_TEST(outcome.err.find("is inf") != std::string::npos, outcome.err);
}

BOOST_AUTO_TEST_SUITE_END()
