#include "runtime/files/csv_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "autodiff/error.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/files/system_error.hpp"

namespace gandsl::files {

namespace {

constexpr std::string_view header_start = "step,epoch,seconds";

std::string quoted(std::string_view text) {
    std::string result = "\"";
    return result.append(text) += '"';
}

template <class Number>
std::string shortest_of(Number value) {
    if (std::isnan(value)) {
        return "nan";
    }
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

std::string header_for(const std::vector<std::string>& names) {
    std::string header(header_start);
    std::set<std::string_view> seen = {"step", "epoch", "seconds"};
    for (const std::string& name : names) {
        if (name.empty() || name.find_first_of(",\"\r\n") != std::string::npos) {
            throw Error(ErrorCode::invalid_argument,
                        "\"" + name + "\" cannot be the name of a column in a log");
        }
        if (!seen.insert(name).second) {
            throw Error(ErrorCode::invalid_argument, "a log cannot have two columns called " + name);
        }
        header += ',' + name;
    }
    return header += '\n';
}

/// The reason why a text cannot be written, or 0.
int write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(descriptor, text.data(), text.size());
        if (count < 0 && errno != EINTR) {
            return errno;
        }
        text.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
    return 0;
}

int open_for_writing(const std::filesystem::path& path, int flags) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0666);
    if (descriptor < 0) {
        refuse(path, "written", errno);
    }
    return descriptor;
}

std::vector<std::string_view> split(std::string_view line) {
    std::vector<std::string_view> cells;
    while (true) {
        const std::size_t comma = line.find(',');
        cells.push_back(line.substr(0, comma));
        if (comma == std::string_view::npos) {
            return cells;
        }
        line.remove_prefix(comma + 1);
    }
}

/// An empty cell is no number.
bool parse(std::string_view cell, double& value) {
    if (cell.empty()) {
        value = std::numeric_limits<double>::quiet_NaN();
        return true;
    }
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    return error == std::errc{} && end == cell.data() + cell.size();
}

}  // namespace

std::string shortest(double value) {
    return shortest_of(value);
}
std::string shortest(float value) {
    return shortest_of(value);
}

CsvLog CsvLog::create(const std::filesystem::path& path, const std::vector<std::string>& names) {
    const std::string header = header_for(names);
    CsvLog log(path, open_for_writing(path, O_CREAT | O_TRUNC), names.size(), 0, header.size());
    if (const int reason = write_all(log.descriptor_, header); reason != 0) {
        refuse(path, "written", reason);
    }
    return log;
}

CsvLog CsvLog::resume(const std::filesystem::path& path, const std::vector<std::string>& names,
                      std::uint64_t rows) {
    const std::string content = read_whole(path);
    const std::string header = header_for(names);
    if (content.compare(0, header.size(), header) != 0) {
        throw Error(ErrorCode::format, path.string() + " has the columns " +
                                           content.substr(0, content.find('\n')) + "; expected " +
                                           header.substr(0, header.size() - 1));
    }
    std::size_t end = header.size();
    for (std::uint64_t row = 0; row < rows; ++row) {
        const std::size_t line_end = content.find('\n', end);
        if (line_end == std::string::npos) {
            throw Error(ErrorCode::format, path.string() + " has " + std::to_string(row) +
                                               " rows; expected at least " + std::to_string(rows) +
                                               "; put back what is missing, or begin anew, without --resume");
        }
        end = line_end + 1;
    }
    CsvLog log(path, open_for_writing(path, 0), names.size(), rows, end);
    if (::ftruncate(log.descriptor_, static_cast<off_t>(end)) != 0) {
        refuse(path, "shortened", errno);
    }
    return log;
}

CsvLog::CsvLog(std::filesystem::path path, int descriptor, std::size_t columns, std::uint64_t rows,
               std::uint64_t length)
    : path_(std::move(path)), descriptor_(descriptor), columns_(columns), rows_(rows), length_(length) {}

CsvLog::CsvLog(CsvLog&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      columns_(other.columns_),
      rows_(other.rows_),
      length_(other.length_),
      waiting_(std::move(other.waiting_)) {}

CsvLog& CsvLog::operator=(CsvLog&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(columns_, other.columns_);
    std::swap(rows_, other.rows_);
    std::swap(length_, other.length_);
    std::swap(waiting_, other.waiting_);
    return *this;
}

CsvLog::~CsvLog() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

void CsvLog::append(std::uint64_t step, std::uint64_t epoch, double seconds, std::span<const float> values) {
    if (values.size() != columns_) {
        throw Error(ErrorCode::internal, path_.string() + ": found " + std::to_string(values.size()) +
                                             " values for a row of " + std::to_string(columns_));
    }
    // Milliseconds are enough, and keep the column short.
    waiting_ += std::to_string(step) + ',' + std::to_string(epoch) + ',' +
                shortest(std::round(seconds * 1000) / 1000);
    for (const float value : values) {
        waiting_ += ',' + shortest(value);
    }
    waiting_ += '\n';
    ++rows_;
    write();
}

int CsvLog::write() {
    const int reason = write_all(descriptor_, waiting_);
    if (reason != 0) {
        // Half a row would spoil the next one.
        const int failed = ::ftruncate(descriptor_, static_cast<off_t>(length_));
        static_cast<void>(failed);
        return reason;
    }
    length_ += waiting_.size();
    waiting_.clear();
    return 0;
}

void CsvLog::sync() {
    if (const int reason = write(); reason != 0) {
        refuse(path_, "written", reason);
    }
    if (::fsync(descriptor_) != 0) {
        refuse(path_, "written to the disk", errno);
    }
}

LogTable read_log(const std::filesystem::path& path) {
    const std::string content = read_whole(path);
    std::string_view rest = content;
    const auto next_line = [&rest] {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        return line;
    };
    const auto refuse = [&](std::size_t line, const std::string& what) {
        throw Error(ErrorCode::format, what, {path.string(), line, 0});
    };
    LogTable log;
    if (rest.find('\n') == std::string_view::npos || rest.substr(0, header_start.size()) != header_start) {
        refuse(1, "a log begins with " + std::string(header_start));
    }
    const auto header = split(next_line());
    log.names.assign(header.begin() + 3, header.end());
    log.values.resize(log.names.size());
    std::vector<double> row(header.size());
    for (std::size_t line = 2; rest.find('\n') != std::string_view::npos; ++line) {
        const auto cells = split(next_line());
        if (cells.size() != header.size()) {
            refuse(line, "found " + std::to_string(cells.size()) + " values, expected " +
                             std::to_string(header.size()));
        }
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (!parse(cells[i], row[i])) {
                refuse(line, quoted(cells[i]) + " is no number");
            }
        }
        log.step.push_back(row[0]);
        log.epoch.push_back(row[1]);
        log.seconds.push_back(row[2]);
        for (std::size_t i = 0; i < log.names.size(); ++i) {
            log.values[i].push_back(row[i + 3]);
        }
    }
    return log;
}

}  // namespace gandsl::files
