#include "autodiff/plan.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <unordered_map>

#include "autodiff/array.hpp"
#include "autodiff/assignment_clock.hpp"
#include "autodiff/error.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations/leaves.hpp"
#include "autodiff/plan/memory.hpp"
#include "autodiff/plan/passes.hpp"
#include "autodiff/plan/steps.hpp"
#include "autodiff/plan/verify.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

using Storage = Block::Storage;

// All that is known before memory is taken.
PlanStatistics statistics_of(const Tape& tape, const Draft& draft, std::size_t recorded) {
    const Graph& graph = draft.graph;
    const Layout& layout = draft.layout;
    PlanStatistics statistics;
    statistics.recorded = recorded;
    statistics.merged = recorded - graph.nodes.size();
    statistics.steps = draft.schedule.groups.size();
    statistics.arena_bytes = layout.arena_bytes;
    statistics.feed_bytes = layout.feed_bytes;
    std::size_t largest = 0;
    for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
        const GraphNode& own = graph.nodes[node];
        const std::size_t block = layout.block_of[node];
        if (own.operation == &state_operation) {
            statistics.state_bytes += bytes_of(own.shape);
        }
        if (block == no_block || layout.blocks[block].storage != Storage::arena) {
            continue;
        }
        const std::size_t bytes = bytes_of(own.shape);
        statistics.buffer_bytes += bytes;
        if (bytes > largest) {
            largest = bytes;
            statistics.largest = own.shape;
            statistics.largest_origin = tape.node(own.id).origin;
        }
    }
    for (const std::size_t block : layout.workspace_of) {
        statistics.buffer_bytes += block == no_block ? 0 : layout.blocks[block].bytes;
    }
    return statistics;
}

}  // namespace

struct Plan::Implementation {
    struct VarHash {
        std::size_t operator()(Var var) const {
            return std::hash<std::uint64_t>()(std::uint64_t{var.generation()} << 32U | var.id());
        }
    };

    Graph graph;
    std::shared_ptr<ThreadPool> pool;
    const Tape* tape = nullptr;  ///< only to be compared: it may be gone
    std::uint64_t seed = 0;
    AssignmentMarks marks;
    std::vector<std::shared_ptr<Array>> held;  ///< states and constants
    std::unordered_map<Var, std::span<Real>, VarHash> inputs;
    std::unordered_map<Var, std::span<const Real>, VarHash> outputs;
    Arena arena;
    Arena feeds;
    Steps steps;
    PlanStatistics statistics;

    std::vector<Real*> take_memory(const Tape& tape, const Layout& layout);

    // What is handed on, to an output or a state, is what would be computed with.
    void flush_feeds() {
        flush_denormals({reinterpret_cast<Real*>(feeds.data()), statistics.feed_bytes / sizeof(Real)});
    }
};

namespace {

void require_input(Var var, const char* entry) {
    const Operation& operation = *var.tape().node(var.id()).operation;
    if (&operation != &input_operation) {
        throw Error(ErrorCode::invalid_argument,
                    "[" + std::string(entry) + "] a Var of the operation '" + std::string(operation.name) +
                        "' is no input; " +
                        (&operation == &state_operation ? "a state is set by Tape::assign"
                                                        : "only what Tape::input made can be fed"));
    }
}

}  // namespace

// Takes the memory of a layout and returns where its blocks are. Inputs are 0.
std::vector<Real*> Plan::Implementation::take_memory(const Tape& tape, const Layout& layout) {
    arena = Arena(layout.arena_bytes);
    feeds = Arena(layout.feed_bytes);
    if (layout.feed_bytes > 0) {
        std::memset(feeds.data(), 0, layout.feed_bytes);
    }
    std::vector<Real*> addresses;
    for (const Block& block : layout.blocks) {
        if (block.storage == Storage::tape) {
            const GraphNode& leaf = graph.nodes[block.leaf];
            held.push_back(tape.node(leaf.id).value);
            addresses.push_back(held.back()->data());
            if (leaf.operation == &state_operation) {
                prefer_huge_pages(addresses.back(), block.bytes);
            }
        } else {
            std::byte* const memory = (block.storage == Storage::arena ? arena : feeds).data();
            addresses.push_back(reinterpret_cast<Real*>(memory + block.offset));
        }
    }
    return addresses;
}

Plan::Plan(std::vector<Var> outputs, std::vector<Assignment> assignments, PlanOptions options)
    : implementation_(std::make_unique<Implementation>()) {
    if (outputs.empty() && assignments.empty()) {
        throw Error(ErrorCode::invalid_argument, "[plan] needs an output or an assignment");
    }
    require_passes(options.without);
    const Var any = outputs.empty() ? assignments[0].state : outputs[0];
    require_var(any, "plan", outputs.empty() ? "an assignment's state" : "an output");
    Tape& tape = any.tape();
    Implementation& own = *implementation_;
    own.pool = options.pool ? options.pool : std::make_shared<ThreadPool>();
    own.tape = &tape;
    own.seed = tape.seed();
    Graph pruned = prune(tape, outputs, assignments);
    own.marks = AssignmentMarks(tape, assignments);
    const std::size_t recorded = pruned.nodes.size();
    Draft draft = gandsl::draft(std::move(pruned), own.pool->size(), options.without);
    verify(draft.graph, draft.schedule, draft.layout, own.pool->size());
    own.statistics = statistics_of(tape, draft, recorded);
    if (options.before_memory) {
        options.before_memory(own.statistics);
    }
    own.graph = std::move(draft.graph);
    const std::vector<Real*> addresses = own.take_memory(tape, draft.layout);
    const auto size_of = [&](std::size_t node) {
        return static_cast<std::size_t>(element_count(own.graph.nodes[node].shape));
    };
    for (std::size_t node = 0; node < own.graph.nodes.size(); ++node) {
        if (own.graph.nodes[node].operation == &input_operation) {
            own.inputs.emplace(Var(tape, own.graph.nodes[node].id),
                               std::span(addresses[draft.layout.block_of[node]], size_of(node)));
        }
    }
    for (std::size_t index = 0; index < outputs.size(); ++index) {
        own.outputs.emplace(outputs[index], std::span<const Real>(addresses[draft.layout.outputs[index]],
                                                                  size_of(own.graph.outputs[index])));
    }
    own.steps = bind_steps(own.graph, draft.schedule, std::move(draft.layout), addresses);
    own.statistics.flops = own.steps.flops;
    own.statistics.bytes_moved = own.steps.bytes_moved;
}

