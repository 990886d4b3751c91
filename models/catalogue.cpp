#include "models/catalogue.hpp"

#include <algorithm>
#include <string>

#include "autodiff/error.hpp"
#include "models/descriptions.hpp"
#include "models/functions/functions.hpp"
#include "models/layers/layers.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

std::vector<Definition> make() {
    std::vector<Definition> table = {
        define_dense(),      define_conv(),          define_conv_transpose(), define_embedding(),
        define_position(),   define_rnn(),           define_lstm(),           define_gru(),
        define_attention(),  define_batch_norm(),    define_layer_norm(),     define_instance_norm(),
        define_group_norm(), define_spectral_norm(), define_dropout(),        define_flatten(),
        define_reshape(),    define_upsample(),      define_max_pool(),       define_avg_pool(),
    };
    for (const auto& group :
         {define_activations(), define_elementwise(), define_operators(), define_reductions(),
          define_losses(), define_structure(), define_distributions(), define_optimizers(),
          define_schedules(), define_initializers(), define_stop_rules()}) {
        table.insert(table.end(), group.begin(), group.end());
    }
    return table;
}

/// Initializers have names of their own.
const Definition& find(std::string_view name, bool initializers) {
    for (const Definition& candidate : definitions()) {
        const dsl::EntryKind kind = candidate.entry.kind;
        if (candidate.entry.name == name && (kind == dsl::EntryKind::initializer) == initializers) {
            return candidate;
        }
    }
    throw Error(ErrorCode::internal, "the catalogue has no '" + std::string(name) + "'");
}

}  // namespace

const std::vector<Definition>& definitions() {
    static const std::vector<Definition> table = make();
    return table;
}

const Definition& definition(std::string_view name) {
    return find(name, false);
}

const Definition& initializer(std::string_view name) {
    return find(name, true);
}

dsl::Catalogue catalogue(std::vector<dsl::Entry> sources_and_sinks) {
    std::vector<dsl::Entry> entries = std::move(sources_and_sinks);
    for (const Definition& each : definitions()) {
        entries.push_back(each.entry);
    }
    return dsl::Catalogue(std::move(entries));
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
