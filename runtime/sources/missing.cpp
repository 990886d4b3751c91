#include "models/records.hpp"
#include "runtime/sources/support.hpp"

namespace gandsl::sources {

namespace {

dsl::Argument text_argument(std::string name, std::string doc) {
    return {.name = std::move(name), .kind = dsl::ArgumentKind::text, .doc = std::move(doc)};
}

Source missing(dsl::Entry entry) {
    entry.kind = dsl::EntryKind::source;
    entry.missing = "reading this kind of data does not run yet";
    entry.type = [](dsl::TypeCall&) { return std::vector<dsl::Type>{{}}; };
    return {std::move(entry), {}};
}

}  // namespace

std::vector<Source> define_missing() {
    using models::boolean_argument;
    using models::by_name;
    using models::integer_argument;
    using models::number_argument;
    using models::value_of;
    const auto augmentation = [](const char* name, const char* doc) {
        return by_name(number_argument(name, doc, value_of(0.0), 0, 360));
    };
    std::vector<Source> list;
    list.push_back(
        missing({.name = "images",
                 .doc = "Pictures from a folder, PNG or JPEG.",
                 .inputs = {},
                 .arguments = {text_argument("files", "which files: a pattern such as \"faces/*.png\""),
                               by_name(integer_argument("size", "sides of the square each becomes")),
                               by_name(integer_argument("channels", "1: grey, 3: colour", value_of(3.0), 1)),
                               range_argument(), holdout_argument(),
                               by_name(boolean_argument("flip", "mirrors at random", false)),
                               augmentation("rotate", "turns by up to so many degrees"),
                               augmentation("zoom", "enlarges by up to this share"),
                               augmentation("crop", "shifts by up to this share")},
                 .type = {},
                 .example = "data x = images(\"faces/*.png\", size = 64, range = [-1, 1])"}));
    return list;
}

}  // namespace gandsl::sources
