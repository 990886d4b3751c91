#include "runtime/render/grid.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "dsl/diagnostics.hpp"
#include "models/records.hpp"
#include "models/type_rules.hpp"
#include "runtime/formats/png.hpp"
#include "runtime/sinks/sink.hpp"

namespace gandsl::sinks {

namespace {

std::vector<dsl::Type> pictures(dsl::TypeCall& call) {
    const dsl::Type& input = call.inputs.front();
    models::numbers_only("grid", input);
    const bool picture = input.shape.size() == 3;
    if (!picture || (input.shape[0] != 1 && input.shape[0] != 3)) {
        throw dsl::diagnostics::wrong_shape(
            "grid", input, dsl::diagnostics::Form::grey_or_colour_picture,
            picture ? dsl::diagnostics::Remedy::none : dsl::diagnostics::Remedy::reshape_to_picture);
    }
    if (models::has(call.arguments, "range")) {
        models::bounds("grid", call.arguments);
    }
    return {input};
}

dsl::Argument range_argument() {
    return {.name = "range",
            .kind = dsl::ArgumentKind::numbers,
            .doc = "what is black and what is white: [low, high]",
            .fallback = models::absent(),
            .positional = false};
}

void write_grid(const std::filesystem::path& path, const Shown& shown) {
    const auto rows = static_cast<std::size_t>(models::integer(shown.arguments, "rows"));
    const auto columns = static_cast<std::size_t>(models::integer(shown.arguments, "columns"));
    render::Pictures pictures;
    pictures.channels = static_cast<std::size_t>(shown.shape[0]);
    pictures.height = static_cast<std::size_t>(shown.shape[1]);
    pictures.width = static_cast<std::size_t>(shown.shape[2]);
    const auto [smallest, largest] = std::minmax_element(shown.values.begin(), shown.values.end());
    const std::pair<float, float> own =
        *smallest < *largest ? std::pair<float, float>(*smallest, *largest) : std::pair(0.0F, 1.0F);
    std::tie(pictures.low, pictures.high) = shown.brightness.value_or(own);
    // Cells beyond the last picture are shown as the gaps are.
    std::vector<float> filled(shown.values.begin(), shown.values.end());
    filled.resize(rows * columns * pictures.channels * pictures.height * pictures.width,
                  std::numeric_limits<float>::quiet_NaN());
    pictures.values = filled;
    formats::write_png(path, render::arrange_grid(pictures, rows, columns));
}

}  // namespace

Sink grid_sink() {
    return {.entry = record(
                "grid", "A PNG file with pictures side by side.",
                "Inside the sample `row` and `column` are each cell's indices, from 0. All pictures have one "
                "scale: black and white are the ends of `range`, and what lies beyond them is shown as they "
                "are. Where it is left out, it is the `range` of the data that the pictures are, or that "
                "training holds against them; else of the data that they are computed from, or that their "
                "nets learn from. Where no data has one, or several that differ, black and white are the "
                "smallest and the largest number of each file. `gandsl check` and `gandsl run` say which it "
                "is.",
                {models::integer_argument("rows", "pictures from top to bottom", models::value_of(8.0), 1),
                 models::integer_argument("columns", "pictures from left to right", models::value_of(8.0), 1),
                 range_argument()},
                pictures, "sample digits = G(z) as grid(8, 8) every epoch"),
            .extension = "png",
            .write = write_grid};
}

}  // namespace gandsl::sinks
