#include <boost/test/unit_test.hpp>
#include <set>

#include "models/catalogue.hpp"

// The records themselves: what the reference page and the checker rely on.
BOOST_AUTO_TEST_SUITE(catalogue)

using namespace gandsl;
using dsl::EntryKind;

BOOST_AUTO_TEST_CASE(has_every_word_of_the_language_page) {
    const dsl::Catalogue all = models::catalogue({});
    const std::vector<std::pair<EntryKind, std::vector<const char*>>> words = {
        {EntryKind::layer,
         {"dense",      "conv",          "conv_transpose", "embedding",  "position",   "rnn",
          "lstm",       "gru",           "attention",      "batch_norm", "layer_norm", "instance_norm",
          "group_norm", "spectral_norm", "dropout",        "flatten",    "reshape",    "upsample",
          "max_pool",   "avg_pool",      "relu",           "leaky_relu", "elu",        "gelu",
          "silu",       "softplus",      "tanh",           "sigmoid",    "softmax"}},
        {EntryKind::function,
         {"log",        "exp",           "sum",    "mean", "max",     "min",   "norm",
          "batch_mean", "batch_std",     "grad",   "l1",   "l2",      "bce",   "cross_entropy",
          "mse",        "stop_gradient", "concat", "next", "classes", "width", "length",
          "continue",   "sqrt",          "abs",    "sin",  "cos",     "floor"}},
        {EntryKind::operation,
         {"add", "subtract", "multiply", "divide", "power", "negate", "less", "greater", "index", "slice"}},
        {EntryKind::distribution, {"normal", "uniform", "bernoulli", "categorical"}},
        {EntryKind::optimizer, {"sgd", "adam", "adamw", "rmsprop"}},
        {EntryKind::schedule, {"cosine", "linear", "decay"}},
        {EntryKind::stop_rule, {"stalled"}},
    };
    for (const auto& [kind, names] : words) {
        for (const char* name : names) {
            BOOST_TEST((all.find(kind, name) != nullptr), name);
        }
    }
    for (const char* name : {"normal", "uniform", "glorot", "xavier", "he", "kaiming", "orthogonal", "zeros",
                             "ones", "constant"}) {
        BOOST_TEST((all.find(EntryKind::initializer, name) != nullptr), name);
    }
}

BOOST_AUTO_TEST_CASE(every_record_is_whole) {
    for (const models::Definition& definition : models::definitions()) {
        const dsl::Entry& entry = definition.entry;
        BOOST_TEST_CONTEXT(entry.name) {
            BOOST_TEST(!entry.doc.empty());
            BOOST_TEST(!entry.example.empty());
            std::set<std::string> names(entry.inputs.begin(), entry.inputs.end());
            bool optional = false;
            for (const dsl::Argument& argument : entry.arguments) {
                BOOST_TEST(names.insert(argument.name).second, argument.name << " is there twice");
                BOOST_TEST(!argument.doc.empty(), argument.name);
                if (argument.positional) {
                    BOOST_TEST((argument.fallback || !optional),
                               argument.name << " is required behind an optional one");
                    optional = optional || argument.fallback.has_value();
                }
            }
            const bool computed = entry.kind == EntryKind::layer || entry.kind == EntryKind::function ||
                                  entry.kind == EntryKind::operation || entry.kind == EntryKind::distribution;
            // What `continue` gives follows from its net, which only the checker knows.
            const bool typed = computed && entry.name != "continue";
            // An initializer or a schedule may have a rule that only refuses arguments.
            BOOST_TEST((static_cast<bool>(entry.type) == typed || entry.kind == EntryKind::initializer ||
                        entry.kind == EntryKind::schedule));
            // What does not run says so; `grad`, `next` and `continue` are the checker's own.
            const std::set<std::string> own = {"grad", "next", "continue"};
            if (computed && entry.missing.empty() && !own.contains(entry.name)) {
                BOOST_TEST(static_cast<bool>(definition.build));
            }
            BOOST_TEST(static_cast<bool>(definition.step) == (entry.kind == EntryKind::optimizer));
            BOOST_TEST(static_cast<bool>(definition.rate) == (entry.kind == EntryKind::schedule));
            BOOST_TEST(static_cast<bool>(definition.initialize) == (entry.kind == EntryKind::initializer));
        }
    }
}

BOOST_AUTO_TEST_CASE(sources_are_merged_in) {
    dsl::Entry source;
    source.name = "pictures";
    source.kind = EntryKind::source;
    const dsl::Catalogue all = models::catalogue({source});
    BOOST_TEST((all.find("pictures") != nullptr));
    BOOST_TEST((all.find("dense") != nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
