#include "runtime/data/in_memory_dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "runtime/files/checksum.hpp"

namespace gandsl::data {

std::vector<std::size_t> others(std::size_t count, const std::vector<std::size_t>& without) {
    std::vector<std::size_t> result;
    result.reserve(count - without.size());
    auto next = without.begin();
    for (std::size_t i = 0; i < count; ++i) {
        if (next != without.end() && *next == i) {
            ++next;
        } else {
            result.push_back(i);
        }
    }
    return result;
}

std::vector<std::string> empty_test_split(std::size_t count, double holdout) {
    if (holdout <= 0 || held_out_count(count, holdout) > 0) {
        return {};
    }
    return {fmt::format(
        "test split without examples: `holdout = {}` of {} keeps none; nothing can be measured on it",
        holdout, count)};
}

std::vector<std::string> rounded_numbers(std::size_t count, double example) {
    if (count == 0) {
        return {};
    }
    return {fmt::format(
        "{} whole {} as {:.0f}, beyond what 32 bits hold (16777216), {} rounded; subtract what "
        "all have in common before, or keep them out",
        count, count == 1 ? "number, such" : "numbers, such", example, count == 1 ? "is" : "are")};
}

std::vector<std::string> rounded_numbers(std::span<const double> numbers) {
    const auto is_rounded = [](double number) {
        return number == std::floor(number) && double{static_cast<float>(number)} != number;
    };
    const auto first = std::find_if(numbers.begin(), numbers.end(), is_rounded);
    return rounded_numbers(static_cast<std::size_t>(std::count_if(first, numbers.end(), is_rounded)),
                           first == numbers.end() ? 0 : *first);
}

std::uint32_t checksum_of(const std::vector<ScaledColumn>& columns, std::uint32_t before) {
    for (const auto& [name, scaling] : columns) {
        const std::array<double, 2> numbers = {scaling.mean, scaling.deviation};
        before = files::crc32(name + "\n", before);
        before = files::crc32(std::as_bytes(std::span(numbers)), before);
    }
    return before;
}

Rows::Rows(Description description, Field field, std::vector<float> values, std::optional<RowLabels> labels,
           double holdout)
    : description_(std::move(description)), values_(std::move(values)), size_(field.size()) {
    description_.fields = {std::move(field)};
    if (labels) {
        labels_ = std::move(labels->values);
        description_.fields.push_back(Field{"label", {}, labels->classes, std::move(labels->names)});
    }
    const std::size_t count = values_.size() / size_;
    test_ = held_out(count, holdout);
    train_ = others(count, test_);
    description_.train_count = train_.size();
    description_.test_count = test_.size();
    std::uint32_t checksum = files::crc32(fmt::format("{} {}\n", count, test_.size()));
    checksum = files::crc32(std::as_bytes(std::span(values_)), checksum);
    checksum = files::crc32(std::as_bytes(std::span(labels_)), checksum);
    checksum = checksum_of(description_.scaled, checksum);
    description_.hash = "crc32:" + files::hexadecimal(checksum);
    for (std::string& warning : empty_test_split(count, holdout)) {
        description_.warnings.push_back(std::move(warning));
    }
}

void Rows::read(const Example& example, std::span<const std::span<float>> fields) const {
    const std::size_t row = (example.split == Split::train ? train_ : test_)[example.index];
    if (!fields.empty() && !fields[0].empty()) {
        std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(row * size_), size_, fields[0].begin());
    }
    if (fields.size() > 1 && !fields[1].empty() && !labels_.empty()) {
        fields[1][0] = labels_[row];
    }
}

}  // namespace gandsl::data
