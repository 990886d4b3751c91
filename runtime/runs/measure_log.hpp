#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>

/// measures.csv and log.csv of a run that goes on.
namespace gandsl::runs {

/// Whether a measure is taken after a step, whatever the run's length. After the last step all are taken.
using MeasureDue = std::function<bool(std::size_t measure, std::uint64_t step)>;

/// The epoch that a step is said to belong to, given the run's length.
using EpochOf = std::function<std::uint64_t(std::uint64_t step)>;

/// Hands over the values that were due in the first `done` steps, in the order in which they were taken.
/// Throws as files::read_log does.
void recall_measures(
    const std::filesystem::path& path, std::uint64_t done, const MeasureDue& due,
    const std::function<void(std::size_t measure, double value, std::uint64_t step)>& observe);

/// Leaves out what comes after `done` steps, and what was taken because the run had come to an end that it
/// has no longer: the file is as a run has it that is longer from the start. Returns how many rows are left.
std::uint64_t forget_measures(const std::filesystem::path& path, std::uint64_t done, const MeasureDue& due,
                              const EpochOf& epoch_of);

/// Sets the epoch of a row of a log, counted from 1, where there is such a row. A run's last step may end
/// epochs that were not asked for and are not counted, which a longer run counts.
void set_epoch(const std::filesystem::path& path, std::uint64_t row, std::uint64_t epoch);

}  // namespace gandsl::runs
