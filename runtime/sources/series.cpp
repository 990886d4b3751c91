#include "runtime/data/series.hpp"

#include <utility>

#include "models/records.hpp"
#include "runtime/formats/glob.hpp"
#include "runtime/sources/support.hpp"

namespace gandsl::sources {

namespace {

dsl::Argument count_argument(const char* doc, double fallback) {
    dsl::Argument argument =
        models::by_name(models::integer_argument("count", doc, models::value_of(fallback), 2));
    argument.max = 1e8;
    return argument;
}

Source define_series(const Context& context) {
    const auto source_of = [context](const dsl::Arguments& arguments) {
        data::SeriesSource source{.file = models::text(arguments, "file"),
                                  .folder = context.folder,
                                  .column = {},
                                  .length = size_of(arguments, "length"),
                                  .holdout = models::number(arguments, "holdout"),
                                  .scale = scale_of(arguments),
                                  .format = csv_format_of(arguments, "series")};
        if (models::has(arguments, "column")) {
            source.column = models::text(arguments, "column");
        }
        return source;
    };
    dsl::Entry entry{
        .name = "series",
        .kind = dsl::EntryKind::source,
        .doc = "Windows of a series of numbers from a column of a CSV file.",
        .details =
            "Each example is length x 1. Every row begins a window; `next(s)` is the same window one row "
            "later. "
            "The test split is the last part of the series. Whether the first row names the columns is "
            "told from the rows after it, and a warning says so where that is not sure; columns without "
            "names "
            "are \"1\", \"2\" and so on. With `scale = standard` the mean of the training split is "
            "subtracted "
            "and the rest divided by its standard deviation; both stand in the run's run.json, and samples "
            "stay "
            "scaled.",
        .inputs = {},
        .arguments = {file_argument("file", "the CSV file, relative to the .gan file"),
                      optional_text_argument("column", "name of the column; may be left out if there is one"),
                      length_argument("numbers in a window", 50), holdout_argument(),
                      scale_argument("standard"), separator_argument(), header_argument()},
        .type = {},
        .example = "data s = series(\"price.csv\", column = \"close\", length = 50)",
        .sequential = true};
    entry.absent = [context](const dsl::Arguments& arguments) {
        return formats::file_absent(formats::placed(models::text(arguments, "file"), context.folder));
    };
    return read_source(std::move(entry), [source_of](const dsl::Arguments& arguments) {
        return data::open_series(source_of(arguments));
    });
}

Source define_wave(const Context&) {
    return read_source(
        {.name = "wave",
         .kind = dsl::EntryKind::source,
         .doc = "A drawn series that needs no file.",
         .details =
             "The sum of three sines whose amplitudes and frequencies drift, and a little noise; each "
             "example is length x 1. Every step begins a window; `next(s)` is the same window one step "
             "later. The test split is the last part.",
         .inputs = {},
         .arguments = {length_argument("numbers in a window", 50), holdout_argument(),
                       count_argument("steps in all", 10000), seed_argument("chooses another wave")},
         .type = {},
         .example = "data s = wave(length = 50)",
         .sequential = true},
        [](const dsl::Arguments& arguments) {
            return data::open_wave({.length = size_of(arguments, "length"),
                                    .holdout = models::number(arguments, "holdout"),
                                    .count = size_of(arguments, "count"),
                                    .seed = seed_of(arguments)});
        });
}

Source define_tone(const Context&) {
    return read_source(
        {.name = "tone",
         .kind = dsl::EntryKind::source,
         .doc = "A drawn sound that needs no file.",
         .details =
             "Plucked notes one after another, at 4000 samples a second, between -1 and 1; each example is "
             "length x 1. An epoch is one pass in windows end to end, which begin at another place each "
             "time; `next(s)` is the same window one sample later. The test split is the last part.",
         .inputs = {},
         .arguments = {length_argument("samples in a window", 256), holdout_argument(),
                       count_argument("samples in all", 40000), seed_argument("chooses other notes")},
         .type = {},
         .example = "data s = tone(length = 256)",
         .sequential = true},
        [](const dsl::Arguments& arguments) {
            return data::open_tone({.length = size_of(arguments, "length"),
                                    .holdout = models::number(arguments, "holdout"),
                                    .count = size_of(arguments, "count"),
                                    .seed = seed_of(arguments)});
        });
}

}  // namespace

std::vector<Source> series_sources(const Context& context) {
    return {define_series(context), define_wave(context), define_tone(context)};
}

}  // namespace gandsl::sources
