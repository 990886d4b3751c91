#include "runtime/sources/support.hpp"

#include "autodiff/error.hpp"
#include "dsl/diagnostics.hpp"
#include "models/records.hpp"

namespace gandsl::sources {

dsl::Argument range_argument() {
    dsl::Value range;
    range.data = std::vector<double>{0, 1};
    return {.name = "range",
            .kind = dsl::ArgumentKind::numbers,
            .doc = "what black and white become: [low, high]",
            .fallback = range,
            .positional = false};
}

data::Range range_of(const dsl::Arguments& arguments) {
    const auto* bounds = std::get_if<std::vector<double>>(&arguments.find("range")->second.data);
    if (bounds == nullptr || bounds->size() != 2 || !((*bounds)[0] < (*bounds)[1])) {
        throw dsl::diagnostics::refused_argument("data", "range", "other numbers",
                                                 "two numbers, the first the smaller, such as [-1, 1]");
    }
    return {static_cast<float>((*bounds)[0]), static_cast<float>((*bounds)[1])};
}

dsl::Argument holdout_argument() {
    return models::by_name(models::number_argument(
        "holdout", "share of the examples that are kept for the test split", models::value_of(0.1), 0, 0.99));
}

std::vector<dsl::Type> types_of(const data::Description& description) {
    std::vector<dsl::Type> types;
    for (const data::Field& field : description.fields) {
        dsl::Type type;
        for (const std::size_t size : field.shape) {
            type.shape.push_back(static_cast<dsl::Index>(size));
        }
        if (field.classes) {
            type.classes = static_cast<dsl::Index>(*field.classes);
        }
        types.push_back(std::move(type));
    }
    return types;
}

}  // namespace gandsl::sources
