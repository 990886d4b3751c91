#include "autodiff/plan/passes.hpp"

#include <algorithm>
#include <array>

#include "autodiff/error.hpp"
#include "autodiff/plan/producers.hpp"
#include "autodiff/plan/rematerialize.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

template <void pass(Graph&)>
void on_graph(Draft& draft) {
    pass(draft.graph);
}

template <bool FusionRules::*rule>
void set_rule(Draft& draft) {
    draft.rules.*rule = true;
}

template <void pass(const Graph&, Schedule&)>
void on_schedule(Draft& draft) {
    if (draft.rules.fuse) {  // or there are no groups to improve
        pass(draft.graph, draft.schedule);
    }
}

template <void pass(const Graph&, const Schedule&, Layout&)>
void on_layout(Draft& draft) {
    pass(draft.graph, draft.schedule, draft.layout);
}

using Stage = Pass::Stage;

constexpr std::array pass_table{
    Pass{"merge", "equal nodes are computed once", Stage::graph, on_graph<merge>},
    Pass{"simplify", "products with 1 and moves that undo one another go", Stage::graph, on_graph<simplify>},
    Pass{"merge-again", "what simplifying made equal is computed once", Stage::graph, on_graph<merge>},
    Pass{"fuse", "elementwise operations of one shape run in one pass over memory, with sums of them",
         Stage::grouping, set_rule<&FusionRules::fuse>},
    Pass{"gather", "products that share an operand run together", Stage::grouping,
         set_rule<&FusionRules::gather>},
    Pass{"recompute", "cheap values are computed where they are read rather than kept", Stage::schedule,
         on_schedule<rematerialize>},
    Pass{"tile", "a product that one elementwise group reads is computed there a tile at a time",
         Stage::schedule, on_schedule<fuse_producers>},
    Pass{"store", "new values of states are computed in the state's memory", Stage::layout,
         on_layout<store_in_place>},
    Pass{"in-place", "elementwise results take the memory of an operand that is not needed any more",
         Stage::layout, on_layout<overwrite_operands>},
    Pass{"share", "values that are not needed at the same time share memory", Stage::layout,
         on_layout<share_memory>},
};

}  // namespace

std::span<const Pass> passes() {
    return pass_table;
}

void require_passes(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (std::none_of(pass_table.begin(), pass_table.end(),
                         [&](const Pass& pass) { return name == pass.name; })) {
            std::string list;
            for (const Pass& pass : pass_table) {
                list += (list.empty() ? "" : ", ") + std::string(pass.name);
            }
            throw Error(ErrorCode::invalid_argument,
                        "[plan] no pass is named '" + name + "'; there are: " + list);
        }
    }
}

Draft draft(Graph graph, std::size_t threads, const std::vector<std::string>& without) {
    require_passes(without);
    Draft result;
    result.graph = std::move(graph);
    const auto run = [&](Stage stage) {
        for (const Pass& pass : pass_table) {
            if (pass.stage == stage &&
                std::find(without.begin(), without.end(), pass.name) == without.end()) {
                pass.run(result);
            }
        }
    };
    run(Stage::graph);
    run(Stage::grouping);
    result.schedule = make_schedule(result.graph, result.rules);
    run(Stage::schedule);
    result.layout = lay_out(result.graph, result.schedule, threads);
    run(Stage::layout);
    return result;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
