#include "runtime/formats/csv.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "autodiff/error.hpp"
#include "autodiff/machine.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/formats/csv_guess.hpp"
#include "runtime/formats/utf8.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::formats {

namespace {

constexpr std::size_t max_listed = 20;  // columns in a message
constexpr std::size_t max_columns = 1'000'000;
constexpr const char* not_utf8 =
    ", which is not UTF-8; convert the file, for instance with: iconv -f latin1 -t utf-8";

/// A text takes at most this many bytes of memory for each of its own while it is read: a cell of one digit
/// and a comma becomes a string, a number, and that number's copies.
constexpr std::size_t table_memory_per_byte = 40;

/// A cell as a message shows it: no control characters, and not too long.
std::string quoted(const std::string& cell) {
    return "'" + terminal::printable(cell, 30) + "'";
}

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

std::string_view without_blanks(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(blanks);
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::optional<double> parse_number(std::string_view text) {
    text = without_blanks(text);
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') {
        text.remove_prefix(1);
    }
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

CsvFile::CsvFile(const std::filesystem::path& path, const CsvFormat& format)
    : path_(path),
      format_(format),
      text_(files::read_whole(path, available_memory() / table_memory_per_byte)) {
    refuse_utf16(text_, path_.string());
    at_ = text_.rfind("\xEF\xBB\xBF", 0) == 0 ? 3 : 0;
    std::vector<std::string> cells;
    if (!read_row(cells)) {
        throw Error(ErrorCode::format, path_.string() + " has no rows");
    }
    first_line_ = line_;
    headed_ = format_.header ? *format_.header : is_header(cells);
    if (headed_) {
        columns_ = std::move(cells);
    } else {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            columns_.push_back(std::to_string(i + 1));
        }
        first_ = std::move(cells);
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const std::string& name = columns_[i];
        if (!is_utf8(name)) {
            fail("column " + std::to_string(i + 1) + " is named " + quoted(name) + not_utf8);
        }
        indices_.emplace(name, i);
    }
}

/// Looks at the rows that follow, and comes back.
bool CsvFile::is_header(const std::vector<std::string>& first) {
    constexpr std::size_t max_rows = 10;
    const std::size_t at = at_;
    const std::size_t next_line = next_line_;
    std::vector<std::vector<std::string>> rows;
    for (std::vector<std::string> cells; rows.size() < max_rows && read_row(cells);) {
        rows.push_back(cells);
    }
    at_ = at;
    next_line_ = next_line;
    line_ = first_line_;
    const FirstRow guess = guess_first_row(first, rows);
    if (guess == FirstRow::likely_data) {
        warning_ =
            path_.string() + ", line " + std::to_string(line_) +
            ": taken as a row of data, as it has numbers where the rows after it have some; if it names "
            "the columns, write `header = true`, and if it does not, `header = false`";
    }
    return guess == FirstRow::header;
}

std::size_t CsvFile::column(const std::string& name) const {
    const auto found = indices_.find(name);
    if (name.empty() || found == indices_.end()) {
        throw Error(
            ErrorCode::format,
            path_.string() +
                (name.empty() ? " is asked for a column without a name" : " has no column " + quoted(name)) +
                "; " + spelled_columns() + comma_help() + header_help() + separator_help());
    }
    const auto first = columns_.begin() + static_cast<std::ptrdiff_t>(found->second);
    const auto second = std::find(first + 1, columns_.end(), name);
    if (second != columns_.end()) {
        throw Error(
            ErrorCode::format,
            path_.string() + ", line " + std::to_string(first_line_) + ": column " +
                std::to_string(found->second + 1) + " and column " +
                std::to_string(second - columns_.begin() + 1) + " are both named " + quoted(name) +
                "; rename one of them, or with `header = false` columns are named \"1\", \"2\" and so "
                "on, once the line of names is taken out of the file");
    }
    return found->second;
}

void CsvFile::check_named(std::size_t column) const {
    if (columns_[column].empty()) {
        throw Error(ErrorCode::format,
                    path_.string() + ", line " + std::to_string(first_line_) + ": column " +
                        std::to_string(column + 1) +
                        " has no name; name it, or say which columns are meant with `columns = \"...\"`; " +
                        spelled_columns() + separator_help());
    }
}

/// Where a list of names cuts one of them apart.
std::string CsvFile::comma_help() const {
    const auto with_comma = std::find_if(columns_.begin(), columns_.end(), [](const std::string& name) {
        return name.find(',') != std::string::npos;
    });
    return with_comma == columns_.end()
               ? std::string()
               : "; in `columns`, a name with a comma stands in single quotes: " + quoted(*with_comma);
}

/// Where a first row that may be a header was taken as data.
std::string CsvFile::header_help() const {
    return headed_ || format_.header ? std::string()
                                     : "; line " + std::to_string(first_line_) +
                                           " is taken as data, and names the columns with `header = true`";
}

std::string CsvFile::separator_help() const {
    const std::optional<char> likely = likely_separator(text_, format_.separator);
    return likely ? "; cells seem to be separated by " + spelled_separator(*likely) +
                        ": write `separator = " + spelled_separator(*likely) + "`"
                  : std::string();
}

std::string CsvFile::spelled_columns() const {
    std::string text = columns_.size() == 1 ? "its only column is " : "its columns are ";
    for (std::size_t i = 0; i < std::min(columns_.size(), max_listed); ++i) {
        text += (i == 0 ? "" : ", ") + quoted(columns_[i]);
    }
    if (columns_.size() > max_listed) {
        text += " and " + std::to_string(columns_.size() - max_listed) + " more";
    }
    return text;
}

bool CsvFile::next(std::vector<std::string>& cells) {
    if (first_) {
        cells = std::move(*first_);
        first_.reset();
        return true;
    }
    if (!read_row(cells)) {
        return false;
    }
    if (cells.size() != columns_.size()) {
        const bool trailing = cells.size() == columns_.size() + 1 && cells.back().empty();
        fail("has " + std::to_string(cells.size()) + (cells.size() == 1 ? " cell" : " cells") + ", but the " +
             (headed_ ? "header" : "first row") + " in line " + std::to_string(first_line_) + " has " +
             std::to_string(columns_.size()) +
             (trailing ? "; a separator at the end of a line begins another cell" : ""));
    }
    return true;
}

double CsvFile::number(const std::vector<std::string>& cells, std::size_t column, Fits fits,
                       const std::string& help) const {
    const std::string& cell = cells[column];
    const std::string where = "column " + quoted(columns_[column]);
    const auto number = parse_number(cell);
    if (!number || !std::isfinite(*number)) {
        const std::string own = number_help(cell);
        fail(where + (cell.empty() ? " is empty" : " has " + quoted(cell)) + "; expected a number" +
             (own.empty() ? help : own) + (line_ == first_line_ ? header_help() : std::string()));
    }
    if (fits == Fits::in_float && std::abs(*number) > double{std::numeric_limits<float>::max()}) {
        fail(where + " has " + quoted(cell) +
             ", too large for 32 bits; expected at most 3.4e38, or `scale = standard`, which brings it to "
             "size");
    }
    return *number;
}

std::string CsvFile::label(const std::vector<std::string>& cells, std::size_t column) const {
    const std::string& cell = cells[column];
    if (cell.empty() || stands_for_missing(cell)) {
        fail("column " + quoted(columns_[column]) +
             (cell.empty() ? std::string(" is empty")
                           : " has " + quoted(cell) + ", which stands for a missing value") +
             "; expected the name of a class; leave such rows out of the file, or name their class");
    }
    if (!is_utf8(cell)) {
        fail("column " + quoted(columns_[column]) + " has " + quoted(cell) + not_utf8);
    }
    return cell;
}

void CsvFile::fail(const std::string& what) const {
    throw Error(ErrorCode::format,
                path_.string() + ", line " + std::to_string(line_) + ": " + what + separator_help());
}

void CsvFile::fail_without_rows() const {
    throw Error(ErrorCode::format,
                path_.string() +
                    " has a header and no rows after it; if its line is data, write `header = "
                    "false`" +
                    separator_help());
}

bool CsvFile::read_row(std::vector<std::string>& cells) {
    skip_empty_lines();
    cells.clear();
    line_ = next_line_;
    if (at_ >= text_.size()) {
        return false;
    }
    while (true) {
        cells.push_back(read_cell());
        if (cells.size() > max_columns) {
            fail("has more than " + std::to_string(max_columns) +
                 " cells; expected as many as there are columns, and lines that end");
        }
        if (at_ >= text_.size()) {
            return true;
        }
        if (text_[at_] != format_.separator) {
            end_line();
            return true;
        }
        ++at_;
    }
}

std::string CsvFile::read_cell() {
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == '"') {
        return read_quoted();
    }
    const char ends[] = {format_.separator, '\r', '\n'};
    const std::size_t end = std::min(text_.find_first_of(std::string_view(ends, 3), at_), text_.size());
    const std::string_view cell = without_blanks(std::string_view(text_).substr(at_, end - at_));
    at_ = end;
    return std::string(cell);
}

