#include "runtime/data/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "autodiff/error.hpp"
#include "runtime/data/csv.hpp"
#include "runtime/data/glob.hpp"
#include "runtime/data/rows.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::data {

namespace {

/// The distinct values of a column of labels, in their order.
std::vector<std::string> distinct(std::vector<std::string> labels) {
    std::sort(labels.begin(), labels.end());
    labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
    const bool numbers = std::all_of(labels.begin(), labels.end(), [](const std::string& label) {
        const auto number = parse_number(label);
        return number && std::isfinite(*number);  // "nan" comes neither before nor after another
    });
    if (numbers) {
        std::stable_sort(labels.begin(), labels.end(), [](const std::string& a, const std::string& b) {
            return *parse_number(a) < *parse_number(b);
        });
    }
    return labels;
}

RowLabels classes_of(const std::vector<std::string>& labels, const std::vector<std::string>& names) {
    RowLabels result;
    result.classes = names.size();
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t place = 0; place < names.size(); ++place) {
        places.emplace(names[place], place);
    }
    result.values.reserve(labels.size());
    for (const std::string& label : labels) {
        result.values.push_back(static_cast<float>(places.at(label)));
    }
    return result;
}

std::string spelled(const std::vector<std::string>& names) {
    constexpr std::size_t most = 10;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), most); ++i) {
        text += (i == 0 ? "" : ", ") + terminal::printable(names[i]);
    }
    return text + (names.size() > most ? ", ..." : "");
}

/// The places of the columns that become numbers.
std::vector<std::size_t> number_columns(const CsvFile& file, const TableSource& source,
                                        std::optional<std::size_t> label) {
    std::vector<std::size_t> columns;
    for (const std::string& name : source.columns) {
        columns.push_back(file.column(name));
    }
    for (std::size_t i = 0; source.columns.empty() && i < file.columns().size(); ++i) {
        if (i != label) {
            columns.push_back(i);
        }
    }
    if (columns.empty()) {
        file.fail("the label is the only column; expected columns of numbers beside it");
    }
    return columns;
}

void scale_columns(std::vector<double>& numbers, std::size_t columns, double holdout,
                   const std::filesystem::path& path) {
    const std::size_t rows = numbers.size() / columns;
    std::vector<double> train;
    for (const std::size_t row : others(rows, held_out(rows, holdout))) {
        const auto begin = numbers.begin() + static_cast<std::ptrdiff_t>(row * columns);
        train.insert(train.end(), begin, begin + static_cast<std::ptrdiff_t>(columns));
    }
    const std::vector<Scaling> scalings = standard_scaling(train, columns);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const double number = numbers[i];
        numbers[i] = double{scalings[i % columns].apply(number)};
        if (!std::isfinite(numbers[i])) {
            throw Error(
                ErrorCode::format,
                path.string() + fmt::format(" has {} in row {}, too far from the others of its column "
                                            "to be scaled; expected numbers of similar size",
                                            number, i / columns + 1));
        }
    }
}

}  // namespace

std::vector<std::string> split_names(const std::string& names) {
    std::vector<std::string> result;
    for (std::size_t begin = 0; begin <= names.size();) {
        const std::size_t end = std::min(names.find(',', begin), names.size());
        const std::string name = names.substr(begin, end - begin);
        const std::size_t first = name.find_first_not_of(' ');
        result.push_back(first == std::string::npos
                             ? std::string()
                             : name.substr(first, name.find_last_not_of(' ') - first + 1));
        begin = end + 1;
    }
    return result;
}

DatasetPointer open_table(const TableSource& source) {
    const std::filesystem::path path = placed(source.file, source.folder);
    CsvFile file(path);
    std::optional<std::size_t> label;
    if (source.label) {
        label = file.column(*source.label);
    }
    const std::vector<std::size_t> columns = number_columns(file, source, label);
    const Fits fits = source.scale == Scale::none ? Fits::in_float : Fits::in_double;
    std::vector<double> numbers;
    std::vector<std::string> labels;
    for (std::vector<std::string> cells; file.next(cells);) {
        for (const std::size_t column : columns) {
            const bool missing = cells[column].find_first_not_of(" \t") == std::string::npos;
            numbers.push_back(file.number(cells, column, fits,
                                          label || missing
                                              ? ""
                                              : "; text is left out with `columns = \"...\"` or "
                                                "becomes a second value with `label = \"" +
                                                    terminal::printable(file.columns()[column]) + "\"`"));
        }
        if (label) {
            labels.push_back(cells[*label]);
        }
    }
    if (numbers.empty()) {
        throw Error(ErrorCode::format, path.string() + " has a header and no rows after it");
    }
    if (source.scale == Scale::standard) {
        scale_columns(numbers, columns.size(), source.holdout, path);
    }
    Description description;
    description.source = "table";
    description.origin = path.string();
    std::optional<RowLabels> classes;
    if (label) {
        const std::vector<std::string> names = distinct(labels);
        classes = classes_of(labels, names);
        description.origin += ", labels " + spelled(names);
    }
    return std::make_shared<Rows>(std::move(description), Field{"row", {columns.size()}, std::nullopt},
                                  std::vector<float>(numbers.begin(), numbers.end()), std::move(classes),
                                  source.holdout);
}

}  // namespace gandsl::data
