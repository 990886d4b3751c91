#pragma once

#include <functional>
#include <string>
#include <vector>

#include "dsl/catalogue.hpp"
#include "runtime/data/images.hpp"
#include "runtime/data/series.hpp"
#include "runtime/sources/sources.hpp"

/// Shared by the files that define sources.
namespace gandsl::sources {

/// `range = [low, high]`: what the bytes 0 to 255 become.
dsl::Argument range_argument();
/// Throws Error(invalid_argument) unless it is two numbers, the first the smaller.
data::Range range_of(const dsl::Arguments& arguments);

/// `holdout = 0.1`: the share of examples kept for the test split.
dsl::Argument holdout_argument();

/// A name or a pattern of files.
dsl::Argument file_argument(std::string name, std::string doc);
/// Text that may be left out; by name only.
dsl::Argument optional_text_argument(std::string name, std::string doc);
/// Steps in a window.
dsl::Argument length_argument(std::string doc, double fallback);
dsl::Argument seed_argument(std::string doc);
/// `scale = standard`: what numbers from a file become.
dsl::Argument scale_argument(const char* fallback);

/// `separator = ";"` and `header = true`: what a CSV file does not say itself.
dsl::Argument separator_argument();
dsl::Argument header_argument();
/// Throws Error(invalid_argument) for a separator that is none. `source` is the name of the source.
formats::CsvFormat csv_format_of(const dsl::Arguments& arguments, const char* source);

std::size_t size_of(const dsl::Arguments& arguments, std::string_view name);
std::uint64_t seed_of(const dsl::Arguments& arguments);
data::Scale scale_of(const dsl::Arguments& arguments);

using Open = std::function<data::DatasetPointer(const dsl::Arguments&)>;

/// Completes a source whose types are known only from its data: checking and running read it once, and what
/// `open` throws about its files points at the statement. `entry` has all but `type` and `warnings`.
Source read_source(dsl::Entry entry, Open open);

/// So many threads, or as many as there are processors for 0; started when they are first needed.
data::Workers workers(std::size_t threads);

/// A label of the digits 0 to 9.
dsl::Type digit_label();

/// The types of a data set's fields.
std::vector<dsl::Type> types_of(const data::Description& description);

/// Every source as its file defines it: those of sources/NAME.cpp by NAME_sources(), in the order of
/// `source_names` in runtime/meson.build.
std::vector<Source> all_defined(const Context& context);

}  // namespace gandsl::sources
