#pragma once

#include <string_view>
#include <vector>

#include "models/builder.hpp"

/// Every word of the language: layers, functions, operators, distributions, optimizers, schedules,
/// initializers and stop rules. Data sources and sinks live with the runtime, which reads and writes the
/// files.
namespace gandsl::models {
inline namespace GANDSL_PRECISION {

/// All definitions, in the order of the reference.
const std::vector<Definition>& definitions();

/// The definition with this name, initializers apart; throws Error(internal) when there is none.
const Definition& definition(std::string_view name);
const Definition& initializer(std::string_view name);

/// What a weight begins with; `fans` as dsl::Weight::fans.
Array first_values(const dsl::NestedCall& init, const Shape& shape, const std::optional<dsl::Fans>& fans,
                   const RandomKey& key);

/// What the checker is handed: these entries, and those of sources and sinks.
dsl::Catalogue catalogue(std::vector<dsl::Entry> sources_and_sinks);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
