#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "runtime/loading/load.hpp"

/// The zoo's models in this process, for tests that look at single steps.
namespace gandsl::test {

/// Every .gan file of models/, sorted.
std::vector<std::filesystem::path> zoo_files();

/// A file as `gandsl run` sees it, with its own batch, or a smaller one where its steps take seconds: kernels
/// are chosen by shape, so a test that looks at them wants real shapes. The test ends where it cannot be
/// loaded.
loading::Loaded load_zoo(const std::filesystem::path& file);

}  // namespace gandsl::test
