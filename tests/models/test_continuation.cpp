#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "autodiff/array.hpp"
#include "autodiff/random.hpp"
#include "dsl/check.hpp"
#include "models/catalogue.hpp"
#include "runtime/build/continuation.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/sinks/sink.hpp"

// What a net gives step by step, as `continue` feeds it, is what it gives for the whole window.
BOOST_AUTO_TEST_SUITE(continuation)

using namespace gandsl;

namespace {

constexpr Index window = 11;
constexpr Index width = 4;
constexpr Index symbols = 5;
constexpr Index count = 3;

dsl::Entry source(std::string name, dsl::Type type) {
    dsl::Entry entry;
    entry.name = std::move(name);
    entry.kind = dsl::EntryKind::source;
    entry.type = [type](dsl::TypeCall&) { return std::vector<dsl::Type>{type}; };
    entry.sequential = true;
    return entry;
}

dsl::Catalogue catalogue() {
    dsl::Type text;
    text.shape = {window};
    text.classes = symbols;
    dsl::Type series;
    series.shape = {window, width};
    std::vector<dsl::Entry> entries = sinks::entries();
    entries.push_back(source("letters", text));
    entries.push_back(source("vectors", series));
    return models::catalogue(std::move(entries));
}

struct Case {
    const char* name;
    const char* text;
};

const char* const ends = R"(
sample whole = model(x) as npy(3) every epoch
sample further = continue(model, x, length = 2) as npy(3) every epoch
)";

const Case cases[] = {
    {"draws for each step",
     "data x = letters()\nnet model(x) {\n e ~ normal(length(x), 5)\n h = x | embedding(5) | lstm(5)\n "
     "h + 0 * exp(e)\n}\n"},
    {"a draw for all steps",
     "data x = vectors()\nnet model(x) {\n e ~ normal(4)\n h = x | rnn(4)\n h + 0 * e\n}\n"},
    {"rnn", "data x = vectors()\nnet model(x) {\n rnn(6)\n dense(4)\n}\n"},
    {"lstm",
     "data x = letters()\nnet model(x) {\n embedding(6)\n lstm(5)\n dropout(0.3)\n lstm(7)\n dense(5)\n "
     "softmax\n}\n"},
    {"gru", "data x = vectors()\nnet model(x) {\n gru(6) \n tanh\n dense(4)\n}\n"},
    {"transformer", R"(data x = letters()
layer block(h, heads) {
    a = h + (h | layer_norm | attention(heads, causal = true))
    a + (a | layer_norm | dense(4 * width(a)) | gelu | dense(width(a)))
}
net model(x) {
    embedding(8)
    position(length(x))
    repeat 2 { block(heads = 2) }
    layer_norm
    dense(classes(x))
    softmax
}
)"},
    {"wavenet", R"(data x = vectors()
net gate(h) {
    a = h | conv(6, kernel = 2, dilation = 2, causal = true) | tanh
    b = h | conv(6, kernel = 2, dilation = 2, causal = true) | sigmoid
    a * b
}
net model(x) {
    h = x | conv(6, kernel = 3, causal = true)
    h = h + gate(h)
    concat(h, x) | conv(4, kernel = 1, causal = true)
}
)"},
    {"each_step_alone", R"(data x = vectors()
net model(x) {
    a = x | conv(6, kernel = 1) | gelu | conv_transpose(4, kernel = 1)
    s = norm(x, axis = 1) + max(a, axis = -1)
    b = a[0:] | reshape(11, 2, 2) | reshape(11, 4)
    c = b[:11] * (s | reshape(11, 1)) + x[:]
    c / (1 + (sum(c^2, axis = -1) | reshape(length(x), 1)))
}
)"},
    {"own_arithmetic", R"(data x = vectors()
net model(x) {
    h = x | lstm(6) | batch_norm
    h = (h - 0.1) * sigmoid(h) / (1 + exp(-h))
    a = h | dense(4)
    max(a, x) - a^2
}
)"},
};

dsl::CheckResult checked(const std::string& text, const dsl::Catalogue& catalogue) {
    dsl::CheckResult result = dsl::check(text, catalogue);
    std::string errors;
    for (const dsl::Diagnostic& diagnostic : result.diagnostics) {
        errors += dsl::render(diagnostic, "test.gan", text);
    }
    BOOST_TEST_REQUIRE(result.program.has_value(), errors);
    return result;
}

