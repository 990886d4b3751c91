#include "runtime/runs/record.hpp"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "autodiff/blas.hpp"
#include "autodiff/error.hpp"
#include "runtime/files/atomic_file.hpp"

namespace gandsl::runs {

namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse(const std::string& name, const std::string& why = "") {
    throw Error(
        ErrorCode::format,
        fmt::format("{} is no record of a run{}; put back the one it had, or begin a new run", name, why));
}

/// Discarded where the text is no JSON. What is nested deeper than any record is none: to walk it, or only to
/// let go of it, would overflow the stack.
Json parsed(const std::string& text, const std::string& name = "run.json") {
    constexpr int max_depth = 20;
    const auto is_shallow = [&](int depth, Json::parse_event_t, Json&) {
        if (depth > max_depth) {
            refuse(name, fmt::format(": it is nested more than {} deep", max_depth));
        }
        return true;
    };
    return Json::parse(text, is_shallow, false);
}

constexpr std::size_t max_record_bytes = std::size_t{64} << 20U;

Json json_of(double number) {
    constexpr double exact = 9007199254740992;  // 2^53
    const bool whole = std::abs(number) < exact && number == std::floor(number);
    return whole ? Json(static_cast<std::int64_t>(number)) : Json(number);
}

Json json_of(const dsl::Value& value) {
    if (const auto* number = std::get_if<double>(&value.data)) {
        return json_of(*number);
    }
    if (const auto* flag = std::get_if<bool>(&value.data)) {
        return *flag;
    }
    if (const auto* text = std::get_if<std::string>(&value.data)) {
        return *text;
    }
    if (const auto* numbers = std::get_if<std::vector<double>>(&value.data)) {
        Json list = Json::array();
        for (const double number : *numbers) {
            list.push_back(json_of(number));
        }
        return list;
    }
    return nullptr;
}

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    std::string line;
    while (std::getline(file, line)) {
        if (line.starts_with("model name")) {
            const std::size_t colon = line.find(':');
            return colon == std::string::npos ? line : line.substr(std::min(colon + 2, line.size()));
        }
    }
    return "unknown";
}

// A path need not be UTF-8, as JSON must be.
std::string written(const Json& record) {
    return record.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Names what differs as precisely as the two allow: "options.penalty: 10 then, 5 now".
void compare(const std::string& name, const Json& before, const Json& after,
             std::vector<std::string>& found) {
    if (before.is_object() && after.is_object()) {
        for (const auto& [key, value] : after.items()) {
            compare(name + "." + key, before.value(key, Json()), value, found);
        }
        for (const auto& [key, value] : before.items()) {
            if (!after.contains(key)) {
                compare(name + "." + key, value, Json(), found);
            }
        }
    } else if (before != after) {
        const auto spell = [](const Json& value) { return value.is_null() ? "nothing" : value.dump(); };
        found.push_back(fmt::format("{}: {} then, {} now", name, spell(before), spell(after)));
    }
}

// A table keeps its numbers, and so its hash, where the text of a label changes.
void compare_names(const Json& before, const Json& after, std::vector<std::string>& found) {
    const Json old_types = before.is_object() ? before.value("types", Json::array()) : Json::array();
    for (std::size_t field = 0;
         old_types.is_array() && field < std::min(old_types.size(), after["types"].size()); ++field) {
        if (old_types[field].is_object() && old_types[field].contains("names")) {
            compare(fmt::format("data {}: classes", after["names"][field].get<std::string>()),
                    old_types[field]["names"], after["types"][field].value("names", Json::array()), found);
        }
    }
}

}  // namespace

