#include "runtime/data/drawn/digits.hpp"

#include "models/records.hpp"
#include "runtime/sources/support.hpp"

namespace gandsl::sources {

namespace {

Source define_digits(const Context&) {
    Source source;
    source.entry = {
        .name = "digits",
        .kind = dsl::EntryKind::source,
        .doc = "Drawn digits that need no file.",
        .details =
            "Every example is drawn from the seed with strokes of its own slant, thickness, place and "
            "wobble: a "
            "picture of 1 x 28 x 28 and a label of 10 classes. The test split has a sixth of `count`.",
        .inputs = {},
        .arguments = {range_argument(),
                      models::by_name(models::integer_argument("count", "training examples",
                                                               models::value_of(60000.0), 1)),
                      models::by_name(models::integer_argument("seed", "chooses another set of drawings",
                                                               models::value_of(0.0), 0))},
        .type =
            [](dsl::TypeCall& call) {
                range_of(call.arguments);
                return std::vector<dsl::Type>{{.shape = {1, 28, 28}, .classes = {}}, digit_label()};
            },
        .example = "data x, y = digits(range = [-1, 1])"};
    source.open = [](const dsl::Arguments& arguments) {
        return data::open_digits({.range = range_of(arguments),
                                  .count = static_cast<std::size_t>(models::integer(arguments, "count")),
                                  .seed = static_cast<std::uint64_t>(models::integer(arguments, "seed"))});
    };
    return source;
}

}  // namespace

std::vector<Source> digits_sources(const Context& context) {
    return {define_digits(context)};
}

}  // namespace gandsl::sources
