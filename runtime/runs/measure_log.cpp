#include "runtime/runs/measure_log.hpp"

#include <fmt/format.h>

#include <sstream>
#include <string>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/files/csv_log.hpp"

namespace gandsl::runs {

namespace {

constexpr std::size_t own_columns = 3;  // step, epoch and seconds

std::uint64_t step_of(const std::filesystem::path& path, const files::LogTable& table, std::size_t row) {
    constexpr double max = 1e15;
    const double step = table.step[row];
    if (!(step >= 1 && step <= max)) {
        throw Error(ErrorCode::format, fmt::format("{} is no step", step), {path.string(), row + 2, 0});
    }
    return static_cast<std::uint64_t>(step);
}

}  // namespace

void replay_measures(
    const std::filesystem::path& path, std::uint64_t done, const MeasureDue& due,
    const std::function<void(std::size_t measure, double value, std::uint64_t step)>& observe) {
    const files::LogTable table = files::read_log(path);
    for (std::size_t row = 0; row < table.step.size(); ++row) {
        const std::uint64_t step = step_of(path, table, row);
        if (step > done) {
            return;
        }
        for (std::size_t measure = 0; measure < table.values.size(); ++measure) {
            if (due(measure, step)) {
                // They are floats, written as briefly as tells floats apart: other numbers as doubles.
                observe(measure, double{static_cast<float>(table.values[measure][row])}, step);
            }
        }
    }
}

std::uint64_t truncate_measures(const std::filesystem::path& path, std::uint64_t done, const MeasureDue& due,
                                const EpochOf& epoch_of) {
    const files::LogTable table = files::read_log(path);
    const std::string content = files::read_whole(path);
    std::istringstream lines(content);
    std::string line;
    std::getline(lines, line);
    std::string kept = line + "\n";
    std::uint64_t rows = 0;
    for (std::size_t row = 0; row < table.step.size() && std::getline(lines, line); ++row) {
        const std::uint64_t step = step_of(path, table, row);
        if (step > done) {
            break;
        }
        std::vector<std::string> cells;
        std::istringstream text(line);
        for (std::string cell; std::getline(text, cell, ',');) {
            cells.push_back(cell);
        }
        cells.at(1) = std::to_string(epoch_of(step));
        bool any = false;
        for (std::size_t measure = 0; measure < table.names.size(); ++measure) {
            const bool taken = due(measure, step);
            any = any || taken;
            if (!taken && own_columns + measure < cells.size()) {
                cells[own_columns + measure] = "nan";
            }
        }
        if (any) {
            kept += fmt::format("{}\n", fmt::join(cells, ","));
            ++rows;
        }
    }
    if (kept != content) {
        files::write_atomically(path, kept);
    }
    return rows;
}

void set_epoch(const std::filesystem::path& path, std::uint64_t row, std::uint64_t epoch) {
    std::string content = files::read_whole(path);
    std::size_t begin = 0;  // of the line of the row; the header is line 0
    for (std::uint64_t line = 0; line < row && begin != std::string::npos; ++line) {
        begin = content.find('\n', begin);
        begin += begin == std::string::npos ? 0 : 1;
    }
    const std::size_t cell = begin == std::string::npos ? begin : content.find(',', begin);
    const std::size_t end = cell == std::string::npos ? cell : content.find(',', cell + 1);
    const std::string text = std::to_string(epoch);
    if (end != std::string::npos && content.compare(cell + 1, end - cell - 1, text) != 0) {
        files::write_atomically(path, content.replace(cell + 1, end - cell - 1, text));
    }
}

}  // namespace gandsl::runs
