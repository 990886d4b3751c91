#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "runtime/data/dataset.hpp"
#include "runtime/data/scaling.hpp"
#include "runtime/formats/csv.hpp"

namespace gandsl::data {

/// The numbers of one column of a CSV file: the field is length x 1. Every step begins a window; the last
/// `holdout` of the steps is the test split.
struct SeriesSource {
    std::filesystem::path file;         ///< relative to `folder`
    std::filesystem::path folder;       ///< of the .gan file
    std::optional<std::string> column;  ///< none: the only one
    std::size_t length = 50;
    double holdout = 0.1;
    Scale scale = Scale::standard;
    formats::CsvFormat format = {};
};

/// Throws as formats::CsvFile and Windows do.
DatasetPointer open_series(const SeriesSource& source);

/// A series that needs no file: sines whose amplitudes and frequencies drift, and a little noise. Windows as
/// in a series from a file.
struct WaveSource {
    std::size_t length = 50;
    double holdout = 0.1;
    std::size_t count = 10000;  ///< steps
    std::uint64_t seed = 0;
};

DatasetPointer open_wave(const WaveSource& source);

/// A sampled sound that needs no file: notes of a plucked instrument, one after another, at 4000 samples a
/// second, between -1 and 1. The field is length x 1, windows are tiled.
struct ToneSource {
    std::size_t length = 256;
    double holdout = 0.1;
    std::size_t count = 40000;  ///< samples
    std::uint64_t seed = 0;
};

DatasetPointer open_tone(const ToneSource& source);

}  // namespace gandsl::data