Plan::Implementation& Plan::own() const {
    if (!implementation_) {
        throw Error(ErrorCode::invalid_argument,
                    "[plan] this Plan was moved from; use the one it was moved to");
    }
    return *implementation_;
}

void Plan::require_own(Var var, const char* entry) const {
    if (own().marks.tape_is_gone()) {
        throw Error(
            ErrorCode::invalid_argument,
            "[" + std::string(entry) +
                "] the plan's tape is gone, and its Vars with it; a plan that outlives its tape serves "
                "the spans that it gave before");
    }
    if (!var.valid() || &var.tape() != own().tape) {
        require_var(var, entry, "what was given");
        throw Error(ErrorCode::invalid_argument,
                    "[" + std::string(entry) + "] a Var of another tape than the plan's");
    }
    require_var(var, entry, "what was given");
}

Plan::~Plan() = default;
Plan::Plan(Plan&&) noexcept = default;
Plan& Plan::operator=(Plan&&) noexcept = default;

std::vector<std::string> Plan::passes() {
    std::vector<std::string> names;
    for (const Pass& pass : gandsl::passes()) {
        names.emplace_back(pass.name);
    }
    return names;
}

std::span<Real> Plan::feed(Var input) {
    require_own(input, "feed");
    const auto found = own().inputs.find(input);
    if (found == own().inputs.end()) {
        require_input(input, "feed");
        return {};
    }
    return found->second;
}

void Plan::set(Var input, const Array& value) {
    require_own(input, "set");
    require_input(input, "set");
    if (shape_of(value) != input.shape()) {
        throw Error(ErrorCode::shape, "[set] the input '" + input.tape().name(input.id()) + "' has shape " +
                                          to_string(input.shape()) + ", the value " +
                                          to_string(shape_of(value)));
    }
    const std::span<Real> memory = feed(input);
    std::copy_n(value.data(), memory.size(), memory.data());
    flush_denormals(memory);
}

void Plan::run(std::uint64_t step) {
    Implementation& own = this->own();
    const FlushDenormals flush;
    const Execution execution{*own.pool, own.seed, step};
    own.flush_feeds();
    gandsl::run(own.steps.checks);
    gandsl::run(own.steps.before);
    for (const Step& each : own.steps.steps) {
        gandsl::run(each, execution);
    }
    gandsl::run(own.steps.after);
    own.marks.note();
}

void Plan::profile(std::uint64_t step, std::vector<OperationTime>& times) {
    using Clock = std::chrono::steady_clock;
    Implementation& own = this->own();
    const FlushDenormals flush;
    const Execution execution{*own.pool, own.seed, step};
    if (times.empty()) {
        times = own.steps.kinds;
    }
    const bool same_kinds =
        std::equal(times.begin(), times.end(), own.steps.kinds.begin(), own.steps.kinds.end(),
                   [](const OperationTime& one, const OperationTime& other) {
                       return one.operation == other.operation && one.shapes == other.shapes;
                   });
    if (!same_kinds) {
        throw Error(ErrorCode::invalid_argument,
                    "[profile] the times are those of another plan; expected none, or what earlier runs of "
                    "this one gave");
    }
    const auto add = [](OperationTime& time, double flops, double bytes, Clock::time_point begin) {
        time.seconds += std::chrono::duration<double>(Clock::now() - begin).count();
        time.flops += flops;
        time.bytes += bytes;
        ++time.calls;
    };
    const auto copy_all = [&](std::span<const MemoryCopy> copies) {
        if (!copies.empty()) {
            const auto begin = Clock::now();
            gandsl::run(copies);
            add(times.back(), 0, bytes_of(copies), begin);
        }
    };
    own.flush_feeds();
    gandsl::run(own.steps.checks);
    copy_all(own.steps.before);
    for (const Step& each : own.steps.steps) {
        const auto begin = Clock::now();
        gandsl::run(each, execution);
        add(times[each.kind], each.flops, each.bytes, begin);
    }
    copy_all(own.steps.after);
    own.marks.note();
}

std::span<const Real> Plan::read(Var output) const {
    require_own(output, "read");
    const auto found = own().outputs.find(output);
    if (found == own().outputs.end()) {
        throw Error(ErrorCode::invalid_argument,
                    "[read] a Var of the operation '" +
                        std::string(output.tape().node(output.id()).operation->name) +
                        "' is not among the plan's outputs; name it as one when the plan is made");
    }
    return found->second;
}

Array Plan::value(Var output) const {
    const std::span<const Real> numbers = read(output);
    Array array = make_array(output.shape());
    std::copy(numbers.begin(), numbers.end(), array.data());
    return array;
}

const PlanStatistics& Plan::statistics() const {
    return own().statistics;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
