#include "runtime/formats/csv_reader.hpp"

#include <algorithm>

#include "autodiff/error.hpp"
#include "autodiff/machine.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/formats/csv_guess.hpp"
#include "runtime/formats/utf8.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::formats {

namespace {

constexpr std::size_t max_columns = 1'000'000;

/// A text takes at most this many bytes of memory for each of its own while it is read: a cell of one digit
/// and a comma becomes a string, a number, and that number's copies.
constexpr std::size_t table_memory_per_byte = 40;

constexpr std::string_view blanks = " \t";

/// LF, CRLF and CR each end one.
std::size_t line_ends(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool carriage = text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n');
        count += text[i] == '\n' || carriage ? 1 : 0;
    }
    return count;
}

}  // namespace

std::string quoted_cell(const std::string& cell) {
    return "'" + terminal::printable(cell, 30) + "'";
}

std::string_view without_blanks(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(blanks);
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

CsvReader::CsvReader(const std::filesystem::path& path, char separator)
    : path_(path),
      separator_(separator),
      text_(files::read_whole(path, available_memory() / table_memory_per_byte)) {
    refuse_utf16(text_, path_.string());
    position_.at = text_.rfind("\xEF\xBB\xBF", 0) == 0 ? 3 : 0;
}

void CsvReader::fail(const std::string& what) const {
    throw Error(ErrorCode::format,
                path_.string() + ", line " + std::to_string(position_.line) + ": " + what + separator_help());
}

std::string CsvReader::separator_help() const {
    const std::optional<char> likely = likely_separator(text_, separator_);
    return likely ? "; cells seem to be separated by " + spelled_separator(*likely) +
                        ": write `separator = " + spelled_separator(*likely) + "`"
                  : std::string();
}

bool CsvReader::next(std::vector<std::string>& cells) {
    skip_empty_lines();
    cells.clear();
    position_.line = position_.next_line;
    if (position_.at >= text_.size()) {
        return false;
    }
    while (true) {
        cells.push_back(read_cell());
        if (cells.size() > max_columns) {
            fail("has more than " + std::to_string(max_columns) +
                 " cells; expected as many as there are columns, and lines that end");
        }
        if (position_.at >= text_.size()) {
            return true;
        }
        if (text_[position_.at] != separator_) {
            end_line();
            return true;
        }
        ++position_.at;
    }
}

std::string CsvReader::read_cell() {
    skip_blanks();
    if (position_.at < text_.size() && text_[position_.at] == '"') {
        return read_quoted();
    }
    const char ends[] = {separator_, '\r', '\n'};
    const std::size_t end =
        std::min(text_.find_first_of(std::string_view(ends, 3), position_.at), text_.size());
    const std::string_view cell =
        without_blanks(std::string_view(text_).substr(position_.at, end - position_.at));
    position_.at = end;
    return std::string(cell);
}

std::string CsvReader::read_quoted() {
    std::string cell;
    ++position_.at;
    while (true) {
        const std::size_t quote = text_.find('"', position_.at);
        if (quote == std::string::npos) {
            fail("a cell begins with a double quote and never ends with one");
        }
        cell.append(text_, position_.at, quote - position_.at);
        position_.at = quote + 1;
        if (position_.at >= text_.size() || text_[position_.at] != '"') {
            break;
        }
        cell += '"';
        ++position_.at;
    }
    position_.next_line += line_ends(cell);
    skip_blanks();
    if (position_.at < text_.size() && text_[position_.at] != separator_ && text_[position_.at] != '\r' &&
        text_[position_.at] != '\n') {
        fail("after the double quote that ends a cell stands " + quoted_cell(text_.substr(position_.at, 1)) +
             "; expected " + (separator_ == ',' ? "a comma" : spelled_separator(separator_)) +
             ", or the end of the line (a double quote in a cell is written twice)");
    }
    return std::string(without_blanks(cell));
}

void CsvReader::skip_blanks() {
    while (position_.at < text_.size() && text_[position_.at] != separator_ &&
           blanks.find(text_[position_.at]) != blanks.npos) {
        ++position_.at;
    }
}

void CsvReader::skip_empty_lines() {
    while (true) {
        const std::size_t begin = position_.at;
        skip_blanks();
        if (position_.at >= text_.size()) {
            return;
        }
        if (text_[position_.at] != '\n' && text_[position_.at] != '\r') {
            position_.at = begin;
            return;
        }
        end_line();
    }
}

void CsvReader::end_line() {
    position_.at +=
        text_[position_.at] == '\r' && position_.at + 1 < text_.size() && text_[position_.at + 1] == '\n' ? 2
                                                                                                          : 1;
    ++position_.next_line;
}

}  // namespace gandsl::formats
