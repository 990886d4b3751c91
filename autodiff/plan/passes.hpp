#pragma once

#include <span>
#include <string>
#include <vector>

#include "autodiff/plan/layout.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// What is made of a graph on its way to a plan: each part is there when its stage begins.
struct Draft {
    Graph graph;
    FusionRules rules;
    Schedule schedule;
    Layout layout;
};

/// Changes a draft without changing any result.
struct Pass {
    enum class Stage {
        graph,     ///< works on the graph
        grouping,  ///< tells how the graph is grouped into a schedule
        schedule,  ///< works on the schedule
        layout,    ///< works on the layout
    };
    const char* name;
    const char* doc;
    Stage stage;
    void (*run)(Draft& draft);
};

/// All of them, in the order in which they run; Plan::passes() lists their names.
std::span<const Pass> passes();

/// Throws Error(invalid_argument) if there is no pass of one of these names.
void require_passes(const std::vector<std::string>& names);

/// From a graph to a layout for so many threads, by all passes but those named.
Draft draft(Graph graph, std::size_t threads, const std::vector<std::string>& without = {});

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
