#include "runtime/sources/support.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <memory>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include "autodiff/error.hpp"
#include "autodiff/threads.hpp"
#include "dsl/diagnostics.hpp"
#include "dsl/spelling.hpp"
#include "models/records.hpp"

namespace gandsl::sources {

dsl::Argument range_argument() {
    dsl::Value range;
    range.data = std::vector<double>{0, 1};
    return {.name = "range",
            .kind = dsl::ArgumentKind::numbers,
            .doc = "what black and white become: [low, high]",
            .fallback = range,
            .positional = false};
}

data::Range range_of(const dsl::Arguments& arguments) {
    const auto [low, high] = models::bounds("data", arguments);
    return {static_cast<float>(low), static_cast<float>(high)};
}

dsl::Argument holdout_argument() {
    return models::by_name(models::number_argument(
        "holdout", "share of the examples that are kept for the test split", models::value_of(0.1), 0, 0.99));
}

dsl::Argument file_argument(std::string name, std::string doc) {
    return {.name = std::move(name), .kind = dsl::ArgumentKind::text, .doc = std::move(doc)};
}

dsl::Argument optional_text_argument(std::string name, std::string doc) {
    dsl::Argument argument = models::by_name(file_argument(std::move(name), std::move(doc)));
    argument.fallback = models::absent();
    return argument;
}

dsl::Argument length_argument(std::string doc, double fallback) {
    return models::by_name(models::integer_argument("length", std::move(doc), models::value_of(fallback), 1));
}

dsl::Argument seed_argument(std::string doc) {
    return models::by_name(models::integer_argument("seed", std::move(doc), models::value_of(0.0), 0));
}

dsl::Argument scale_argument(const char* fallback) {
    return models::choice_argument("scale",
                                   "standard: mean 0 and standard deviation 1 over the training split; none: "
                                   "numbers stay as they are",
                                   fallback, {"standard", "none"});
}

dsl::Argument separator_argument() {
    dsl::Argument argument =
        models::by_name(file_argument("separator",
                                      "what stands between cells: one character, such as \";\", "
                                      "\"|\" or \"\\t\" (a tab)"));
    argument.fallback = models::value_of(",");
    return argument;
}

dsl::Argument header_argument() {
    dsl::Argument argument = models::by_name(models::boolean_argument(
        "header", "whether the first row names the columns; told from the rows if left out", false));
    argument.fallback = models::absent();
    return argument;
}

formats::CsvFormat csv_format_of(const dsl::Arguments& arguments, const char* source) {
    const std::string& separator = models::text(arguments, "separator");
    // What numbers are made of separates none, and quotes and line ends have their own part.
    const bool separates = separator.size() == 1 &&
                           std::string_view("\"\r\n.+-").find(separator) == std::string_view::npos &&
                           std::isalnum(static_cast<unsigned char>(separator[0])) == 0 &&
                           static_cast<unsigned char>(separator[0]) < 0x80;
    if (!separates) {
        throw dsl::diagnostics::refused_argument(source, "separator", '"' + separator + '"',
                                                 dsl::diagnostics::Form::separator);
    }
    formats::CsvFormat format{.separator = separator[0], .header = {}};
    if (models::has(arguments, "header")) {
        format.header = models::boolean(arguments, "header");
    }
    return format;
}

std::size_t size_of(const dsl::Arguments& arguments, std::string_view name) {
    return static_cast<std::size_t>(models::integer(arguments, name));
}

std::uint64_t seed_of(const dsl::Arguments& arguments) {
    return static_cast<std::uint64_t>(models::integer(arguments, "seed"));
}

data::Scale scale_of(const dsl::Arguments& arguments) {
    return models::text(arguments, "scale") == "standard" ? data::Scale::standard : data::Scale::none;
}

namespace {

/// Tells calls of one source apart.
std::string spelled(const dsl::Arguments& arguments) {
    std::string key;
    for (const auto& [name, value] : arguments) {
        key += name + '\0';
        if (const auto* number = std::get_if<double>(&value.data)) {
            key += dsl::spell(*number);
        } else if (const auto* flag = std::get_if<bool>(&value.data)) {
            key += *flag ? "true" : "false";
        } else if (const auto* text = std::get_if<std::string>(&value.data)) {
            key += *text;
        } else if (const auto* numbers = std::get_if<std::vector<double>>(&value.data)) {
            for (const double part : *numbers) {
                key += dsl::spell(part) + ' ';
            }
        }
        key += '\0';
    }
    return key;
}

Open read_once(Open open) {
    const auto opened = std::make_shared<std::map<std::string, data::DatasetPointer>>();
    return [open = std::move(open), opened](const dsl::Arguments& arguments) {
        data::DatasetPointer& set = (*opened)[spelled(arguments)];
        if (!set) {
            set = open(arguments);
        }
        return set;
    };
}

}  // namespace

Source read_source(dsl::Entry entry, Open open) {
    Source source;
    source.entry = std::move(entry);
    source.open = read_once(std::move(open));
    source.entry.type = [open = source.open](dsl::TypeCall& call) {
        try {
            return types_of(open(call.arguments)->description());
        } catch (const Error& error) {
            if (error.code() == ErrorCode::internal) {
                throw;
            }
            throw dsl::diagnostics::broken_source(error.message());
        } catch (const std::bad_alloc&) {
            throw dsl::diagnostics::broken_source(dsl::diagnostics::Form::too_much_memory);
        } catch (const std::system_error& error) {
            throw dsl::diagnostics::broken_source(std::string(error.what()));
        }
    };
    source.entry.warnings = [open = source.open](const dsl::Arguments& arguments) {
        return open(arguments)->description().warnings;
    };
    return source;
}

data::Workers workers(std::size_t threads) {
    const std::size_t count = threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
    return {count, [count](std::size_t parts, const std::function<void(std::size_t)>& part) {
                ThreadPool pool(std::min(count, parts));
                pool.parallel(parts, [&](std::size_t index, std::size_t) { part(index); });
            }};
}

dsl::Type digit_label() {
    return {.shape = {}, .classes = dsl::Classes(10, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"})};
}

std::vector<dsl::Type> types_of(const data::Description& description) {
    std::vector<dsl::Type> types;
    for (const data::Field& field : description.fields) {
        dsl::Type type;
        for (const std::size_t size : field.shape) {
            type.shape.push_back(static_cast<dsl::Index>(size));
        }
        if (field.classes) {
            type.classes = dsl::Classes(static_cast<dsl::Index>(*field.classes), field.names);
        }
        types.push_back(std::move(type));
    }
    return types;
}

}  // namespace gandsl::sources