std::string CsvFile::read_quoted() {
    std::string cell;
    ++at_;
    while (true) {
        const std::size_t quote = text_.find('"', at_);
        if (quote == std::string::npos) {
            fail("a cell begins with a double quote and never ends with one");
        }
        cell.append(text_, at_, quote - at_);
        at_ = quote + 1;
        if (at_ >= text_.size() || text_[at_] != '"') {
            break;
        }
        cell += '"';
        ++at_;
    }
    next_line_ += line_ends(cell);
    skip_blanks();
    if (at_ < text_.size() && text_[at_] != format_.separator && text_[at_] != '\r' && text_[at_] != '\n') {
        fail("after the double quote that ends a cell stands " + quoted(text_.substr(at_, 1)) +
             "; expected " + (format_.separator == ',' ? "a comma" : spelled_separator(format_.separator)) +
             ", or the end of the line (a double quote in a cell is written twice)");
    }
    return std::string(without_blanks(cell));
}

void CsvFile::skip_blanks() {
    while (at_ < text_.size() && text_[at_] != format_.separator && blanks.find(text_[at_]) != blanks.npos) {
        ++at_;
    }
}

void CsvFile::skip_empty_lines() {
    while (true) {
        const std::size_t begin = at_;
        skip_blanks();
        if (at_ >= text_.size()) {
            return;
        }
        if (text_[at_] != '\n' && text_[at_] != '\r') {
            at_ = begin;
            return;
        }
        end_line();
    }
}

void CsvFile::end_line() {
    at_ += text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n' ? 2 : 1;
    ++next_line_;
}

}  // namespace gandsl::formats
