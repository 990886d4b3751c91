#include "runtime/data/table_labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string_view>

#include "runtime/formats/csv.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::data {

namespace {

/// The class of each row is the index of its key among the distinct ones, in their order.
template <class Key>
LabelColumn ranked(const std::vector<Key>& keys, const std::vector<std::string>& labels) {
    std::map<Key, std::size_t> classes;
    for (std::size_t row = 0; row < keys.size(); ++row) {
        classes.emplace(keys[row], row);
    }
    LabelColumn result;
    for (auto& [key, index] : classes) {
        result.names.push_back(labels[index]);
        index = result.names.size() - 1;
    }
    for (const Key& key : keys) {
        result.rows.values.push_back(static_cast<float>(classes.at(key)));
    }
    result.rows.classes = classes.size();
    return result;
}

}  // namespace

LabelColumn classes_of(const std::vector<std::string>& labels) {
    std::vector<double> numbers;
    for (const std::string& label : labels) {
        const std::optional<double> number = formats::parse_number(label);
        if (!number || !std::isfinite(*number)) {
            return ranked(std::vector<std::string_view>(labels.begin(), labels.end()), labels);
        }
        numbers.push_back(*number);
    }
    LabelColumn result = ranked(numbers, labels);
    const auto part = std::find_if(numbers.begin(), numbers.end(),
                                   [](double number) { return number != std::floor(number); });
    if (part != numbers.end()) {
        result.fraction = labels[static_cast<std::size_t>(part - numbers.begin())];
    }
    return result;
}

std::optional<std::string> label_warning(const LabelColumn& labels, const std::string& column) {
    const std::size_t rows = labels.rows.values.size();
    const std::size_t classes = labels.rows.classes;
    constexpr std::size_t few_rows = 10;  // in so few a class of its own says nothing
    const bool nearly_each = rows >= few_rows && classes * 10 >= rows * 9;
    if (!nearly_each && !labels.fraction) {
        return std::nullopt;
    }
    const std::string found =
        labels.fraction ? "numbers that are not whole, such as " + terminal::printable(*labels.fraction, 30)
                        : std::string("a class for nearly each row");
    return fmt::format(
        "the label '{}' has {}: {} classes in {} rows; a label is the rank of its value, 0 to {}, and not "
        "the "
        "value; a number to predict is one of the row's columns: leave `label` out, and take it from the row "
        "by its place, as in `row[0]`",
        terminal::printable(column), found, classes, rows, classes - 1);
}

}  // namespace gandsl::data
