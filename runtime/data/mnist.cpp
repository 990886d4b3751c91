#include "runtime/data/mnist.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/data/byte_images.hpp"
#include "runtime/formats/glob.hpp"
#include "runtime/formats/idx.hpp"

namespace gandsl::data {

namespace {

namespace fs = std::filesystem;

/// "train-images" in any of its spellings.
std::optional<fs::path> find_file(const fs::path& folder, const std::string& part, const std::string& axes) {
    for (const char* joint : {"-", "."}) {
        for (const char* ending : {"", ".gz"}) {
            fs::path path = folder / (part + joint + axes + "-ubyte" + ending);
            std::error_code ignored;
            if (fs::exists(path, ignored)) {
                return path;
            }
        }
    }
    return std::nullopt;
}

/// The four files in `folder`, or nothing if none of them is there.
std::optional<MnistFiles> find_files(const fs::path& folder) {
    struct Part {
        const char* name;
        const char* axes;
    };
    constexpr std::array<Part, 4> parts = {{{"train-images", "idx3"},
                                            {"train-labels", "idx1"},
                                            {"t10k-images", "idx3"},
                                            {"t10k-labels", "idx1"}}};
    std::array<std::optional<fs::path>, 4> found;
    std::transform(parts.begin(), parts.end(), found.begin(),
                   [&](const Part& part) { return find_file(folder, part.name, part.axes); });
    const auto first =
        std::find_if(found.begin(), found.end(), [](const auto& path) { return path.has_value(); });
    if (first == found.end()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (!found[i]) {
            throw Error(ErrorCode::file,
                        (folder / (std::string(parts[i].name) + "-" + parts[i].axes + "-ubyte")).string() +
                            "[.gz] is not there, but " + (*first)->filename().string() +
                            " is; expected all four files of the set");
        }
    }
    return MnistFiles{folder, *found[0], *found[1], *found[2], *found[3]};
}

/// Labels belong to pictures: as many of them, each below `classes`. Returns the largest.
std::size_t check_labels(const formats::Idx& images, const fs::path& images_path, const formats::Idx& labels,
                         const fs::path& labels_path, std::size_t classes) {
    if (labels.shape[0] != images.shape[0]) {
        throw Error(ErrorCode::format, labels_path.string() + " has " + std::to_string(labels.shape[0]) +
                                           " labels, but " + images_path.string() + " has " +
                                           std::to_string(images.shape[0]) + " pictures; expected as many");
    }
    const auto largest = std::max_element(labels.bytes.begin(), labels.bytes.end());
    if (*largest >= classes) {
        const auto outside = std::find_if(labels.bytes.begin(), labels.bytes.end(),
                                          [classes](std::uint8_t label) { return label >= classes; });
        throw Error(ErrorCode::format,
                    labels_path.string() + ": label " + std::to_string(outside - labels.bytes.begin()) +
                        " is " + std::to_string(*outside) + "; expected 0 to " + std::to_string(classes - 1));
    }
    return *largest;
}

ByteSplit read_split(const fs::path& images_path, const fs::path& labels_path,
                     std::vector<std::size_t>& shape) {
    formats::Idx images = formats::read_idx_images(images_path);
    formats::Idx labels = formats::read_idx_labels(labels_path);
    check_labels(images, images_path, labels, labels_path, 10);
    shape = {1, images.shape[1], images.shape[2]};
    return {std::move(images.bytes), std::move(labels.bytes)};
}

std::string size_of(const std::vector<std::size_t>& shape) {
    return std::to_string(shape[1]) + " x " + std::to_string(shape[2]);
}

void move_example(const ByteSplit& from, std::size_t index, std::size_t size, ByteSplit& to) {
    const auto start = from.pictures.begin() + static_cast<std::ptrdiff_t>(index * size);
    to.pictures.insert(to.pictures.end(), start, start + static_cast<std::ptrdiff_t>(size));
    if (!from.labels.empty()) {
        to.labels.push_back(from.labels[index]);
    }
}

}  // namespace

MnistSearch find_mnist(const std::string& name, const SearchPath& places) {
    MnistSearch search;
    std::string looked;
    for (const fs::path& folder : folders_for(places, name)) {
        if (auto files = find_files(folder)) {
            search.files = std::move(files);
            return search;
        }
        looked += (looked.empty() ? "" : ", ") + folder.string();
    }
    search.absent = "no train-images-idx3-ubyte[.gz] in " + looked;
    return search;
}

DatasetPointer open_mnist(const std::string& source, const MnistFiles& files, Range range) {
    std::vector<std::size_t> train_shape;
    std::vector<std::size_t> test_shape;
    ByteSplit train = read_split(files.train_images, files.train_labels, train_shape);
    ByteSplit test = read_split(files.test_images, files.test_labels, test_shape);
    if (train_shape != test_shape) {
        throw Error(ErrorCode::format, files.test_images.string() + " has pictures of " +
                                           size_of(test_shape) + ", but those for training are " +
                                           size_of(train_shape));
    }
    Description description;
    description.source = source;
    description.origin = files.folder.string();
    return std::make_shared<BytePictures>(std::move(description), std::move(train_shape), 10,
                                          std::move(train), std::move(test), range);
}

std::optional<std::string> idx_absent(const IdxSource& source) {
    return formats::file_absent(formats::placed(source.images, source.folder));
}

DatasetPointer open_idx(const IdxSource& source) {
    const fs::path images_path = formats::placed(source.images, source.folder);
    formats::Idx images = formats::read_idx_images(images_path);
    ByteSplit all;
    std::optional<std::size_t> classes;
    if (source.labels) {
        const fs::path labels_path = formats::placed(*source.labels, source.folder);
        formats::Idx labels = formats::read_idx_labels(labels_path);
        classes = check_labels(images, images_path, labels, labels_path, 256) + 1;
        all.labels = std::move(labels.bytes);
    }
    all.pictures = std::move(images.bytes);

    const std::size_t count = images.shape[0];
    const std::size_t size = images.shape[1] * images.shape[2];
    const std::vector<std::size_t> test_indices = held_out(count, source.holdout);
    ByteSplit train;
    ByteSplit test;
    train.pictures.reserve((count - test_indices.size()) * size);
    test.pictures.reserve(test_indices.size() * size);
    auto next_test = test_indices.begin();
    for (std::size_t i = 0; i < count; ++i) {
        const bool tests = next_test != test_indices.end() && *next_test == i;
        move_example(all, i, size, tests ? test : train);
        next_test += tests ? 1 : 0;
    }
    Description description;
    description.source = "idx";
    description.origin = images_path.string();
    return std::make_shared<BytePictures>(std::move(description),
                                          std::vector<std::size_t>{1, images.shape[1], images.shape[2]},
                                          classes, std::move(train), std::move(test), source.range);
}

}  // namespace gandsl::data
