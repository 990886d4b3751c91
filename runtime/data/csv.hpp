#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gandsl::data {

/// How large a number may be.
enum class Fits { in_double, in_float };

/// A CSV file (RFC 4180) while it is read, row by row, with the messages about it. Commas separate cells,
/// which may stand in double quotes; lines end in LF, CRLF or CR; empty ones and a byte order mark are
/// skipped. A first row that is not all numbers is the header.
class CsvFile {
  public:
    /// Throws `file`, `memory`, and `format` for a file without rows or a broken first one.
    explicit CsvFile(const std::filesystem::path& path);

    /// The header's names; "1", "2", ... where there is none.
    const std::vector<std::string>& columns() const { return columns_; }
    /// The place of a column. Throws `format`, listing those there are, for a name that none or several have.
    std::size_t column(const std::string& name) const;

    /// The next row, with a cell for each column; false at the end. Throws `format` for another number of
    /// cells or broken quotes.
    bool next(std::vector<std::string>& cells);
    /// A cell of the row that was read last as a finite number. Throws `format` with line and column, and
    /// `help` at its end where it is none.
    double number(const std::vector<std::string>& cells, std::size_t column, Fits fits,
                  const std::string& help = {}) const;

    /// In which the row that was read last begins, from 1.
    std::size_t line() const { return line_; }
    [[noreturn]] void fail(const std::string& what) const;
    std::string spelled_columns() const;

  private:
    bool read_row(std::vector<std::string>& cells);
    std::string read_cell();
    void end_line();

    std::filesystem::path path_;
    std::string text_;
    std::size_t at_ = 0;         ///< in text_
    std::size_t next_line_ = 1;  ///< the line that at_ is in
    std::size_t line_ = 1;
    std::vector<std::string> columns_;
    std::optional<std::vector<std::string>> first_;  ///< a first row that is no header, until it is asked for
};

/// A number as people write it: blanks around it and a plus sign do no harm.
std::optional<double> parse_number(std::string_view text);

}  // namespace gandsl::data
