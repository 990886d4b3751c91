#include "dsl/diagnostics.hpp"
#include "models/descriptions.hpp"
#include "models/records.hpp"
#include "models/rules.hpp"
#include "models/values.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

Definition sink(std::string name, std::string doc, std::string details, std::vector<dsl::Argument> arguments,
                dsl::TypeRule type, std::string example) {
    return {.entry = {.name = std::move(name),
                      .kind = dsl::EntryKind::sink,
                      .doc = std::move(doc),
                      .details = std::move(details),
                      .inputs = {"x"},
                      .arguments = std::move(arguments),
                      .type = std::move(type),
                      .example = std::move(example)}};
}

std::vector<dsl::Type> pictures(dsl::TypeCall& call) {
    const dsl::Type& input = call.inputs.front();
    numbers_only("grid", input);
    if (!is_picture(input) || (input.shape[0] != 1 && input.shape[0] != 3)) {
        throw dsl::diagnostics::wrong_shape("grid", input,
                                            "a picture with 1 or 3 channels (channels x height x width)",
                                            is_picture(input) ? ""
                                                              : "`reshape(1, 28, 28)` makes a picture of 784 "
                                                                "numbers");
    }
    if (has(call.arguments, "range")) {
        bounds("grid", call.arguments);
    }
    return {input};
}

std::vector<dsl::Type> anything(dsl::TypeCall& call) {
    return {call.inputs.front()};
}

dsl::Argument range_argument() {
    return {.name = "range",
            .kind = dsl::ArgumentKind::numbers,
            .doc = "what is black and what is white: [low, high]",
            .fallback = absent(),
            .positional = false};
}

dsl::Argument count_argument() {
    return integer_argument("count", "examples to write", value_of(64.0), 1);
}

}  // namespace

std::vector<Definition> define_sinks() {
    return {
        sink("grid", "A PNG file with pictures side by side.",
             "Inside the sample `row` and `column` are each cell's indices, from 0. All pictures have one "
             "scale: "
             "black and white are the ends of `range`, and what lies beyond them is shown as they are. Where "
             "it is "
             "left out, it is the `range` of the data that the pictures are, or that training holds against "
             "them; "
             "else of the data that they are computed from, or that their nets learn from. Where no data has "
             "one, "
             "or several that differ, black and white are the smallest and the largest number of each file. "
             "`gandsl check` and `gandsl run` say which it is.",
             {integer_argument("rows", "pictures from top to bottom", value_of(8.0), 1),
              integer_argument("columns", "pictures from left to right", value_of(8.0), 1), range_argument()},
             pictures, "sample digits = G(z) as grid(8, 8) every epoch"),
        sink(
            "text", "A text file.", "", {integer_argument("count", "texts to write", value_of(1.0), 1)},
            [](dsl::TypeCall& call) {
                if (!call.inputs.front().classes) {
                    throw dsl::diagnostics::needs_labels("text", "x", call.inputs.front());
                }
                return std::vector<dsl::Type>{call.inputs.front()};
            },
            "sample verse = continue(model, \"The \") as text every epoch"),
        sink("csv", "A CSV file with a row for each example.",
             "Rows of a table with `scale = standard` are written in the units of its file, under a line of "
             "the "
             "columns' names: where the value is the table's, or what a net gives that the program holds "
             "against "
             "the table's, both in one operation or function, or as the same argument of a net. The run says "
             "which samples these are; others, and those of series, stay scaled.",
             {count_argument()}, anything, "sample curves = G(z) as csv(16) every epoch"),
        sink("npy", "A file in NumPy's format; its first axis counts the examples.", "", {count_argument()},
             anything, "sample codes = encoder(x) as npy(1000) every 5 epochs"),
    };
}

std::vector<Definition> define_stop_rules() {
    dsl::Argument measure;
    measure.name = "measure";
    measure.kind = dsl::ArgumentKind::name;
    measure.doc = "the measure that should go down";
    return {{.entry = {.name = "stalled",
                       .kind = dsl::EntryKind::stop_rule,
                       .doc = "Ends the run when a measure has not improved for some of its turns.",
                       .inputs = {},
                       .arguments = {measure, integer_argument("turns", "turns without a new lowest value")},
                       .type = {},
                       .example = "train(epochs = 100, stop = stalled(bits, 5)) { ... }"}}};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
