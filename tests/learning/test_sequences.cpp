#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>

#include "tests/learning/support.hpp"

/// Texts and series: bits a symbol on text that was held out, and the error of the next step.
BOOST_AUTO_TEST_SUITE(sequences)

using namespace gandsl::test;

namespace {

const std::string licenses = "/usr/share/common-licenses/";

/// Bits a symbol on the last tenth of Debian's licences after 1000 steps, and after one.
struct Bits {
    double trained = 0;
    double untrained = 0;
};

double bits_after(const std::string& name, int steps, int seed, const Words& more) {
    const Scratch scratch;
    scratch.write(name, zoo(name));
    Words words{name,
                "--set",
                "files=" + licenses + "*",
                "--steps",
                std::to_string(steps),
                "--seed",
                std::to_string(seed)};
    words.insert(words.end(), more.begin(), more.end());
    train(scratch, words);
    return last_measure(scratch, "runs/" + name.substr(0, name.find('.')) + "/001", "bits");
}

Bits mean_bits(const std::string& name, const Words& more) {
    Bits bits;
    bits.untrained = bits_after(name, 1, 1, more);
    for (int seed = 1; seed <= 3; ++seed) {
        const double found = bits_after(name, 1000, seed, more);
        BOOST_TEST_MESSAGE(name << ", seed " << seed << ": " << found << " bits a symbol");
        bits.trained += found / 3;
    }
    BOOST_TEST_MESSAGE(name << ": mean " << bits.trained << ", after one step " << bits.untrained);
    return bits;
}

void skip_without_licenses() {
    if (!std::filesystem::exists(licenses + "GPL-3")) {
        skip(licenses + " is a folder of Debian's");
    }
}

/// How many times smaller the error of a model's next step is than that of repeating the last value.
double gain(const std::string& name, const Words& more) {
    const Scratch scratch;
    scratch.write(name, zoo(name));
    Words words{name, "--seed", "1"};
    words.insert(words.end(), more.begin(), more.end());
    train(scratch, words);
    const std::string run = "runs/" + name.substr(0, name.find('.')) + "/001";
    const double error = last_measure(scratch, run, "error");
    const double repeated = last_measure(scratch, run, "repeated");
    BOOST_TEST_MESSAGE(name << ": error " << error << ", repeating the last value " << repeated);
    return repeated / error;
}

}  // namespace

// 237,320 symbols, 86 of them different: log2(86) = 6.4 bits for a net that knows nothing. PyTorch, same
// sizes, optimizer and steps: 2.11, 2.32 and 2.24.
BOOST_AUTO_TEST_CASE(the_lstm_reads_licences) {
    skip_if_slow();
    skip_without_licenses();
    const Bits bits = mean_bits("lstm.gan", {});
    BOOST_TEST(bits.untrained > 5);
    BOOST_TEST(bits.trained <= 2.30);
}

// PyTorch: 2.22 and 2.22.
BOOST_AUTO_TEST_CASE(the_gpt_reads_licences) {
    skip_if_slow();
    skip_without_licenses();
    const Bits bits = mean_bits("gpt.gan", {"--set", "window=64", "--batch", "32"});
    BOOST_TEST(bits.untrained > 4);
    BOOST_TEST(bits.trained <= 2.30);
}

// An untrained net errs as much as guessing 0 does, which is more than repeating the last value.
BOOST_AUTO_TEST_CASE(recurrent_nets_foresee_a_wave) {
    skip_if_slow();
    for (const char* name : {"series.gan", "rnn.gan"}) {
        BOOST_TEST(gain(name, {"--steps", "1"}) < 1);
        BOOST_TEST(gain(name, {"--epochs", "6"}) > 10);
    }
}

BOOST_AUTO_TEST_CASE(dilated_convolutions_foresee_a_tone) {
    skip_if_slow();
    BOOST_TEST(gain("wavenet.gan", {"--steps", "1"}) < 1);
    BOOST_TEST(gain("wavenet.gan", {}) > 10);
}

BOOST_AUTO_TEST_SUITE_END()
