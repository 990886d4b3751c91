#include "runtime/data/drawn/faces.hpp"

#include "models/records.hpp"
#include "runtime/sources/support.hpp"

namespace gandsl::sources {

namespace {

Source define_faces(const Context&) {
    Source source;
    source.entry = {.name = "faces",
                    .kind = dsl::EntryKind::source,
                    .doc = "Drawn faces in colour that need no file.",
                    .details = "Every example is drawn from the seed: a picture of 3 x size x size.",
                    .inputs = {},
                    .arguments = {models::by_name(models::integer_argument(
                                      "size", "sides of the square, 8 to 512", models::value_of(64.0), 8)),
                                  range_argument(),
                                  models::by_name(models::integer_argument("count", "training examples",
                                                                           models::value_of(20000.0), 1)),
                                  models::by_name(models::integer_argument(
                                      "seed", "chooses another set of drawings", models::value_of(0.0), 0))},
                    .type =
                        [](dsl::TypeCall& call) {
                            range_of(call.arguments);
                            const dsl::Index size = call.integer("size");
                            return std::vector<dsl::Type>{{.shape = {3, size, size}, .classes = {}}};
                        },
                    .example = "data x = faces(size = 64, range = [-1, 1])"};
    source.entry.arguments[0].max = 512;
    source.open = [](const dsl::Arguments& arguments) {
        return data::open_faces({.size = static_cast<std::size_t>(models::integer(arguments, "size")),
                                 .range = range_of(arguments),
                                 .count = static_cast<std::size_t>(models::integer(arguments, "count")),
                                 .seed = static_cast<std::uint64_t>(models::integer(arguments, "seed"))});
    };
    return source;
}

}  // namespace

std::vector<Source> faces_sources(const Context& context) {
    return {define_faces(context)};
}

}  // namespace gandsl::sources
