#include "runtime/sources/sources.hpp"

#include <algorithm>

#include "autodiff/error.hpp"
#include "runtime/sources/support.hpp"

namespace gandsl::sources {

std::vector<Source> all(const Context& context) {
    std::vector<Source> sources = all_defined(context);
    for (Source& source : sources) {
        const std::vector<dsl::Argument>& arguments = source.entry.arguments;
        const bool ranged = std::any_of(arguments.begin(), arguments.end(),
                                        [](const dsl::Argument& each) { return each.name == "range"; });
        if (ranged && !source.entry.validate) {
            source.entry.validate = [](const dsl::Arguments& given) { range_of(given); };
        }
    }
    return sources;
}

std::vector<dsl::Entry> entries(const std::vector<Source>& sources) {
    std::vector<dsl::Entry> list;
    for (const Source& source : sources) {
        list.push_back(source.entry);
    }
    return list;
}

data::DatasetPointer open(const std::vector<Source>& sources, const std::string& name,
                          const dsl::Arguments& arguments) {
    for (const Source& source : sources) {
        if (source.entry.name == name) {
            return source.open(arguments);
        }
    }
    throw Error(ErrorCode::internal, "no source is named '" + name + "'");
}

}  // namespace gandsl::sources