std::string describe_run(const dsl::Program& program, const data::Datasets& datasets, const RunFacts& facts) {
    Json record;
    record["gandsl"] = GANDSL_VERSION;
    record["compiler"] = __VERSION__;
    record["processor"] = processor();
    record["blas_kernels"] = blas_kernels();
    record["file"] = facts.file.string();
    record["folder"] = std::filesystem::absolute(facts.file).parent_path().lexically_normal().string();
    record["options"] = Json::object();
    for (const dsl::Option& option : program.options) {
        record["options"][option.name] = json_of(option.value);
    }
    record["seed"] = facts.seed;
    record["batch"] = facts.batch;
    record["steps"] = facts.steps;
    record["epochs"] = facts.epochs;
    record["threads"] = facts.threads;
    record["exact"] = facts.exact;
    record["data"] = Json::array();
    for (std::size_t i = 0; i < datasets.size(); ++i) {
        const data::Description& description = datasets[i]->description();
        Json entry;
        entry["names"] = program.data[i].names;
        entry["source"] = description.source;
        entry["origin"] = description.origin;
        entry["hash"] = description.hash;
        entry["train"] = description.train_count;
        entry["test"] = description.test_count;
        entry["types"] = Json::array();
        for (const dsl::Type& type : program.data[i].types) {
            entry["types"].push_back({{"shape", type.shape}});
            if (type.classes) {
                entry["types"].back()["classes"] = type.classes->count;
                const dsl::ClassNames& names = type.classes->names;
                entry["types"].back()["names"] = names ? Json(*names) : Json::array();
            }
        }
        for (const data::ScaledColumn& column : description.scaled) {
            entry["scaled"].push_back({{"column", column.name},
                                       {"mean", column.scaling.mean},
                                       {"deviation", column.scaling.deviation}});
        }
        entry["arguments"] = Json::object();
        for (const auto& [name, value] : program.data[i].arguments) {
            entry["arguments"][name] = json_of(value);
        }
        entry["not_there"] = program.data[i].skipped;
        record["data"].push_back(std::move(entry));
    }
    if (!facts.nets.empty()) {
        record["nets"] = Json::array();
    }
    for (const LoadedNet& net : facts.nets) {
        record["nets"].push_back({{"name", net.name},
                                  {"run", net.run},
                                  {"checkpoint", net.checkpoint.string()},
                                  {"hash", net.hash}});
    }
    if (facts.fork) {
        record["forked_from"] = {{"run", facts.fork->checkpoint.parent_path().parent_path().string()},
                                 {"checkpoint", facts.fork->checkpoint.filename().string()},
                                 {"step", facts.fork->step},
                                 {"differences", facts.fork->differences}};
    }
    return written(record);
}

std::vector<LoadedNet> recorded_nets(const std::string& recorded) {
    const Json record = Json::parse(recorded, nullptr, false);
    std::vector<LoadedNet> nets;
    try {
        if (record.contains("nets")) {
            for (const Json& net : record.at("nets")) {
                nets.push_back({net.at("name").get<std::string>(), net.at("run").get<std::string>(),
                                net.at("checkpoint").get<std::string>(), net.at("hash").get<std::string>()});
            }
        }
    } catch (const Json::exception&) {
        refuse("run.json");
    }
    return nets;
}

std::vector<std::string> machine_differences(const std::string& recorded, const std::string& now) {
    const Json before = Json::parse(recorded, nullptr, false);
    const Json after = Json::parse(now, nullptr, false);
    std::vector<std::string> found;
    for (const char* key : {"gandsl", "compiler", "processor", "blas_kernels"}) {
        if (before.is_object() && before.contains(key)) {
            compare(key, before[key], after[key], found);
        }
    }
    return found;
}

std::optional<std::string> text_difference(const std::string& before, const std::string& now) {
    constexpr std::size_t max = 80;
    const auto shown = [](std::string_view line) {
        return line.size() <= max ? fmt::format("`{}`", line) : fmt::format("`{}...`", line.substr(0, max));
    };
    if (before == now) {
        return std::nullopt;
    }
    std::string_view old_rest = before;
    std::string_view new_rest = now;
    for (std::size_t line = 1;; ++line) {
        const std::size_t old_end = old_rest.find('\n');
        const std::size_t new_end = new_rest.find('\n');
        const std::string_view old_line = old_rest.substr(0, old_end);
        const std::string_view new_line = new_rest.substr(0, new_end);
        if (old_rest.empty()) {
            return fmt::format("line {} is new: {}", line, shown(new_line));
        }
        if (new_rest.empty()) {
            return fmt::format("line {} is gone: {}", line, shown(old_line));
        }
        if (old_line != new_line) {
            return fmt::format("line {} was {}, and is {}", line, shown(old_line), shown(new_line));
        }
        if ((old_end == std::string_view::npos) != (new_end == std::string_view::npos)) {
            return fmt::format("line {} ends the file in one of them only", line);
        }
        old_rest.remove_prefix(old_end + 1);
        new_rest.remove_prefix(new_end + 1);
    }
}

