#include "runtime/sinks/sink.hpp"

#include <algorithm>

#include "autodiff/error.hpp"
#include "models/records.hpp"

namespace gandsl::sinks {

std::vector<dsl::Entry> entries() {
    std::vector<dsl::Entry> list;
    for (const Sink& sink : all()) {
        list.push_back(sink.entry);
    }
    return list;
}

const Sink& sink_of(const dsl::Entry& entry) {
    const auto found = std::find_if(all().begin(), all().end(),
                                    [&](const Sink& sink) { return sink.entry.name == entry.name; });
    if (found == all().end()) {
        throw Error(ErrorCode::internal, "no sink is named '" + entry.name + "'");
    }
    return *found;
}

dsl::Entry record(std::string name, std::string doc, std::string details,
                  std::vector<dsl::Argument> arguments, dsl::TypeRule type, std::string example) {
    return {.name = std::move(name),
            .kind = dsl::EntryKind::sink,
            .doc = std::move(doc),
            .details = std::move(details),
            .inputs = {"x"},
            .arguments = std::move(arguments),
            .type = std::move(type),
            .example = std::move(example)};
}

dsl::Argument count_argument(std::string doc, double fallback) {
    return models::integer_argument("count", std::move(doc), models::value_of(fallback), 1);
}

std::vector<dsl::Type> any_type(dsl::TypeCall& call) {
    return {call.inputs.front()};
}

}  // namespace gandsl::sinks