std::vector<Real> examples(bool letters) {
    std::vector<Real> values(static_cast<std::size_t>(count * window * (letters ? 1 : width)));
    fill_uniform(values, {.seed = 4, .stream = 1, .step = 0});
    for (Real& value : values) {
        value = letters ? std::floor(value * symbols) : value - Real{0.5};
    }
    return values;
}

}  // namespace

BOOST_AUTO_TEST_CASE(steps_give_what_the_whole_window_gives) {
    const dsl::Catalogue words = catalogue();
    for (const Case& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            const dsl::CheckResult result = checked(std::string(each.text) + ends, words);
            const dsl::Program& program = *result.program;
            runtime::Graph graph = runtime::build(program, {.batch = 2, .measure_batch = 5, .seed = 3});
            const bool letters = program.data[0].types[0].classes.has_value();
            const std::vector<Real> x = examples(letters);

            Plan whole({graph.samples[0].value});
            std::copy(x.begin(), x.end(), whole.feed(graph.samples[0].inputs.at(0).var).begin());
            whole.run();
            const std::span<const Real> expected = whole.read(graph.samples[0].value);

            const runtime::Continuation& further = graph.samples[1].continuations.at(0);
            BOOST_TEST(further.length == 2);
            BOOST_TEST(further.bounded == (std::string(each.name) == "transformer"));
            Plan step({further.output}, further.carried);
            const std::size_t in = x.size() / static_cast<std::size_t>(count * window);
            const std::size_t out = expected.size() / static_cast<std::size_t>(count * window);
            for (Index at = 0; at < window; ++at) {
                const std::span<Real> target = step.feed(further.input);
                for (Index example = 0; example < count; ++example) {
                    std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(
                                                static_cast<std::size_t>(example * window + at) * in),
                                in, target.begin() + example * static_cast<std::ptrdiff_t>(in));
                }
                if (const std::span<Real> position = step.feed(further.position); !position.empty()) {
                    position[0] = static_cast<Real>(at);
                }
                step.run();
                const std::span<const Real> found = step.read(further.output);
                for (Index example = 0; example < count; ++example) {
                    for (std::size_t k = 0; k < out; ++k) {
                        const Real whole_window =
                            expected[static_cast<std::size_t>(example * window + at) * out + k];
                        const Real stepped = found[static_cast<std::size_t>(example) * out + k];
                        BOOST_TEST(std::abs(whole_window - stepped) < 1e-12,
                                   "step " << at << ": " << stepped << " instead of " << whole_window);
                    }
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(nets_that_look_ahead_are_refused_by_name) {
    const dsl::Catalogue words = catalogue();
    const std::pair<const char*, const char*> refused[] = {
        {"data x = vectors()\nnet model(x) {\n attention(2)\n}\n", "attention"},
        {"data x = vectors()\nnet model(x) {\n conv(4)\n}\n", "conv"},
        {"data x = vectors()\nnet model(x) {\n conv_transpose(4)\n}\n", "conv_transpose"},
        {"data x = vectors()\nnet model(x) {\n reshape(4, 11)\n reshape(11, 4)\n}\n", "reshape"},
        {"data x = vectors()\nnet look(h) {\n conv(4)\n}\nnet model(x) {\n look\n}\n", "conv"},
        {"data x = vectors()\nnet model(x) {\n h = x - mean(x, axis = 0)\n dense(4)\n h\n}\n", "mean"},
        {"data x = vectors()\nnet model(x) {\n concat(0 * x[0:1], x[0:-1], axis = 0)\n dense(4)\n}\n",
         "slice"},
    };
    for (const auto& [text, entry] : refused) {
        const dsl::CheckResult result = checked(std::string(text) + ends, words);
        const std::vector<dsl::Diagnostic> found = runtime::check_continuations(*result.program);
        BOOST_TEST_REQUIRE(found.size() == 1U, text);
        const std::string message = dsl::render(found[0], "a.gan", std::string(text) + ends);
        BOOST_TEST((found[0].severity == dsl::Severity::error && found[0].span.has_value()));
        BOOST_TEST(message.find(std::string("`") + entry + "` in it ") != std::string::npos, message);
        BOOST_TEST(message.find("note: it is continued here") != std::string::npos, message);
    }
    for (const Case& each : cases) {
        const dsl::CheckResult result = checked(std::string(each.text) + ends, words);
        BOOST_TEST(runtime::check_continuations(*result.program).empty(), each.name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
