#include "runtime/data/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "autodiff/error.hpp"
#include "runtime/data/in_memory_dataset.hpp"
#include "runtime/data/table_labels.hpp"
#include "runtime/formats/csv.hpp"
#include "runtime/formats/glob.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::data {

namespace {

/// A column with more values numbers its rows, rather than telling kinds apart; a run's record keeps the
/// names.
constexpr std::size_t max_named_classes = 10'000;

std::string spelled(const std::vector<std::string>& names) {
    constexpr std::size_t max = 10;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), max); ++i) {
        text += (i == 0 ? "" : ", ") + terminal::printable(names[i]);
    }
    return text + (names.size() > max ? ", ..." : "");
}

/// The indices of the columns that become numbers.
std::vector<std::size_t> number_columns(const formats::CsvFile& file, const TableSource& source,
                                        std::optional<std::size_t> label) {
    std::vector<std::size_t> columns;
    for (const std::string& name : source.columns) {
        columns.push_back(file.column(name));
        if (std::find(columns.begin(), columns.end() - 1, columns.back()) != columns.end() - 1) {
            file.fail("`columns` has '" + terminal::printable(name) + "' twice");
        }
    }
    for (std::size_t i = 0; source.columns.empty() && i < file.columns().size(); ++i) {
        if (i != label) {
            file.check_named(i);
            columns.push_back(file.column(file.columns()[i]));
        }
    }
    if (columns.empty()) {
        file.fail("the label is the only column; expected columns of numbers beside it");
    }
    return columns;
}

std::vector<ScaledColumn> scale_columns(std::vector<double>& numbers, const std::vector<std::string>& names,
                                        double holdout, const std::filesystem::path& path) {
    const std::size_t columns = names.size();
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
    std::vector<ScaledColumn> scaled;
    for (std::size_t i = 0; i < columns; ++i) {
        scaled.push_back({names[i], scalings[i]});
    }
    return scaled;
}

std::string spelled(const std::vector<ScaledColumn>& columns) {
    constexpr std::size_t max = 10;
    std::string text;
    for (std::size_t i = 0; i < std::min(columns.size(), max); ++i) {
        text += fmt::format("{}{} less {:.6g} and divided by {:.6g}", i == 0 ? "" : "; ",
                            terminal::printable(columns[i].name), columns[i].scaling.mean,
                            columns[i].scaling.deviation);
    }
    return text + (columns.size() > max ? "; ..." : "");
}

/// The rows of a table: the numbers of its columns, and the label of each.
struct Content {
    std::vector<double> numbers;
    std::vector<std::string> labels;
};

Content read_rows(formats::CsvFile& file, const TableSource& source, const std::vector<std::size_t>& columns,
                  std::optional<std::size_t> label) {
    const formats::Fits fits =
        source.scale == Scale::none ? formats::Fits::in_float : formats::Fits::in_double;
    Content content;
    for (std::vector<std::string> cells; file.next(cells);) {
        for (const std::size_t column : columns) {
            content.numbers.push_back(
                file.number(cells, column, fits,
                            label || cells[column].empty()
                                ? ""
                                : "; text is left out with `columns = \"...\"` or becomes a second value "
                                  "with `label = \"" +
                                      terminal::printable(file.columns()[column]) + "\"`"));
        }
        if (label) {
            content.labels.push_back(file.label(cells, *label));
        }
    }
    if (content.numbers.empty()) {
        file.fail_without_rows();
    }
    return content;
}

}  // namespace

std::vector<std::string> split_names(const std::string& names) {
    std::vector<std::string> result;
    for (std::size_t at = 0; at <= names.size(); ++at) {
        std::string name;
        at = std::min(names.find_first_not_of(" \t", at), names.size());
        if (at < names.size() && names[at] == '\'') {
            for (++at; at < names.size() && (names[at] != '\'' || names.substr(at, 2) == "''"); ++at) {
                name += names[at];
                at += names[at] == '\'' ? 1U : 0U;
            }
            if (at == names.size()) {
                throw Error(ErrorCode::invalid_argument, "a name begins with a single quote and never ends");
            }
            at = std::min(names.find_first_not_of(" \t", at + 1), names.size());
            if (at < names.size() && names[at] != ',') {
                throw Error(ErrorCode::invalid_argument, "no comma comes after the single quote of a name");
            }
        } else {
            const std::size_t end = std::min(names.find(',', at), names.size());
            name = names.substr(at, end - at);
            at = end;
        }
        name = formats::without_blanks(name);
        if (name.empty()) {
            throw Error(ErrorCode::invalid_argument, "a name is empty");
        }
        result.push_back(std::move(name));
    }
    return result;
}

DatasetPointer open_table(const TableSource& source) {
    const std::filesystem::path path = formats::placed(source.file, source.folder);
    formats::CsvFile file(path, source.format);
    std::optional<std::size_t> label;
    if (source.label) {
        label = file.column(std::string(formats::without_blanks(*source.label)));
    }
    const std::vector<std::size_t> columns = number_columns(file, source, label);
    Content content = read_rows(file, source, columns, label);
    Description description;
    description.source = "table";
    description.origin = path.string();
    if (file.warning()) {
        description.warnings.push_back(*file.warning());
    }
    std::optional<RowLabels> classes;
    if (label) {
        LabelColumn labels = classes_of(content.labels);
        description.origin += ", labels " + spelled(labels.names);
        if (const auto warning = label_warning(labels, file.columns()[*label])) {
            description.warnings.push_back(path.string() + ": " + *warning);
        }
        classes = std::move(labels.rows);
        if (labels.names.size() <= max_named_classes) {
            classes->names = std::move(labels.names);
        }
    }
    if (source.scale == Scale::none) {
        for (const std::string& warning : rounded_numbers(content.numbers)) {
            description.warnings.push_back(path.string() + ": " + warning + ", or write `scale = standard`");
        }
    }
    if (source.scale == Scale::standard) {
        std::vector<std::string> names;
        for (const std::size_t column : columns) {
            names.push_back(file.columns()[column]);
        }
        description.scaled = scale_columns(content.numbers, names, source.holdout, path);
        description.origin += "; " + spelled(description.scaled);
    }
    return std::make_shared<Rows>(std::move(description), Field{"row", {columns.size()}, std::nullopt},
                                  std::vector<float>(content.numbers.begin(), content.numbers.end()),
                                  std::move(classes), source.holdout);
}

}  // namespace gandsl::data
