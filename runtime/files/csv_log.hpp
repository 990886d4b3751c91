#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace gandsl::files {

/// The shortest text that reads back as the same number; "nan", "inf" and "-inf" for what is none.
std::string shortest(double value);
std::string shortest(float value);

/// log.csv of a run: a header `step,epoch,seconds,` and the names, then a row a logged step.
class CsvLog {
  public:
    /// Starts a new log. Throws invalid_argument for a name with a comma, quote or line break or one that is
    /// there twice; `file` where it cannot be written.
    static CsvLog create(const std::filesystem::path& path, const std::vector<std::string>& names);

    /// Goes on with a log after its first `rows` rows; what follows them is cut off. Throws `format` where it
    /// has fewer rows or other names.
    static CsvLog resume(const std::filesystem::path& path, const std::vector<std::string>& names,
                         std::uint64_t rows);

    CsvLog(CsvLog&& other) noexcept;
    CsvLog& operator=(CsvLog&& other) noexcept;
    ~CsvLog();

    /// Appends one row, in the order of the names, with one write, so that readers see whole rows. One
    /// that cannot be written leaves nothing of itself in the file and is written before the next, or by
    /// sync().
    void append(std::uint64_t step, std::uint64_t epoch, double seconds, std::span<const float> values);

    /// Rows so far: what a checkpoint keeps.
    std::uint64_t rows() const { return rows_; }

    /// Waits until all rows are on the disk; before a checkpoint that counts them. Throws `file` where they
    /// cannot be.
    void sync();

  private:
    CsvLog(std::filesystem::path path, int descriptor, std::size_t columns, std::uint64_t rows,
           std::uint64_t length);
    /// Writes what waits; the reason why it cannot, or 0.
    int write();

    std::filesystem::path path_;
    int descriptor_ = -1;
    std::size_t columns_ = 0;
    std::uint64_t rows_ = 0;
    std::uint64_t length_ = 0;  ///< bytes
    std::string waiting_;       ///< rows that are not in the file yet
};

/// A log that was read back.
struct LogTable {
    std::vector<std::string> names;  ///< without step, epoch, seconds
    std::vector<double> step;        ///< one a row
    std::vector<double> epoch;
    std::vector<double> seconds;
    std::vector<std::vector<double>> values;  ///< one column a name
};

/// Throws `file` or `format` (naming file and line). An unfinished last line is left out.
LogTable read_log(const std::filesystem::path& path);

}  // namespace gandsl::files
