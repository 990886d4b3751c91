#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "runtime/data/dataset.hpp"
#include "runtime/data/search_path.hpp"

namespace gandsl::data {

/// Where the four files of an MNIST-like set are.
struct MnistFiles {
    std::filesystem::path folder;
    std::filesystem::path train_images;
    std::filesystem::path train_labels;
    std::filesystem::path test_images;
    std::filesystem::path test_labels;
};

/// What a search has found: files, or the reason why there are none, naming the folders looked in.
struct MnistSearch {
    std::optional<MnistFiles> files;
    std::string absent;
};

/// Looks for MNIST (LeCun et al., 1998; name "mnist") or Fashion-MNIST (Xiao et al., 2017; name
/// "fashion-mnist"): train-images-idx3-ubyte, train-images.idx3-ubyte and so on, plain or with .gz. A folder
/// with some of the four files but not all is no absence but an Error (`file`) that names the missing one.
MnistSearch find_mnist(const std::string& name, const SearchPath& places);

/// Reads the four files: fields image (1 x height x width, mapped to `range`) and label (10 classes).
/// Throws as formats::read_idx_images does, and `format` where labels and pictures do not belong together.
DatasetPointer open_mnist(const std::string& source, const MnistFiles& files, Range range);

/// The source idx(images = , labels = ). Paths are relative to `folder`, that of the .gan file; no labels:
/// the only field is the image. The number of classes is the largest label + 1. `holdout` as in held_out.
struct IdxSource {
    std::filesystem::path images;
    std::optional<std::filesystem::path> labels;
    std::filesystem::path folder;
    Range range;
    double holdout = 0.1;
};

/// Why the source is not there, or nothing if its file of pictures is.
std::optional<std::string> idx_absent(const IdxSource& source);

DatasetPointer open_idx(const IdxSource& source);

}  // namespace gandsl::data
