#pragma once

#include <string>
#include <vector>

#include "autodiff/plan.hpp"
#include "dsl/program.hpp"
#include "runtime/build/graph.hpp"

/// What a program amounts to, before a step of it is run.
namespace gandsl::runtime {
inline namespace GANDSL_PRECISION {

/// One layer, function or call in a net's body.
struct LayerDescription {
    std::string name;  ///< "conv", or the name of the net that is called
    std::vector<dsl::Type> results;
    Index parameters = 0;  ///< learned numbers; those of a called net are counted there
    dsl::Span span;
};

struct NetDescription {
    std::string name;
    std::vector<dsl::Type> inputs;
    std::vector<dsl::Type> results;
    std::vector<LayerDescription> layers;
    Index parameters = 0;
};

/// The nets, in the program's order. Operators are left out: they own nothing and change little.
std::vector<NetDescription> describe_nets(const dsl::Program& program);

struct UpdateDescription {
    std::vector<std::string> nets;
    double flops = 0;  ///< of one step, without what an earlier update of the step has computed already
};

/// The updates of one step, in the order in which they run; turns of a repeat one by one.
std::vector<UpdateDescription> describe_updates(const dsl::Program& program, const Graph& graph);

/// The plan of a whole training step: memory, operations. Makes the plan, and so takes its memory for a
/// moment.
PlanStatistics plan_of_step(const Graph& graph, const PlanOptions& options = {});

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::runtime
