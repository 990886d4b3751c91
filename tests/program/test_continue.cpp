#include <boost/test/unit_test.hpp>

#include "tests/program/files.hpp"

/// What nets write when their own output is fed back to them.
BOOST_AUTO_TEST_SUITE(continuing)

using namespace gandsl::test;

namespace {

std::string alphabet(std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) {
        text += "abcdefgh\n";
    }
    return text;
}

// Learns to say the alphabet in a few dozen steps.
const char* const speller = R"(data text = chars("alphabet.txt", length = 18)

net model(text) {
    embedding(16)
    lstm(24)
    dense(classes(text))
    softmax
}

train(steps = 60, batch = 8) {
    update model with adam(2e-2) {
        minimize mean(cross_entropy(model(text), next(text)))
    }
}

sample verse = continue(model, "ab", length = 50, temperature = 0.2) as text(2) every 60 steps
)";

const char* const attentive = R"(data text = chars("alphabet.txt", length = 18)

net model(text) {
    embedding(16)
    position(length(text))
    attention(2, causal = true)
    layer_norm
    dense(classes(text))
    softmax
}

train(steps = 150, batch = 8) {
    update model with adam(1e-2) {
        minimize mean(cross_entropy(model(text), next(text)))
    }
}

sample verse = continue(model, "ab", length = 50, temperature = 0.2) as text every 150 steps
)";

std::string with_alphabet(const Scratch& scratch, const std::string& model) {
    scratch.write("alphabet.txt", alphabet(60));
    scratch.write("model.gan", model);
    const Outcome outcome = scratch.gandsl({"run", "model.gan"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    const auto names = scratch.list("runs/model/001/samples");
    BOOST_TEST_REQUIRE(names.size() == 1U);
    return scratch.read("runs/model/001/samples/" + names[0]);
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_lstm_says_what_it_was_taught) {
    const Scratch scratch;
    const std::string text = with_alphabet(scratch, speller);
    const std::string line = "ab" + alphabet(6).substr(2, 50);
    BOOST_TEST(text == line + "\n\n" + line + "\n");
}

BOOST_AUTO_TEST_CASE(attention_writes_on_beyond_its_window) {
    const Scratch scratch;
    BOOST_TEST(with_alphabet(scratch, attentive) == "ab" + alphabet(6).substr(2, 50) + "\n");
}

BOOST_AUTO_TEST_CASE(a_prompt_with_an_unknown_symbol_is_refused_before_the_first_step) {
    const Scratch scratch;
    scratch.write("alphabet.txt", alphabet(60));
    scratch.write("model.gan", replaced(speller, "\"ab\"", "\"a\u2603b\""));
    const Outcome outcome = scratch.gandsl({"run", "model.gan"});
    BOOST_TEST(outcome.code == 1);
    BOOST_TEST(outcome.err.find("\u2603") != std::string::npos, outcome.err);
    BOOST_TEST(!scratch.has("runs"));
}

BOOST_AUTO_TEST_CASE(a_net_whose_output_is_no_probability_is_refused_with_what_to_do) {
    const Scratch scratch;
    scratch.write("alphabet.txt", alphabet(60));
    scratch.write("model.gan", replaced(speller, "    softmax\n", "    softplus\n"));
    const Outcome outcome = scratch.gandsl({"run", "model.gan"});
    BOOST_TEST(outcome.code == 1);
    BOOST_TEST(outcome.err.find("softmax") != std::string::npos, outcome.err);
    BOOST_TEST(!scratch.has("runs"));
}

BOOST_AUTO_TEST_SUITE_END()
