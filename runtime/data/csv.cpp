#include "runtime/data/csv.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "autodiff/error.hpp"
#include "runtime/data/idx.hpp"
#include "runtime/data/utf8.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::data {

namespace {

constexpr std::size_t most_listed = 20;  // columns in a message
constexpr std::size_t most_columns = 1'000'000;

/// A text takes at most this many bytes of memory for each of its own while it is read: a cell of one digit
/// and a comma becomes a string, a number, and that number's copies.
constexpr std::size_t memory_per_byte = 40;

/// A cell as a message shows it: no control characters, and not too long.
std::string quoted(const std::string& cell) {
    return "'" + terminal::printable(cell, 30) + "'";
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
    constexpr std::string_view blanks = " \t";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) {
        return std::nullopt;
    }
    text = text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
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

CsvFile::CsvFile(const std::filesystem::path& path)
    : path_(path), text_(files::read_whole(path, available_memory() / memory_per_byte)) {
    refuse_utf16(text_, path_.string());
    at_ = text_.rfind("\xEF\xBB\xBF", 0) == 0 ? 3 : 0;
    std::vector<std::string> cells;
    if (!read_row(cells)) {
        throw Error(ErrorCode::format, path_.string() + " has no rows");
    }
    const bool numbers = std::all_of(cells.begin(), cells.end(), [](const std::string& cell) {
        return cell.empty() || parse_number(cell).has_value();
    });
    if (!numbers) {
        columns_ = std::move(cells);
        return;
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
        columns_.push_back(std::to_string(i + 1));
    }
    first_ = std::move(cells);
}

std::size_t CsvFile::column(const std::string& name) const {
    const auto found = std::find(columns_.begin(), columns_.end(), name);
    if (found == columns_.end()) {
        throw Error(ErrorCode::format,
                    path_.string() + " has no column " + quoted(name) + "; " + spelled_columns());
    }
    if (std::find(found + 1, columns_.end(), name) != columns_.end()) {
        throw Error(ErrorCode::format,
                    path_.string() + " has several columns " + quoted(name) + "; " + spelled_columns());
    }
    return static_cast<std::size_t>(found - columns_.begin());
}

std::string CsvFile::spelled_columns() const {
    std::string text = columns_.size() == 1 ? "its only column is " : "its columns are ";
    for (std::size_t i = 0; i < std::min(columns_.size(), most_listed); ++i) {
        text += (i == 0 ? "" : ", ") + quoted(columns_[i]);
    }
    if (columns_.size() > most_listed) {
        text += " and " + std::to_string(columns_.size() - most_listed) + " more";
    }
    const bool other = columns_.size() == 1 && columns_[0].find_first_of(";\t") != std::string::npos;
    return text + (other ? "; cells are separated by commas, not by semicolons or tabs" : "");
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
        fail("has " + std::to_string(cells.size()) + (cells.size() == 1 ? " cell" : " cells") +
             ", but the first row has " + std::to_string(columns_.size()));
    }
    return true;
}

double CsvFile::number(const std::vector<std::string>& cells, std::size_t column, Fits fits,
                       const std::string& help) const {
    const std::string& cell = cells[column];
    const std::string where = "column " + quoted(columns_[column]);
    const auto number = parse_number(cell);
    if (!number || !std::isfinite(*number)) {
        fail(where +
             (cell.find_first_not_of(" \t") == std::string::npos ? " is empty" : " has " + quoted(cell)) +
             "; expected a number" + help);
    }
    if (fits == Fits::in_float && std::abs(*number) > double{std::numeric_limits<float>::max()}) {
        fail(where + " has " + quoted(cell) +
             ", too large for 32 bits; expected at most 3.4e38, or `scale = standard`, which brings it to "
             "size");
    }
    return *number;
}

void CsvFile::fail(const std::string& what) const {
    throw Error(ErrorCode::format, path_.string() + ", line " + std::to_string(line_) + ": " + what);
}

bool CsvFile::read_row(std::vector<std::string>& cells) {
    while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) {
        end_line();
    }
    cells.clear();
    line_ = next_line_;
    if (at_ >= text_.size()) {
        return false;
    }
    while (true) {
        cells.push_back(read_cell());
        if (cells.size() > most_columns) {
            fail("has more than " + std::to_string(most_columns) +
                 " cells; expected as many as there are columns, and lines that end");
        }
        if (at_ >= text_.size()) {
            return true;
        }
        if (text_[at_] != ',') {
            end_line();
            return true;
        }
        ++at_;
    }
}

std::string CsvFile::read_cell() {
    if (at_ >= text_.size() || text_[at_] != '"') {
        const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
        std::string cell = text_.substr(at_, end - at_);
        at_ = end;
        return cell;
    }
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
    next_line_ += static_cast<std::size_t>(std::count(cell.begin(), cell.end(), '\n'));
    if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\r' && text_[at_] != '\n') {
        fail("after the double quote that ends a cell stands " + quoted(text_.substr(at_, 1)) +
             "; expected a comma, or the end of the line (a double quote in a cell is written twice)");
    }
    return cell;
}

void CsvFile::end_line() {
    at_ += text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n' ? 2 : 1;
    ++next_line_;
}

}  // namespace gandsl::data
