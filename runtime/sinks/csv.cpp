#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runtime/data/scaling.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/files/csv_log.hpp"
#include "runtime/sinks/sink.hpp"

namespace gandsl::sinks {

namespace {

// A number in the units of a column, with the digits that a float of its scaled value carries.
std::string in_units(float scaled, const data::Scaling& scaling) {
    const double number = scaling.undo(double{scaled});
    // Half the distance to the next float, of a number of the size of the deviation at least. No digit is
    // written that is smaller than twice that: 171 is not 170.9999999.
    const double exact_to =
        std::abs(scaling.deviation) * std::max(std::abs(double{scaled}), 1.0) * std::ldexp(1.0, -24);
    const double digits = std::floor(std::log10(std::abs(number) / (2 * exact_to)));
    if (!std::isfinite(digits)) {
        return fmt::format("{}", number);
    }
    return fmt::format("{:.{}g}", number, static_cast<int>(std::clamp(digits, 1.0, 17.0)));
}

// Rows of scaled numbers under a line of the columns' names.
std::string table_in_units(const Shown& shown) {
    const std::span<const data::ScaledColumn> columns = shown.units;
    std::string text;
    for (std::size_t column = 0; column < columns.size(); ++column) {
        std::string name = columns[column].name;
        if (name.find_first_of(",\"\r\n") != std::string::npos) {
            for (std::size_t at = 0; (at = name.find('"', at)) != std::string::npos; at += 2) {
                name.insert(at, 1, '"');
            }
            name = '"' + name + '"';
        }
        text += (column == 0 ? "" : ",") + name;
    }
    text += '\n';
    for (std::size_t i = 0; i < shown.values.size(); ++i) {
        const std::size_t column = i % columns.size();
        text += in_units(shown.values[i], columns[column].scaling);
        text += column + 1 == columns.size() ? '\n' : ',';
    }
    return text;
}

std::string numbers(const Shown& shown) {
    std::string text;
    const std::size_t columns = shown.values.size() / shown.count;
    for (std::size_t i = 0; i < shown.values.size(); ++i) {
        text += files::shortest(shown.values[i]);
        text += (i + 1) % columns == 0 ? '\n' : ',';
    }
    return text;
}

void write_csv(const std::filesystem::path& path, const Shown& shown) {
    files::write_atomically(path, shown.units.empty() ? numbers(shown) : table_in_units(shown));
}

}  // namespace

Sink csv_sink() {
    return {.entry = record(
                "csv", "A CSV file with a row for each example.",
                "Rows of a table with `scale = standard` are written in the units of its file, under a line "
                "of the columns' names: where the value is the table's, or what a net gives that the program "
                "holds against the table's, both in one operation or function, or as the same argument of a "
                "net. The run says which samples these are; others, and those of series, stay scaled.",
                {count_argument("examples to write", 64)}, any_type,
                "sample curves = G(z) as csv(16) every epoch"),
            .extension = "csv",
            .repeats_rows = true,
            .undoes_scaling = true,
            .write = write_csv};
}

}  // namespace gandsl::sinks
