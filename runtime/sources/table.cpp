#include "runtime/data/table.hpp"

#include <utility>

#include "autodiff/error.hpp"
#include "dsl/diagnostics.hpp"
#include "models/records.hpp"
#include "runtime/data/npy_arrays.hpp"
#include "runtime/formats/glob.hpp"
#include "runtime/sources/support.hpp"

namespace gandsl::sources {

namespace {

std::vector<std::string> names_of(const std::string& list) {
    try {
        return data::split_names(list);
    } catch (const Error& error) {
        throw dsl::diagnostics::refused_argument("table", "columns", '"' + list + "\": " + error.message(),
                                                 dsl::diagnostics::Form::column_names);
    }
}

Source define_table(const Context& context) {
    const auto source_of = [context](const dsl::Arguments& arguments) {
        data::TableSource source{.file = models::text(arguments, "file"),
                                 .folder = context.folder,
                                 .columns = {},
                                 .label = {},
                                 .holdout = models::number(arguments, "holdout"),
                                 .scale = scale_of(arguments),
                                 .format = csv_format_of(arguments, "table")};
        if (models::has(arguments, "columns")) {
            source.columns = names_of(models::text(arguments, "columns"));
        }
        if (models::has(arguments, "label")) {
            source.label = models::text(arguments, "label");
        }
        return source;
    };
    dsl::Entry entry{
        .name = "table",
        .kind = dsl::EntryKind::source,
        .doc = "The rows of a CSV file, as vectors.",
        .details =
            "Each example is the numbers of a row's columns. Whether the first row names them is told from "
            "the "
            "rows after it, and a warning says so where that is not sure; columns without names are \"1\", "
            "\"2\" and so on. Blanks around cells do not count. With `label = \"column\"` that column gives "
            "a "
            "second value: its class, the place among the column's distinct values, sorted as numbers if all "
            "are (`1`, `1.0` and `01` are one class then), else as text. With `scale = standard` each "
            "column's "
            "mean over the training split is subtracted and the rest divided by its standard deviation; both "
            "stand in the run's run.json, and `csv` samples of the table are in the file's units. The test "
            "split is so many rows that one fixed shuffle picks: the same ones for files of the same length.",
        .inputs = {},
        .arguments = {file_argument("file", "the CSV file, relative to the .gan file"),
                      optional_text_argument("columns",
                                             "which columns, such as \"width, height\" or \"'a, b', c\" "
                                             "(a name with a comma); all but the label if left out"),
                      optional_text_argument("label", "the column that tells the classes"),
                      holdout_argument(), scale_argument("none"), separator_argument(), header_argument()},
        .type = {},
        .example = "data row, kind = table(\"iris.csv\", label = \"species\")"};
    entry.absent = [context](const dsl::Arguments& arguments) {
        return formats::file_absent(formats::placed(models::text(arguments, "file"), context.folder));
    };
    return read_source(std::move(entry), [source_of](const dsl::Arguments& arguments) {
        return data::open_table(source_of(arguments));
    });
}

Source define_npy(const Context& context) {
    const auto source_of = [context](const dsl::Arguments& arguments) {
        data::NpySource source{.file = models::text(arguments, "file"),
                               .labels = {},
                               .folder = context.folder,
                               .holdout = models::number(arguments, "holdout")};
        if (models::has(arguments, "labels")) {
            source.labels = models::text(arguments, "labels");
        }
        return source;
    };
    dsl::Entry entry{
        .name = "npy",
        .kind = dsl::EntryKind::source,
        .doc = "An array in NumPy's format; its first axis counts the examples.",
        .details =
            "The other axes are the shape of an example. Numbers are float32, float64, bool or whole ones, "
            "and stay as they are. With `labels` a second value is the label of each example, from an array "
            "of whole numbers from 0 on.",
        .inputs = {},
        .arguments = {file_argument("file", "the .npy file, relative to the .gan file"),
                      optional_text_argument("labels", "the .npy file of labels, if there is one"),
                      holdout_argument()},
        .type = {},
        .example = "data x = npy(\"x.npy\")"};
    entry.absent = [source_of](const dsl::Arguments& arguments) {
        const data::NpySource source = source_of(arguments);
        return formats::file_absent(formats::placed(source.file, source.folder));
    };
    return read_source(std::move(entry), [source_of](const dsl::Arguments& arguments) {
        return data::open_npy(source_of(arguments));
    });
}

}  // namespace

std::vector<Source> table_sources(const Context& context) {
    return {define_table(context), define_npy(context)};
}

}  // namespace gandsl::sources
