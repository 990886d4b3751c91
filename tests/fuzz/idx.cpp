#include "runtime/formats/idx.hpp"

#include "runtime/data/mnist.hpp"
#include "tests/fuzz/dataset.hpp"
#include "tests/fuzz/list.hpp"
#include "tests/fuzz/target.hpp"

namespace gandsl::fuzz {

/// `idx(images = , labels = )`: the input as pictures, and as the labels of three of them.
void idx(std::string_view input) {
    static const std::filesystem::path three = put(std::string("\0\0\x08\x03\0\0\0\x03\0\0\0\x01\0\0\0\x02"
                                                               "abcdef",
                                                               22),
                                                   "three");
    const std::filesystem::path path = put(input);
    read_examples([&] {
        return data::open_idx({.images = path, .labels = {}, .folder = {}, .range = {}, .holdout = 0.3});
    });
    read_examples([&] {
        return data::open_idx({.images = three, .labels = path, .folder = {}, .range = {}, .holdout = 0.3});
    });
}

}  // namespace gandsl::fuzz
