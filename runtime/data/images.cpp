#include "runtime/data/images.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/data/byte_images.hpp"
#include "runtime/data/in_memory_dataset.hpp"
#include "runtime/files/checksum.hpp"
#include "runtime/formats/glob.hpp"
#include "runtime/formats/idx.hpp"
#include "runtime/formats/picture.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::data {

namespace {

namespace fs = std::filesystem;

class Images final : public Dataset {
  public:
    Images(Description description, const ImagesSource& source, std::vector<std::uint8_t> pixels)
        : description_(std::move(description)),
          augmentation_(source.augmentation),
          pixels_(std::move(pixels)),
          values_(byte_values(source.range)),
          channels_(source.channels),
          side_(source.size) {
        description_.fields = {Field{"image", {channels_, side_, side_}, std::nullopt}};
        const std::size_t count = pixels_.size() / description_.fields[0].size();
        test_ = held_out(count, source.holdout);
        train_ = others(count, test_);
        description_.train_count = train_.size();
        description_.test_count = test_.size();
        std::uint32_t checksum = files::crc32(fmt::format("{} {}\n", count, test_.size()));
        checksum = files::crc32(std::as_bytes(std::span(pixels_)), checksum);
        description_.hash = "crc32:" + files::hexadecimal(checksum);
        for (std::string& warning : empty_test_split(count, source.holdout)) {
            description_.warnings.push_back(std::move(warning));
        }
    }

    const Description& description() const override { return description_; }

    void read(const Example& example, std::span<const std::span<float>> fields) const override {
        if (fields.empty() || fields[0].empty()) {
            return;
        }
        const bool training = example.split == Split::train;
        const std::size_t picture = (training ? train_ : test_)[example.index];
        const Augmentation none;
        const Augmentation& augmentation = training ? augmentation_ : none;
        const View view(augmentation, picture, example.epoch);
        const std::size_t area = side_ * side_;
        for (std::size_t channel = 0; channel < channels_; ++channel) {
            show(view, augmentation.bends(), pixels_.data() + (picture * channels_ + channel) * area, side_,
                 values_, fields[0].subspan(channel * area, area));
        }
    }

  private:
    Description description_;
    Augmentation augmentation_;
    std::vector<std::uint8_t> pixels_;
    std::vector<std::size_t> train_;
    std::vector<std::size_t> test_;
    std::array<float, 256> values_;
    std::size_t channels_;
    std::size_t side_;
};

/// Decodes the files on several threads. Each writes its own place of `pixels`; where it cannot, its message
/// is in `messages`.
void decode(const std::vector<fs::path>& files, const ImagesSource& source,
            const formats::DecodeLimits& limits, std::vector<std::uint8_t>& pixels,
            std::vector<std::string>& messages) {
    const std::size_t each = source.channels * source.size * source.size;
    const auto decode_one = [&](std::size_t i) {
        try {
            const formats::Image image = formats::read_picture(files[i], limits);
            const auto square = formats::middle_square(image, source.size, source.channels);
            std::copy(square.begin(), square.end(), pixels.begin() + static_cast<std::ptrdiff_t>(i * each));
        } catch (const std::bad_alloc&) {
            messages[i] = "takes more memory than there is";
        } catch (const std::exception& error) {
            messages[i] = error.what();
        }
    };
    if (source.workers.run) {
        source.workers.run(files.size(), decode_one);
        return;
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
        decode_one(i);
    }
}

/// Closes the gaps that broken pictures left, and says which they were.
std::string leave_out(const std::vector<fs::path>& files, const std::vector<std::string>& messages,
                      std::size_t each, std::vector<std::uint8_t>& pixels) {
    constexpr std::size_t max_named = 10;
    std::size_t kept = 0;
    std::size_t broken = 0;
    std::string named;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (!messages[i].empty()) {
            if (broken++ < max_named) {
                named += "\n" + terminal::printable(files[i].string(), 1000) + " " + messages[i];
            }
            continue;
        }
        const auto from = pixels.begin() + static_cast<std::ptrdiff_t>(i * each);
        if (kept != i) {
            std::copy_n(from, each, pixels.begin() + static_cast<std::ptrdiff_t>(kept * each));
        }
        ++kept;
    }
    pixels.resize(kept * each);
    if (broken == 0) {
        return "";
    }
    return fmt::format("left out {} of {} files, which cannot be read as pictures", broken, files.size()) +
           named + (broken > max_named ? fmt::format("\nand {} more", broken - max_named) : std::string());
}

}  // namespace

std::optional<std::string> images_absent(const ImagesSource& source) {
    if (!formats::matching_files(source.files, source.folder).empty()) {
        return std::nullopt;
    }
    return formats::nothing_matches(source.files, source.folder);
}

DatasetPointer open_images(const ImagesSource& source) {
    if (source.channels != 1 && source.channels != 3) {
        throw Error(ErrorCode::invalid_argument,
                    "pictures have 1 channel (grey) or 3 (colour); found channels = " +
                        std::to_string(source.channels));
    }
    const std::vector<fs::path> files = formats::matching_files(source.files, source.folder);
    if (files.empty()) {
        throw Error(ErrorCode::file, formats::nothing_matches(source.files, source.folder));
    }
    const std::string pattern = formats::placed(source.files, source.folder).string();
    const std::size_t each = source.channels * source.size * source.size;
    const std::size_t room = available_memory();
    if (each > room / files.size()) {
        const double bytes = static_cast<double>(each) * static_cast<double>(files.size());
        throw Error(
            ErrorCode::memory,
            fmt::format("{} files match {}, and {} x {} x {} bytes for each make {}; there is room for {}",
                        files.size(), pattern, source.channels, source.size, source.size,
                        terminal::human_bytes(bytes), terminal::human_bytes(static_cast<double>(room))));
    }
    std::vector<std::uint8_t> pixels(files.size() * each);
    std::vector<std::string> messages(files.size());
    // A decoder takes some times the pixels it yields, and so does scaling; and several work at a time.
    const std::size_t share = 16 * source.workers.count;
    decode(files, source, {(room - pixels.size()) / share}, pixels, messages);
    if (!source.skip_broken) {
        const auto broken =
            std::find_if(messages.begin(), messages.end(), [](const auto& m) { return !m.empty(); });
        if (broken != messages.end()) {
            throw Error(ErrorCode::format,
                        files[static_cast<std::size_t>(broken - messages.begin())].string() + " " + *broken +
                            "; `on_error = skip` leaves out what cannot be read");
        }
    }
    const std::string warning = leave_out(files, messages, each, pixels);
    if (pixels.empty()) {
        throw Error(ErrorCode::format, "no file that matches " + pattern + " is a picture: " + warning);
    }
    Description description;
    description.source = "images";
    description.origin = fmt::format("{} pictures that match {}", pixels.size() / each, pattern);
    if (!warning.empty()) {
        description.warnings.push_back(warning);
    }
    return std::make_shared<Images>(std::move(description), source, std::move(pixels));
}

}  // namespace gandsl::data
