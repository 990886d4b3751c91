#include "runtime/data/chars.hpp"
#include "runtime/data/symbols.hpp"
#include "tests/fuzz/dataset.hpp"
#include "tests/fuzz/list.hpp"
#include "tests/fuzz/target.hpp"

namespace gandsl::fuzz {

/// `chars("input", ...)`, and the input as a prompt for a model that learned from it.
void text(std::string_view input) {
    put(input);
    const auto open = [] {
        return data::open_chars({.files = "input", .folder = scratch(), .length = 3, .holdout = 0.3});
    };
    read_examples(open);
    survives([&] {
        const std::vector<std::string> symbols = open()->description().fields[0].names;
        const std::vector<std::size_t> classes = data::encode(symbols, input);
        const std::string again = data::decode(symbols, classes);
        const bool mark = again.starts_with("\xEF\xBB\xBF");  // of a byte order, and so left out
        if (!mark && data::encode(symbols, again) != classes) {
            broken("a text that is read back as another");
        }
    });
    survives([&] {
        const std::vector<std::string> symbols = {"a", "b"};
        data::encode(symbols, input);
    });
}

}  // namespace gandsl::fuzz
