#include "runtime/data/npy_arrays.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/data/in_memory_dataset.hpp"
#include "runtime/formats/glob.hpp"
#include "runtime/formats/npy.hpp"

namespace gandsl::data {

namespace {

[[noreturn]] void refuse_labels(const std::filesystem::path& path, const std::string& what) {
    throw Error(ErrorCode::format, path.string() + " " + what);
}

}  // namespace

DatasetPointer open_npy(const NpySource& source) {
    const std::filesystem::path path = formats::placed(source.file, source.folder);
    formats::NpyArray array = formats::read_npy(path);
    Description description;
    description.source = "npy";
    description.origin = path.string();
    for (const std::string& warning : rounded_numbers(array.rounded, array.rounded_example)) {
        description.warnings.push_back(path.string() + ": " + warning);
    }
    std::optional<RowLabels> labels;
    if (source.labels) {
        const std::filesystem::path labels_path = formats::placed(*source.labels, source.folder);
        formats::NpyArray found = formats::read_npy(labels_path);
        if (found.values.size() != array.shape[0]) {
            refuse_labels(labels_path, "has " + std::to_string(found.values.size()) + " labels, but " +
                                           path.string() + " has " + std::to_string(array.shape[0]) +
                                           " examples; expected as many");
        }
        constexpr int max_classes = 1 << 20;
        for (std::size_t i = 0; i < found.values.size(); ++i) {
            const float label = found.values[i];
            if (!(label >= 0 && label < float{max_classes} && label == std::floor(label))) {
                refuse_labels(labels_path,
                              fmt::format("has the label {} at {}; expected whole numbers from 0 to {}",
                                          label, i, max_classes - 1));
            }
        }
        const float largest = *std::max_element(found.values.begin(), found.values.end());
        labels = RowLabels{std::move(found.values), static_cast<std::size_t>(largest) + 1};
    }
    Field field{"example", {array.shape.begin() + 1, array.shape.end()}, std::nullopt};
    return std::make_shared<Rows>(std::move(description), std::move(field), std::move(array.values),
                                  std::move(labels), source.holdout);
}

}  // namespace gandsl::data
