#include "runtime/data/chars.hpp"

#include <utility>

#include "models/records.hpp"
#include "runtime/sources/support.hpp"

namespace gandsl::sources {

namespace {

Source define_chars(const Context& context) {
    const auto source_of = [context](const dsl::Arguments& arguments) {
        return data::CharsSource{.files = models::text(arguments, "files"),
                                 .folder = context.folder,
                                 .length = size_of(arguments, "length"),
                                 .holdout = models::number(arguments, "holdout")};
    };
    dsl::Entry entry{
        .name = "chars",
        .kind = dsl::EntryKind::source,
        .doc = "Windows of text, character by character.",
        .details =
            "The files that match the pattern are joined in the order of their paths: in a name `*` stands "
            "for "
            "any letters, `?` for one, and `**` for any folders. They must be UTF-8; a byte order mark is "
            "dropped, and every line end becomes a line feed. The symbols of the text, sorted by code point, "
            "are its classes. An epoch is one pass over the text in windows end to end, which begin at "
            "another "
            "place each time; `next(text)` is the same window one symbol later. The test split is the last "
            "part of the text.",
        .inputs = {},
        .arguments = {file_argument("files", "which files: a pattern such as \"*.txt\""),
                      length_argument("symbols in a window", 64), holdout_argument()},
        .type = {},
        .example = "data text = chars(\"*.txt\", length = 64)",
        .sequential = true};
    entry.absent = [source_of](const dsl::Arguments& arguments) {
        return data::chars_absent(source_of(arguments));
    };
    return read_source(std::move(entry), [source_of](const dsl::Arguments& arguments) {
        return data::open_chars(source_of(arguments));
    });
}

}  // namespace

std::vector<Source> chars_sources(const Context& context) {
    return {define_chars(context)};
}

}  // namespace gandsl::sources
