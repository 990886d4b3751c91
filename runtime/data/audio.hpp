#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/data/dataset.hpp"

namespace gandsl::data {

/// Sound from files, WAV, FLAC, Ogg and whatever else libsndfile reads: the field is length x 1, full scale
/// is -1 to 1, channels are averaged. The files that match the pattern are joined in the order of their
/// paths. Windows are tiled, and the last `holdout` of the samples is the test split.
struct AudioSource {
    std::string files;                ///< a pattern, relative to `folder`
    std::filesystem::path folder;     ///< of the .gan file
    std::size_t length = 256;         ///< samples
    std::optional<std::size_t> rate;  ///< samples a second to convert to; none: as the files have it
    double holdout = 0.1;
};

/// Why the source is not there, or nothing if a file matches.
std::optional<std::string> audio_absent(const AudioSource& source);

/// Throws `file` and `format` with the file's name, also for files of different rates where no rate is given;
/// `memory` for more sound than there is room for; and as Windows does.
DatasetPointer open_audio(const AudioSource& source);

/// The samples at another rate, at most 256 times as high or as low, without what only one of both can carry:
/// by libsamplerate's best band-limited interpolation.
std::vector<float> resample(std::span<const float> samples, std::size_t from, std::size_t to);

}  // namespace gandsl::data
