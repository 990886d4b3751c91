#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/formats/csv_reader.hpp"

namespace gandsl::formats {

/// How large a number may be.
enum class Fits { in_double, in_float };

/// What is known of a CSV file beforehand.
struct CsvFormat {
    char separator = ',';
    std::optional<bool> header;  ///< whether the first row names the columns; none: guessed
};

/// A CSV file while it is read, row by row, as columns that have names, with the messages about it.
class CsvFile {
  public:
    /// Throws `file`, `memory`, and `format` for a file without rows or a broken first one.
    explicit CsvFile(const std::filesystem::path& path, const CsvFormat& format = {});

    /// The header's names; "1", "2", ... where there is none.
    const std::vector<std::string>& columns() const { return columns_; }
    /// The index of a column. Throws `format`, listing those there are, for a name that none or several have.
    std::size_t column(const std::string& name) const;
    /// Throws `format` for a column that has no name of its own, and so was hardly meant.
    void check_named(std::size_t column) const;
    /// What was taken for what, where the first row left it open.
    const std::optional<std::string>& warning() const { return warning_; }

    /// The next row, with a cell for each column; false at the end. Throws `format` for another number of
    /// cells or broken quotes.
    bool next(std::vector<std::string>& cells);
    /// A cell of the row that was read last as a finite number. Throws `format` with line and column, and
    /// `help` at its end where it is none.
    double number(const std::vector<std::string>& cells, std::size_t column, Fits fits,
                  const std::string& help = {}) const;

    /// A cell of the row that was read last as the name of a class. Throws `format` where it is missing.
    std::string label(const std::vector<std::string>& cells, std::size_t column) const;

    /// In which the row that was read last begins, from 1.
    std::size_t line() const { return reader_.position().line; }
    [[noreturn]] void fail(const std::string& what) const { reader_.fail(what); }
    /// That nothing comes after the header.
    [[noreturn]] void fail_without_rows() const;
    std::string spelled_columns() const;

  private:
    bool is_header(const std::vector<std::string>& first);
    std::string comma_help() const;
    std::string header_help() const;

    CsvReader reader_;
    CsvFormat format_;
    std::vector<std::string> columns_;
    std::unordered_map<std::string, std::size_t> indices_;  ///< of the names; of several the first
    std::optional<std::vector<std::string>> first_;  ///< a first row that is no header, until it is asked for
    std::size_t first_line_ = 1;                     ///< of the first row
    bool headed_ = false;
    std::optional<std::string> warning_;
};

/// A number as people write it: blanks around it and a plus sign do no harm.
std::optional<double> parse_number(std::string_view text);

}  // namespace gandsl::formats
