#include "runtime/build/gradient_reach.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace gandsl::runtime {
inline namespace GANDSL_PRECISION {

namespace {

/// "dense_1" of "dense_1.weight".
std::string layer_path(const std::string& weight) {
    return weight.substr(0, weight.rfind('.'));
}

/// The layer that owns a weight, as the file calls it.
std::string layer_of(const dsl::Net& net, std::size_t index) {
    for (const dsl::Instruction& code : net.body) {
        for (const std::size_t own : code.weights) {
            if (own == index) {
                return code.entry->name;
            }
        }
    }
    return layer_path(net.weights[index].name);
}

/// A net of another run keeps what it learned there, and one whose name begins with `_` is meant to stay.
std::vector<dsl::Diagnostic> forgotten_nets(const dsl::Program& program, const Graph& graph) {
    std::vector<dsl::Diagnostic> result;
    std::set<std::size_t> reported;
    for (const UpdateRecord& record : graph.updates) {
        std::string updated;
        for (const std::size_t net : std::get<dsl::Update>(program.train->items[record.item]).nets) {
            updated += (updated.empty() ? "" : ", ") + program.nets[net].name;
        }
        for (const ForgottenNet& each : record.forgotten) {
            const dsl::Net& net = program.nets[each.net];
            if (!net.from && !net.name.starts_with('_') && reported.insert(each.net).second) {
                result.push_back(dsl::diagnostics::never_updated(each.call, net.name, updated));
            }
        }
    }
    return result;
}

}  // namespace

std::vector<dsl::Diagnostic> unreached_by_gradients(const dsl::Program& program, const Graph& graph) {
    // Iterations of a repeat are one update to whoever reads the file.
    std::map<std::pair<std::size_t, std::size_t>, bool> updates;  // by site and net
    std::map<std::size_t, dsl::Span> spans;                       // of sites
    // A layer as a whole: its bias may well have no part in a gradient's gradient.
    std::map<std::pair<std::size_t, std::string>, bool> layers;  // by net and place in it
    std::map<std::pair<std::size_t, std::string>, std::size_t> weights;
    std::set<std::size_t> updated_nets;
    for (const UpdateRecord& record : graph.updates) {
        const auto& update = std::get<dsl::Update>(program.train->items[record.item]);
        spans.emplace(update.site, update.span);
        for (const LearnedWeight& weight : record.learned) {
            bool& net = updates[{update.site, weight.net}];
            net = net || weight.reached;
            const std::pair key(weight.net, layer_path(program.nets[weight.net].weights[weight.index].name));
            bool& layer = layers[key];
            layer = layer || weight.reached;
            weights.emplace(key, weight.index);
            if (weight.reached) {
                updated_nets.insert(weight.net);
            }
        }
    }
    std::vector<dsl::Diagnostic> result;
    for (const auto& [key, reached] : updates) {
        if (!reached) {
            result.push_back(
                dsl::diagnostics::no_gradient(spans.at(key.first), program.nets[key.second].name));
        }
    }
    std::set<std::size_t> reported;  // a line may own several layers
    for (const auto& [key, reached] : layers) {
        const dsl::Net& net = program.nets[key.first];
        const std::size_t index = weights.at(key);
        if (!reached && updated_nets.contains(key.first) &&
            reported.insert(net.weights[index].span.begin).second) {
            result.push_back(
                dsl::diagnostics::no_gradient_layer(net.weights[index].span, net.name, layer_of(net, index)));
        }
    }
    for (dsl::Diagnostic& forgotten : forgotten_nets(program, graph)) {
        result.push_back(std::move(forgotten));
    }
    return result;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::runtime
