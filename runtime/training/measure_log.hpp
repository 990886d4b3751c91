#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>

/// measures.csv of a run that goes on.
namespace gandsl::training {

/// Whether a measure is taken after a step, whatever the run's length. After the last step all are taken.
using MeasureDue = std::function<bool(std::size_t measure, std::uint64_t step)>;

/// Hands over the values that were due in the first `done` steps, in the order in which they were taken.
/// Throws as files::read_log does.
void recall_measures(
    const std::filesystem::path& path, std::uint64_t done, const MeasureDue& due,
    const std::function<void(std::size_t measure, double value, std::uint64_t step)>& observe);

/// Leaves out what comes after `done` steps, and what was taken because the run had come to an end that it
/// has no longer: the file is as a run has it that is longer from the start. Returns how many rows are left.
std::uint64_t forget_measures(const std::filesystem::path& path, std::uint64_t done, const MeasureDue& due);

}  // namespace gandsl::training
