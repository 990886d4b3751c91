#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gandsl::formats {

/// The rows of a CSV file (RFC 4180) as they are written, before anything is known of columns. Cells may
/// stand in double quotes, and blanks around them are cut, within quotes too; lines end in LF, CRLF or CR;
/// empty ones and a byte order mark are skipped.
class CsvReader {
  public:
    /// Throws `file`, `memory`, and `format` for a text in UTF-16.
    CsvReader(const std::filesystem::path& path, char separator);

    /// Where it reads, to come back to.
    struct Position {
        std::size_t at = 0;         ///< in the text
        std::size_t next_line = 1;  ///< the line that `at` is in
        std::size_t line = 1;       ///< in which the row that was read last begins
    };

    /// The next row; false at the end. Throws `format` for broken quotes.
    bool next(std::vector<std::string>& cells);

    const Position& position() const { return position_; }
    void go_back(const Position& position) { position_ = position; }

    const std::filesystem::path& path() const { return path_; }
    /// Throws `format` with `what` of the row that was read last.
    [[noreturn]] void fail(const std::string& what) const;
    /// What to write where another character seems to separate the cells; else nothing.
    std::string separator_help() const;

  private:
    std::string read_cell();
    std::string read_quoted();
    void skip_blanks();
    void skip_empty_lines();
    void end_line();

    std::filesystem::path path_;
    char separator_;
    std::string text_;
    Position position_;
};

/// Without the spaces and tabs at both ends.
std::string_view without_blanks(std::string_view text);

/// A cell as a message shows it: no control characters, and not too long.
std::string quoted_cell(const std::string& cell);

}  // namespace gandsl::formats
