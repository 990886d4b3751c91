#include "runtime/data/npy_arrays.hpp"
#include "tests/fuzz/dataset.hpp"
#include "tests/fuzz/list.hpp"
#include "tests/fuzz/target.hpp"

namespace gandsl::fuzz {

/// `npy(...)`: the input as examples, and as examples and labels at once.
void npy(std::string_view input) {
    const std::filesystem::path path = put(input);
    read_examples([&] { return data::open_npy({.file = path, .labels = {}, .folder = {}, .holdout = 0.3}); });
    read_examples([&] { return data::open_npy({.file = path, .labels = path, .folder = {}, .holdout = 0}); });
}

}  // namespace gandsl::fuzz
