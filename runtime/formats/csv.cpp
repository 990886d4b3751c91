#include "runtime/formats/csv.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "autodiff/error.hpp"
#include "runtime/formats/csv_guess.hpp"
#include "runtime/formats/utf8.hpp"

namespace gandsl::formats {

namespace {

constexpr std::size_t max_listed = 20;  // columns in a message
constexpr const char* not_utf8 =
    ", which is not UTF-8; convert the file, for instance with: iconv -f latin1 -t utf-8";

}  // namespace

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
    : reader_(path, format.separator), format_(format) {
    std::vector<std::string> cells;
    if (!reader_.next(cells)) {
        throw Error(ErrorCode::format, reader_.path().string() + " has no rows");
    }
    first_line_ = line();
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
            reader_.fail("column " + std::to_string(i + 1) + " is named " + quoted_cell(name) + not_utf8);
        }
        indices_.emplace(name, i);
    }
}

/// Looks at the rows that follow, and comes back.
bool CsvFile::is_header(const std::vector<std::string>& first) {
    constexpr std::size_t max_rows = 10;
    const CsvReader::Position after_first = reader_.position();
    std::vector<std::vector<std::string>> rows;
    for (std::vector<std::string> cells; rows.size() < max_rows && reader_.next(cells);) {
        rows.push_back(cells);
    }
    reader_.go_back(after_first);
    const FirstRow guess = guess_first_row(first, rows);
    if (guess == FirstRow::likely_data) {
        warning_ =
            reader_.path().string() + ", line " + std::to_string(line()) +
            ": taken as a row of data, as it has numbers where the rows after it have some; if it names "
            "the columns, write `header = true`, and if it does not, `header = false`";
    }
    return guess == FirstRow::header;
}

std::size_t CsvFile::column(const std::string& name) const {
    const auto found = indices_.find(name);
    if (name.empty() || found == indices_.end()) {
        throw Error(ErrorCode::format, reader_.path().string() +
                                           (name.empty() ? " is asked for a column without a name"
                                                         : " has no column " + quoted_cell(name)) +
                                           "; " + spelled_columns() + comma_help() + header_help() +
                                           reader_.separator_help());
    }
    const auto first = columns_.begin() + static_cast<std::ptrdiff_t>(found->second);
    const auto second = std::find(first + 1, columns_.end(), name);
    if (second != columns_.end()) {
        throw Error(
            ErrorCode::format,
            reader_.path().string() + ", line " + std::to_string(first_line_) + ": column " +
                std::to_string(found->second + 1) + " and column " +
                std::to_string(second - columns_.begin() + 1) + " are both named " + quoted_cell(name) +
                "; rename one of them, or with `header = false` columns are named \"1\", \"2\" and so "
                "on, once the line of names is taken out of the file");
    }
    return found->second;
}

void CsvFile::check_named(std::size_t column) const {
    if (columns_[column].empty()) {
        throw Error(ErrorCode::format,
                    reader_.path().string() + ", line " + std::to_string(first_line_) + ": column " +
                        std::to_string(column + 1) +
                        " has no name; name it, or say which columns are meant with `columns = \"...\"`; " +
                        spelled_columns() + reader_.separator_help());
    }
}

/// Where a list of names cuts one of them apart.
std::string CsvFile::comma_help() const {
    const auto with_comma = std::find_if(columns_.begin(), columns_.end(), [](const std::string& name) {
        return name.find(',') != std::string::npos;
    });
    return with_comma == columns_.end()
               ? std::string()
               : "; in `columns`, a name with a comma stands in single quotes: " + quoted_cell(*with_comma);
}

/// Where a first row that may be a header was taken as data.
std::string CsvFile::header_help() const {
    return headed_ || format_.header ? std::string()
                                     : "; line " + std::to_string(first_line_) +
                                           " is taken as data, and names the columns with `header = true`";
}

std::string CsvFile::spelled_columns() const {
    std::string text = columns_.size() == 1 ? "its only column is " : "its columns are ";
    for (std::size_t i = 0; i < std::min(columns_.size(), max_listed); ++i) {
        text += (i == 0 ? "" : ", ") + quoted_cell(columns_[i]);
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
    if (!reader_.next(cells)) {
        return false;
    }
    if (cells.size() != columns_.size()) {
        const bool trailing = cells.size() == columns_.size() + 1 && cells.back().empty();
        reader_.fail("has " + std::to_string(cells.size()) + (cells.size() == 1 ? " cell" : " cells") +
                     ", but the " + (headed_ ? "header" : "first row") + " in line " +
                     std::to_string(first_line_) + " has " + std::to_string(columns_.size()) +
                     (trailing ? "; a separator at the end of a line begins another cell" : ""));
    }
    return true;
}

double CsvFile::number(const std::vector<std::string>& cells, std::size_t column, Fits fits,
                       const std::string& help) const {
    const std::string& cell = cells[column];
    const std::string where = "column " + quoted_cell(columns_[column]);
    const auto number = parse_number(cell);
    if (!number || !std::isfinite(*number)) {
        const std::string own = number_help(cell);
        reader_.fail(where + (cell.empty() ? " is empty" : " has " + quoted_cell(cell)) +
                     "; expected a number" + (own.empty() ? help : own) +
                     (line() == first_line_ ? header_help() : std::string()));
    }
    if (fits == Fits::in_float && std::abs(*number) > double{std::numeric_limits<float>::max()}) {
        reader_.fail(
            where + " has " + quoted_cell(cell) +
            ", too large for 32 bits; expected at most 3.4e38, or `scale = standard`, which brings it to "
            "size");
    }
    return *number;
}

std::string CsvFile::label(const std::vector<std::string>& cells, std::size_t column) const {
    const std::string& cell = cells[column];
    if (cell.empty() || stands_for_missing(cell)) {
        reader_.fail("column " + quoted_cell(columns_[column]) +
                     (cell.empty() ? std::string(" is empty")
                                   : " has " + quoted_cell(cell) + ", which stands for a missing value") +
                     "; expected the name of a class; leave such rows out of the file, or name their class");
    }
    if (!is_utf8(cell)) {
        reader_.fail("column " + quoted_cell(columns_[column]) + " has " + quoted_cell(cell) + not_utf8);
    }
    return cell;
}

void CsvFile::fail_without_rows() const {
    throw Error(ErrorCode::format,
                reader_.path().string() +
                    " has a header and no rows after it; if its line is data, write `header = "
                    "false`" +
                    reader_.separator_help());
}

}  // namespace gandsl::formats
