#include "tests/fuzz/dataset.hpp"

#include <cmath>
#include <vector>

#include "tests/fuzz/target.hpp"

namespace gandsl::fuzz {

namespace {

void check_field(const data::Field& field, const std::vector<float>& values) {
    for (const float value : values) {
        if (!std::isfinite(value)) {
            broken("a number of the data is not finite");
        }
        if (field.classes &&
            !(value >= 0 && value < static_cast<float>(*field.classes) && value == std::floor(value))) {
            broken("a label is not below the number of classes");
        }
    }
}

void read_one(const data::Dataset& set, const data::Example& example) {
    std::vector<std::vector<float>> values;
    std::vector<std::span<float>> spans;
    for (const data::Field& field : set.description().fields) {
        values.emplace_back(field.size());
    }
    spans.assign(values.begin(), values.end());
    set.read(example, spans);
    for (std::size_t field = 0; field < values.size(); ++field) {
        check_field(set.description().fields[field], values[field]);
    }
}

}  // namespace

void read_examples(const std::function<data::DatasetPointer()>& open) {
    survives([&] {
        const data::DatasetPointer set = open();
        if (set->description().train_count == 0) {
            broken("a data set without training examples");
        }
        for (const data::Split split : {data::Split::train, data::Split::test}) {
            const std::size_t count = set->description().count(split);
            for (const std::size_t index : {std::size_t{0}, count - 1}) {
                if (count > 0) {
                    read_one(*set, {.split = split, .index = index, .epoch = 3, .shift = 0});
                }
            }
        }
    });
}

}  // namespace gandsl::fuzz
