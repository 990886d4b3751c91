#include "runtime/formats/csv.hpp"

#include "runtime/data/series.hpp"
#include "runtime/data/table.hpp"
#include "tests/fuzz/dataset.hpp"
#include "tests/fuzz/list.hpp"
#include "tests/fuzz/target.hpp"

namespace gandsl::fuzz {

/// `table(...)` and `series(...)`, with and without columns that the file may have.
void csv(std::string_view input) {
    const std::filesystem::path path = put(input);
    for (const bool named : {false, true}) {
        for (const data::Scale scale : {data::Scale::none, data::Scale::standard}) {
            read_examples([&] {
                data::TableSource source{
                    .file = path, .folder = {}, .columns = {}, .label = {}, .holdout = 0.3, .scale = scale};
                if (named) {
                    source.label = "b";
                }
                return data::open_table(source);
            });
            read_examples([&] {
                data::SeriesSource source{
                    .file = path, .folder = {}, .column = {}, .length = 2, .holdout = 0.3, .scale = scale};
                if (named) {
                    source.column = "a";
                }
                return data::open_series(source);
            });
        }
    }
}

}  // namespace gandsl::fuzz
