#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>

#include "tests/program/files.hpp"

/// gandsl gradcheck. That it finds wrong gradients is tested where gradients can be made wrong: tests/models.
BOOST_AUTO_TEST_SUITE(gradients)

using namespace gandsl::test;

namespace {

std::string zoo(const std::string& name) {
    const char* root = std::getenv("GANDSL_SOURCE");
    return (std::filesystem::path(root == nullptr ? "." : root) / "models" / name).string();
}

// Rows of the table by their verdict.
std::size_t rows(const std::string& out, const std::string& verdict) {
    std::size_t count = 0;
    for (const std::string& line : lines_of(out)) {
        count += line.ends_with("  " + verdict) ? 1 : 0;
    }
    return count;
}

}  // namespace

BOOST_AUTO_TEST_CASE(models_of_the_zoo_pass) {
    const Scratch scratch;
    struct Case {
        const char* file;
        std::size_t weights;
    };
    for (const Case& each : {Case{"vae.gan", 10}, Case{"wgan_gp.gan", 12}, Case{"cgan.gan", 14}}) {
        const Outcome outcome = scratch.gandsl({"gradcheck", zoo(each.file), "--entries", "2"});
        BOOST_TEST(outcome.code == 0, outcome.err << outcome.out);
        BOOST_TEST(rows(outcome.out, "ok") == each.weights, outcome.out);
        BOOST_TEST(contains(outcome.out, "gradients agree with finite differences."), outcome.out);
    }
    BOOST_TEST_REQUIRE(scratch.gandsl({"new", "conv_gan"}).code == 0);
    const Outcome convolutions = scratch.gandsl(
        {"gradcheck", "conv_gan.gan", "--set", "features=4", "--batch", "3", "--entries", "2"});
    BOOST_TEST(convolutions.code == 0, convolutions.out);
    BOOST_TEST(contains(convolutions.out, "batch 3\n"), convolutions.out);
    BOOST_TEST(rows(convolutions.out, "FAIL") == 0U);
    BOOST_TEST(rows(convolutions.out, "ok") >= 10U, convolutions.out);
    BOOST_TEST(!scratch.has("runs"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_judged_is_no_success) {
    const Scratch scratch;
    // Every weight stands on the kink of this objective.
    scratch.write("kink.gan",
                  "data x = digits(range = [-1, 1], count = 16)\n"
                  "net F(x) { flatten | dense(2) }\n"
                  "train(steps = 1, batch = 4) {\n"
                  "    update F with sgd(1) {\n"
                  "        h = F(x)\n"
                  "        minimize sum(abs(h - stop_gradient(h)))\n"
                  "    }\n"
                  "}\n");
    const Outcome outcome = scratch.gandsl({"gradcheck", "kink.gan"});
    BOOST_TEST(outcome.code == 1);
    BOOST_TEST(rows(outcome.out, "unsure") > 0U, outcome.out);
    BOOST_TEST(contains(outcome.out, "lie so near a kink"), outcome.out);
    scratch.write("none.gan", "data x = digits()\nsample real = x as grid(1, 1) every epoch\n");
    const Outcome none = scratch.gandsl({"gradcheck", "none.gan"});
    BOOST_TEST(none.code == 1);
    BOOST_TEST(contains(none.err, "none.gan has no `train` block, and so no gradients"), none.err);
}

// The objective is the file's: where it is no number, nothing is said against gradients.
BOOST_AUTO_TEST_CASE(an_objective_that_is_no_number_is_no_bug) {
    const Scratch scratch;
    const std::string model =
        "latent z ~ normal(3)\n"
        "net G(z) { dense(2) }\n"
        "train(steps = 1, batch = 4) { update G with sgd(0.1) { minimize OBJECTIVE } }\n";
    scratch.write("log.gan", replaced(model, "OBJECTIVE", "sum(log(G(z)))"));
    const Outcome outcome = scratch.gandsl({"gradcheck", "log.gan"});
    BOOST_TEST(outcome.code == 1, outcome.out);
    BOOST_TEST(contains(outcome.err, "the objective of the update of G is "), outcome.err);
    BOOST_TEST(!contains(outcome.out, "WRONG"), outcome.out);
}

BOOST_AUTO_TEST_SUITE_END()
