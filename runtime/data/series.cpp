#include "runtime/data/series.hpp"

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/data/in_memory_dataset.hpp"
#include "runtime/data/scaling.hpp"
#include "runtime/data/sequence.hpp"
#include "runtime/formats/csv.hpp"
#include "runtime/formats/glob.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::data {

DatasetPointer open_series(const SeriesSource& source) {
    formats::CsvFile file(formats::placed(source.file, source.folder), source.format);
    std::size_t column = 0;
    if (source.column) {
        column = file.column(std::string(formats::without_blanks(*source.column)));
    } else if (file.columns().size() > 1) {
        file.fail("a series is one column; say which: " + file.spelled_columns());
    }
    const formats::Fits fits =
        source.scale == Scale::none ? formats::Fits::in_float : formats::Fits::in_double;
    std::vector<double> numbers;
    for (std::vector<std::string> cells; file.next(cells);) {
        numbers.push_back(file.number(cells, column, fits));
    }
    if (numbers.empty()) {
        file.fail_without_rows();
    }
    const std::string origin = formats::placed(source.file, source.folder).string() + ", column " +
                               terminal::printable(file.columns()[column]);
    const Windows windows(numbers.size(), source.length, source.holdout, Stride::sliding,
                          origin + " (" + std::to_string(numbers.size()) + " numbers)");
    Description description;
    description.source = "series";
    description.origin = origin;
    if (file.warning()) {
        description.warnings.push_back(*file.warning());
    }
    if (source.scale == Scale::none) {
        for (const std::string& warning : rounded_numbers(numbers)) {
            description.warnings.push_back(origin + ": " + warning + ", or write `scale = standard`");
        }
    }
    Scaling scaling;
    if (source.scale == Scale::standard) {
        scaling = standard_scaling(std::span(numbers).first(windows.train_steps()), 1)[0];
        description.scaled.push_back({file.columns()[column], scaling});
        description.origin +=
            fmt::format(", less {:.6g} and divided by {:.6g}", scaling.mean, scaling.deviation);
    }
    std::vector<float> values;
    for (const double number : numbers) {
        values.push_back(scaling.apply(number));
        if (!std::isfinite(values.back())) {
            throw Error(ErrorCode::format,
                        fmt::format("{}: {} is too far from the others to be scaled; expected "
                                    "numbers of similar size",
                                    origin, number));
        }
    }
    return std::make_shared<Sequence>(std::move(description),
                                      Field{"series", {source.length, 1}, std::nullopt}, std::move(values),
                                      windows);
}

}  // namespace gandsl::data