std::string with_length(const std::string& recorded, std::uint64_t steps, std::uint64_t epochs) {
    Json record = parsed(recorded);
    if (!record.is_object()) {
        refuse("run.json");
    }
    record["steps"] = steps;
    record["epochs"] = epochs;
    return written(record);
}

Record read_record(const std::filesystem::path& path) {
    const Json json = parsed(files::read_whole(path, max_record_bytes), path.string());
    Record record;
    try {
        record.file = json.at("file").get<std::string>();
        record.folder = json.value("folder", std::filesystem::path(record.file).parent_path().string());
        for (const auto& [name, value] : json.at("options").items()) {
            record.options.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
        }
        record.seed = json.at("seed").get<std::uint64_t>();
        record.batch = json.at("batch").get<std::size_t>();
        record.steps = json.value("steps", std::uint64_t{0});
        record.epochs = json.value("epochs", std::uint64_t{0});
        bool typed = true;
        for (const Json& entry : json.at("data")) {
            data::Description description{.source = entry.at("source").get<std::string>(),
                                          .origin = entry.at("origin").get<std::string>(),
                                          .hash = entry.at("hash").get<std::string>(),
                                          .fields = {},
                                          .train_count = entry.at("train").get<std::size_t>(),
                                          .test_count = entry.at("test").get<std::size_t>()};
            for (const Json& column : entry.value("scaled", Json::array())) {
                description.scaled.push_back(
                    {column.at("column").get<std::string>(),
                     {column.at("mean").get<double>(), column.at("deviation").get<double>()}});
            }
            // Versions before class names were kept beside each type wrote those of texts alone.
            const auto symbols = entry.value("symbols", std::vector<std::string>());
            dsl::RecordedData source{description.source, {}};
            typed = typed && entry.contains("types");
            for (const Json& type : entry.value("types", Json::array())) {
                dsl::Type& read = source.types.emplace_back();
                read.shape = type.at("shape").get<dsl::Shape>();
                data::Field& field = description.fields.emplace_back();
                field.shape.assign(read.shape.begin(), read.shape.end());
                if (type.contains("classes")) {
                    source.names_known = source.names_known && (type.contains("names") || !symbols.empty());
                    read.classes =
                        dsl::Classes(type.at("classes").get<dsl::Index>(), type.value("names", symbols));
                    field.classes = static_cast<std::size_t>(read.classes->count);
                    if (read.classes->names && read.classes->names->size() > *field.classes) {
                        refuse(path.string(), ": it names more classes than there are");
                    }
                }
            }
            record.data.push_back(std::move(description));
            record.sources.push_back(std::move(source));
        }
        if (!typed) {
            record.sources.clear();
        }
    } catch (const Json::exception&) {
        refuse(path.string());
    }
    return record;
}

std::vector<std::string> differences(const std::string& recorded, const std::string& now) {
    const Json before = parsed(recorded);
    const Json after = parsed(now);
    if (before.is_discarded() || !before.is_object()) {
        refuse("run.json");
    }
    std::vector<std::string> found;
    for (const char* key : {"options", "seed", "batch"}) {
        compare(key, before.value(key, Json()), after[key], found);
    }
    compare("exact", before.value("exact", Json(false)), after["exact"], found);
    const Json old_data = before.value("data", Json::array());
    if (!old_data.is_array() || old_data.size() != after["data"].size()) {
        found.emplace_back("another number of data statements");
        return found;
    }
    for (std::size_t i = 0; i < old_data.size(); ++i) {
        for (const char* key : {"source", "hash", "train", "arguments"}) {
            const Json old = old_data[i].is_object() ? old_data[i].value(key, Json()) : Json();
            compare(
                fmt::format("data {}: {}",
                            fmt::join(after["data"][i]["names"].get<std::vector<std::string>>(), ", "), key),
                old, after["data"][i][key], found);
        }
        compare_names(old_data[i], after["data"][i], found);
    }
    return found;
}

}  // namespace gandsl::runs
