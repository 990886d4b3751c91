#pragma once

#include <string>
#include <vector>

#include "dsl/elaborate/emitter.hpp"

namespace gandsl::dsl {

/// The `update` lines of the file, in their order, and what precedes the names that each logs: "D." of its
/// first net where there are several.
struct UpdateSites {
    std::vector<const tree::Update*> updates;
    std::vector<std::string> prefixes;
};

/// The net of that name; null where it is reported that there is none.
Global* check_net_name(Context& context, const tree::Name& name);

/// An `update`, in an iteration of train whose instructions go to `emitter`.
Update check_update(Context& context, Emitter& emitter, const UpdateSites& sites, const tree::Update& tree,
                    Span span, const Scope& scope);

}  // namespace gandsl::dsl
