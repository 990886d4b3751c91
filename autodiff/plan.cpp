#include "autodiff/plan.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "autodiff/array.hpp"
#include "autodiff/elementwise.hpp"
#include "autodiff/error.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations/leaves.hpp"
#include "autodiff/plan/fused.hpp"
#include "autodiff/plan/graph.hpp"
#include "autodiff/plan/memory.hpp"
#include "autodiff/plan/recompute.hpp"
#include "autodiff/plan/tiled.hpp"
#include "autodiff/plan/units.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr const char* fuse_pass = "fuse";
constexpr const char* recompute_pass = "recompute";
constexpr const char* tile_pass = "tile";
constexpr const char* store_pass = "store";
constexpr const char* in_place_pass = "in-place";
constexpr const char* gather_pass = "gather";
constexpr const char* share_pass = "share";

constexpr std::size_t none = static_cast<std::size_t>(-1);

std::size_t bytes_of(const Shape& shape) {
    constexpr std::size_t most = std::size_t{1} << 52U;  // sums of these can be counted
    const auto count = static_cast<std::size_t>(element_count(shape));
    if (count > most / sizeof(Real)) {
        throw Error(ErrorCode::memory, "not enough memory: a value of shape " + to_string(shape) +
                                           " takes more than " + std::to_string(most) +
                                           " bytes; a smaller batch needs less");
    }
    return count * sizeof(Real);
}

// One kernel call, with the addresses it works on.
struct Step {
    const GraphNode* node = nullptr;  ///< its last node
    std::size_t kind = 0;             ///< place in Implementation::kinds
    double flops = 0;
    double bytes = 0;  ///< read and written
    std::vector<std::vector<ConstTensor>> inputs;
    std::vector<Operands> calls;  ///< of one operation, or of several that run together
    std::span<Real> workspace;
    std::optional<Fused> fused;
    std::vector<const Real*> operands;
    std::vector<Real*> outputs;
    std::vector<Real*> sums;
};

struct Copy {
    Real* to;
    const Real* from;
    std::size_t bytes;
};

double bytes_of(const std::vector<Copy>& copies) {
    double bytes = 0;
    for (const Copy& copy : copies) {
        bytes += 2 * static_cast<double>(copy.bytes);
    }
    return bytes;
}

// "64x100 * 100x256 -> 64x256" for an operation that multiplies, nothing for others.
std::string shapes_of(const Graph& graph, std::size_t place) {
    const GraphNode& node = graph.nodes[place];
    if (node.operation->flops == nullptr || node.operation->arity == 1) {
        return {};
    }
    std::string text;
    const auto add = [&text](const char* between, const Shape& shape) {
        text += between;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            text += (axis == 0 ? "" : "x") + std::to_string(shape[axis]);
        }
    };
    for (const Shape& input : input_shapes(graph, place)) {
        add(text.empty() ? "" : " * ", input);
    }
    add(" -> ", node.shape);
    return text;
}

}  // namespace

struct Plan::Implementation {
    Graph graph;
    Units units;
    std::shared_ptr<ThreadPool> pool;
    std::uint64_t seed = 0;
    std::vector<std::shared_ptr<Array>> held;  ///< states and constants
    std::unordered_map<NodeId, std::size_t> input_place;
    std::unordered_map<NodeId, std::size_t> output_place;
    std::vector<Real*> memory;  ///< of each root node that has any
    Arena arena;
    Arena feeds;
    std::vector<Step> steps;
    std::vector<OperationTime> kinds;  ///< what the steps are, no time spent yet; copies come last
    std::vector<Copy> before;          ///< states whose old value is stored elsewhere
    std::vector<Copy> after;           ///< new values that could not be computed in their state's memory
    PlanStatistics statistics;

    void lay_out(const Tape& tape, const std::vector<std::string>& without,
                 const std::function<void(const PlanStatistics&)>& before_memory);
    double flops_of(std::size_t node) const;
    void compute_in_tiles(Step& step, const std::vector<std::size_t>& nodes) const;
    void require_order() const;
    std::size_t kind_of(const std::string& operation, const std::string& shapes);
    void run_step(const Step& step, const Execution& execution);
};

namespace {

bool on(const std::vector<std::string>& without, const char* pass) {
    return std::find(without.begin(), without.end(), pass) == without.end();
}

}  // namespace

void Plan::Implementation::lay_out(const Tape& tape, const std::vector<std::string>& without,
                                   const std::function<void(const PlanStatistics&)>& before_memory) {
    const std::size_t count = graph.nodes.size();
    const std::size_t end = units.units.size();
    memory.assign(count, nullptr);
    held.resize(count);

    // Leaves have memory of their own.
    std::vector<Lifetime> feed_blocks;
    std::vector<std::size_t> inputs;
    for (std::size_t node = 0; node < count; ++node) {
        const GraphNode& own = graph.nodes[node];
        if (own.operation == &input_operation) {
            inputs.push_back(node);
            feed_blocks.push_back({bytes_of(own.shape), 0, 0});
            input_place.emplace(own.id, node);
        } else if (is_leaf(*own.operation)) {
            held[node] = tape.node(own.id).value;
            memory[node] = held[node]->data();
            if (own.operation == &state_operation) {
                statistics.state_bytes += bytes_of(own.shape);
                prefer_huge_pages(memory[node], bytes_of(own.shape));
            }
        }
    }
    const Placement feed_placement = place(feed_blocks, false);
    statistics.feed_bytes = feed_placement.bytes;
    // Nothing is taken before all that is wanted is known; until then this stands for an input's memory.
    Real elsewhere = 0;
    for (const std::size_t input : inputs) {
        memory[input] = &elsewhere;
    }

    // When each value is read for the last time, and which need memory at all.
    std::vector<std::size_t> last_use(count, 0);
    std::vector<char> materialized(count, 0);
    for (std::size_t unit = 0; unit < end; ++unit) {
        const auto& nodes = units.units[unit].nodes;
        for (const std::size_t sum : units.units[unit].sums) {
            materialized[sum] = 1;
        }
        for (const std::size_t node : nodes) {
            if (!units.units[unit].elementwise) {
                materialized[node] = 1;
            }
        }
        for (const std::size_t input : reads_of(graph, units.units[unit])) {
            const std::size_t root = root_of(graph, input);
            materialized[root] = 1;
            last_use[root] = std::max(last_use[root], unit);
        }
    }
    const auto keep_to_the_end = [&](std::size_t node) {
        const std::size_t root = root_of(graph, node);
        materialized[root] = 1;
        last_use[root] = end;
    };
    for (const std::size_t output : graph.outputs) {
        keep_to_the_end(output);
    }
    for (const auto& store : graph.stores) {
        keep_to_the_end(store.value);
    }

    std::vector<Fused> fused(end);
    for (std::size_t unit = 0; unit < end; ++unit) {
        if (units.units[unit].elementwise) {
            std::vector<std::size_t> outputs;
            for (const std::size_t node : units.units[unit].nodes) {
                if (materialized[node] != 0 && units.unit_of[node] == unit) {
                    outputs.push_back(node);
                }
            }
            fused[unit] = compile(graph, units.units[unit], outputs);
        }
    }

    // New values go straight into their state's memory where nobody needs the old value any more.
    std::vector<std::size_t> last_read_of_state(count, 0);
    std::vector<char> read(count, 0);
    for (std::size_t unit = 0; unit < end; ++unit) {
        for (const std::size_t input : reads_of(graph, units.units[unit])) {
            const std::size_t root = root_of(graph, input);
            read[root] = 1;
            last_read_of_state[root] = std::max(last_read_of_state[root], unit);
        }
    }
    std::vector<char> stored_elsewhere(count, 0);
    for (const auto& store : graph.stores) {
        stored_elsewhere[root_of(graph, store.value)] = 1;
    }
    struct Pending {
        std::size_t state;
        std::size_t value;
    };
    std::vector<Pending> copies;
    for (const auto& store : graph.stores) {
        const std::size_t root = root_of(graph, store.value);
        const std::size_t writer = units.unit_of[root];
        bool direct = on(without, store_pass) && writer != no_unit && memory[root] == nullptr &&
                      stored_elsewhere[store.state] == 0;
        if (direct && read[store.state] != 0) {
            const std::size_t reader = last_read_of_state[store.state];
            direct = reader < writer;
            if (reader == writer && units.units[writer].elementwise) {
                const auto& outputs = fused[writer].outputs;
                const auto output = static_cast<std::size_t>(std::find(outputs.begin(), outputs.end(), root) -
                                                             outputs.begin());
                direct = output < outputs.size() && may_overwrite(graph, fused[writer], output, store.state);
            }
        }
        if (direct) {
            memory[root] = memory[store.state];
        } else {
            copies.push_back({store.state, store.value});
        }
    }

    // Everything else goes into one arena. An elementwise result may take over the memory of an operand that
    // dies.
    std::vector<Lifetime> blocks;
    std::vector<std::size_t> block_of(count, none);
    std::vector<std::size_t> workspace_of(end, none);
    for (std::size_t unit = 0; unit < end; ++unit) {
        std::vector<char> taken(blocks.size(), 0);
        const auto allocate = [&](std::size_t node) {
            if (memory[node] != nullptr) {
                return;
            }
            statistics.buffer_bytes += bytes_of(graph.nodes[node].shape);
            const Fused& own = fused[unit];
            const auto output = static_cast<std::size_t>(
                std::find(own.outputs.begin(), own.outputs.end(), node) - own.outputs.begin());
            if (output < own.outputs.size() && on(without, in_place_pass)) {
                for (const std::size_t operand : own.operands) {
                    const std::size_t root = root_of(graph, operand);
                    const std::size_t block = block_of[root];
                    if (block != none && block < taken.size() && taken[block] == 0 &&
                        last_use[root] == unit && blocks[block].last == unit &&
                        bytes_of(graph.nodes[root].shape) == bytes_of(graph.nodes[node].shape) &&
                        may_overwrite(graph, own, output, root)) {
                        taken[block] = 1;
                        block_of[node] = block;
                        blocks[block].last = std::max(unit, last_use[node]);
                        return;
                    }
                }
            }
            block_of[node] = blocks.size();
            blocks.push_back({bytes_of(graph.nodes[node].shape), unit, std::max(unit, last_use[node])});
        };
        std::size_t scratch = 0;
        if (units.units[unit].elementwise) {
            for (const std::size_t output : fused[unit].outputs) {
                allocate(output);
            }
            for (const std::size_t sum : fused[unit].sums) {
                allocate(sum);
            }
            scratch = scratch_size(fused[unit].program, pool->size());
        } else {
            const GraphNode& node = graph.nodes[units.units[unit].nodes[0]];
            std::for_each(units.units[unit].nodes.begin(), units.units[unit].nodes.end(), allocate);
            if (node.operation->workspace != nullptr) {
                scratch = node.operation->workspace(node.attributes,
                                                    input_shapes(graph, units.units[unit].nodes[0]),
                                                    node.shape, pool->size());
            }
        }
        if (scratch > 0) {
            workspace_of[unit] = blocks.size();
            blocks.push_back({scratch * sizeof(Real), unit, unit});
            statistics.buffer_bytes += scratch * sizeof(Real);
        }
    }
    std::vector<std::size_t> snapshots;  // blocks of old values that a copy needs
    for (const Pending& copy : copies) {
        const std::size_t root = root_of(graph, copy.value);
        if (graph.nodes[root].operation == &state_operation) {
            snapshots.push_back(blocks.size());
            blocks.push_back({bytes_of(graph.nodes[root].shape), 0, end});
        }
    }
    const Placement placement = place(blocks, on(without, share_pass));
    statistics.arena_bytes = placement.bytes;
    std::size_t most = 0;
    for (std::size_t node = 0; node < count; ++node) {
        const std::size_t bytes = block_of[node] == none ? 0 : bytes_of(graph.nodes[node].shape);
        if (bytes > most) {
            most = bytes;
            statistics.largest = graph.nodes[node].shape;
            statistics.largest_mark = tape.node(graph.nodes[node].id).mark;
        }
    }
    if (before_memory) {
        before_memory(statistics);
    }
    arena = Arena(placement.bytes);
    feeds = Arena(feed_placement.bytes);
    for (std::size_t index = 0; index < inputs.size(); ++index) {
        memory[inputs[index]] = reinterpret_cast<Real*>(feeds.data() + feed_placement.offsets[index]);
        std::memset(memory[inputs[index]], 0, feed_blocks[index].bytes);
    }
    const auto address = [&](std::size_t block) {
        return reinterpret_cast<Real*>(arena.data() + placement.offsets[block]);
    };
    for (std::size_t node = 0; node < count; ++node) {
        if (block_of[node] != none) {
            memory[node] = address(block_of[node]);
        }
    }
    std::size_t snapshot = 0;
    for (const Pending& copy : copies) {
        const std::size_t root = root_of(graph, copy.value);
        const std::size_t bytes = bytes_of(graph.nodes[root].shape);
        const Real* from = memory[root];
        if (graph.nodes[root].operation == &state_operation) {
            Real* saved = address(snapshots[snapshot++]);
            before.push_back({saved, from, bytes});
            from = saved;
        }
        after.push_back({memory[copy.state], from, bytes});
    }

    const auto memory_of = [&](std::size_t node) { return memory[root_of(graph, node)]; };
    for (std::size_t unit = 0; unit < end; ++unit) {
        const std::size_t last = units.units[unit].nodes.back();
        Step step;
        step.node = &graph.nodes[last];
        if (workspace_of[unit] != none) {
            step.workspace = {address(workspace_of[unit]), blocks[workspace_of[unit]].bytes / sizeof(Real)};
        }
        for (const auto* nodes : {&units.units[unit].nodes, &units.units[unit].tiled}) {
            for (const std::size_t node : *nodes) {
                step.flops += flops_of(node);
            }
        }
        if (units.units[unit].elementwise) {
            step.fused = std::move(fused[unit]);
            const std::vector<std::size_t>& tiled = units.units[unit].tiled;
            for (const std::size_t operand : step.fused->operands) {
                step.operands.push_back(memory_of(operand));
                if (std::find(tiled.begin(), tiled.end(), operand) == tiled.end()) {
                    step.bytes += static_cast<double>(bytes_of(graph.nodes[operand].shape));
                }
            }
            if (!tiled.empty()) {
                compute_in_tiles(step, tiled);
            }
            for (const std::size_t output : step.fused->outputs) {
                step.outputs.push_back(memory_of(output));
                step.bytes += static_cast<double>(bytes_of(graph.nodes[output].shape));
            }
            for (const std::size_t sum : step.fused->sums) {
                step.sums.push_back(memory_of(sum));
                step.bytes += static_cast<double>(bytes_of(graph.nodes[sum].shape));
                step.flops +=
                    static_cast<double>(element_count(graph.nodes[graph.nodes[sum].inputs[0]].shape));
            }
            step.kind = tiled.empty()
                            ? kind_of("elementwise", {})
                            : kind_of(std::string(graph.nodes[tiled[0]].operation->name) + "+elementwise",
                                      shapes_of(graph, tiled[0]));
        } else {
            for (const std::size_t node : units.units[unit].nodes) {
                std::vector<ConstTensor>& inputs_of = step.inputs.emplace_back();
                for (const std::size_t input : graph.nodes[node].inputs) {
                    inputs_of.push_back({memory_of(input), graph.nodes[input].shape});
                }
                step.calls.push_back({inputs_of, {memory_of(node), graph.nodes[node].shape}});
                step.bytes += static_cast<double>(bytes_of(graph.nodes[node].shape));
            }
            for (const std::size_t input : reads_of(graph, units.units[unit])) {
                step.bytes += static_cast<double>(bytes_of(graph.nodes[input].shape));
            }
            step.kind = kind_of(std::string(graph.nodes[last].operation->name), shapes_of(graph, last));
        }
        statistics.flops += step.flops;
        statistics.bytes_moved += step.bytes;
        steps.push_back(std::move(step));
    }
    require_order();
    statistics.steps = steps.size();
    if (!before.empty() || !after.empty()) {
        kinds.push_back({"store", 0, 0, 0, 0, {}});
    }
    statistics.bytes_moved += bytes_of(before) + bytes_of(after);
}

double Plan::Implementation::flops_of(std::size_t node) const {
    const GraphNode& own = graph.nodes[node];
    return own.operation->flops != nullptr
               ? own.operation->flops(own.attributes, input_shapes(graph, node), own.shape)
               : static_cast<double>(element_count(own.shape));
}

// Tells the step's program how its tiled operands are computed.
void Plan::Implementation::compute_in_tiles(Step& step, const std::vector<std::size_t>& nodes) const {
    struct Source {
        const GraphNode* node;
        std::vector<ConstTensor> inputs;
    };
    std::vector<Source> sources;
    for (const std::size_t node : nodes) {
        Source& source = sources.emplace_back(Source{&graph.nodes[node], {}});
        for (const std::size_t input : graph.nodes[node].inputs) {
            source.inputs.push_back({memory[root_of(graph, input)], graph.nodes[input].shape});
            step.bytes += static_cast<double>(bytes_of(graph.nodes[input].shape));
        }
    }
    TiledOperands& tiled = step.fused->program.tiled;
    tiled.compute = [sources = std::move(sources), rows = tiled.rows, columns = tiled.columns](
                        std::size_t which, std::size_t row, std::size_t column, Real* out) {
        const Tile tile{rows.begin(row), columns.begin(column), rows.end(row) - rows.begin(row),
                        columns.end(column) - columns.begin(column)};
        const Source& source = sources[which];
        source.node->operation->tile(source.node->attributes, source.inputs, tile, out, tile.columns);
    };
}

// Every operand is there before the step that reads it.
void Plan::Implementation::require_order() const {
    std::vector<char> there(graph.nodes.size(), 0);
    const auto require = [&](std::size_t node) {
        const std::size_t root = root_of(graph, node);
        if (there[root] == 0 && !is_leaf(*graph.nodes[root].operation)) {
            throw Error(ErrorCode::internal, "[plan] a value is read before it is computed");
        }
    };
    for (std::size_t unit = 0; unit < steps.size(); ++unit) {
        const Step& step = steps[unit];
        const std::vector<std::size_t>& nodes = units.units[unit].nodes;
        for (const std::size_t input : reads_of(graph, units.units[unit])) {
            require(input);
        }
        for (const std::size_t output : step.fused ? step.fused->outputs : nodes) {
            there[output] = 1;
        }
        for (const std::size_t sum : units.units[unit].sums) {
            there[sum] = 1;
        }
    }
}

std::size_t Plan::Implementation::kind_of(const std::string& operation, const std::string& shapes) {
    const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const OperationTime& kind) {
        return kind.operation == operation && kind.shapes == shapes;
    });
    if (found != kinds.end()) {
        return static_cast<std::size_t>(found - kinds.begin());
    }
    kinds.push_back({operation, 0, 0, 0, 0, shapes});
    return kinds.size() - 1;
}

void Plan::Implementation::run_step(const Step& step, const Execution& execution) {
    if (step.fused) {
        gandsl::run(step.fused->program, step.operands, step.outputs, step.sums, step.workspace, *pool);
    } else if (step.calls.size() > 1) {
        step.node->operation->forward_together(step.node->attributes, step.calls, execution);
    } else {
        step.node->operation->forward(
            {step.node->attributes, step.calls[0].inputs, step.calls[0].output, step.workspace, execution});
    }
}

Plan::Plan(std::vector<Var> outputs, std::vector<Assignment> assignments, PlanOptions options)
    : implementation_(std::make_unique<Implementation>()) {
    if (outputs.empty() && assignments.empty()) {
        throw Error(ErrorCode::invalid_argument, "[plan] needs an output or an assignment");
    }
    for (const std::string& name : options.without) {
        const std::vector<std::string> known = passes();
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            std::string list;
            for (const std::string& pass : known) {
                list += (list.empty() ? "" : ", ") + pass;
            }
            throw Error(ErrorCode::invalid_argument,
                        "[plan] no pass is named '" + name + "'; there are: " + list);
        }
    }
    std::vector<NodeId> assigned;
    for (const Assignment& assignment : assignments) {
        assigned.push_back(assignment.state.id());
    }
    std::sort(assigned.begin(), assigned.end());
    if (std::adjacent_find(assigned.begin(), assigned.end()) != assigned.end()) {
        throw Error(ErrorCode::invalid_argument, "[plan] a state is assigned twice");
    }
    const Var any = outputs.empty() ? assignments[0].state : outputs[0];
    if (!any.valid()) {
        throw Error(ErrorCode::invalid_argument, "[plan] an output belongs to no tape");
    }
    const Tape& tape = any.tape();
    Implementation& own = *implementation_;
    own.pool = options.pool ? options.pool : std::make_shared<ThreadPool>();
    own.seed = tape.seed();
    own.graph = prune(tape, outputs, assignments);
    own.statistics.recorded = own.graph.nodes.size();
    for (const GraphPass& pass : graph_passes()) {
        if (on(options.without, pass.name)) {
            pass.run(own.graph);
        }
    }
    own.statistics.merged = own.statistics.recorded - own.graph.nodes.size();
    own.units = make_units(own.graph, on(options.without, fuse_pass), on(options.without, gather_pass));
    if (on(options.without, fuse_pass) && on(options.without, recompute_pass)) {
        recompute(own.graph, own.units);
    }
    if (on(options.without, fuse_pass) && on(options.without, tile_pass)) {
        read_in_tiles(own.graph, own.units);
    }
    own.lay_out(tape, options.without, options.before_memory);
    for (std::size_t place = 0; place < outputs.size(); ++place) {
        own.output_place.emplace(outputs[place].id(), own.graph.outputs[place]);
    }
}

Plan::~Plan() = default;
Plan::Plan(Plan&&) noexcept = default;
Plan& Plan::operator=(Plan&&) noexcept = default;

std::vector<std::string> Plan::passes() {
    std::vector<std::string> names;
    for (const GraphPass& pass : graph_passes()) {
        names.emplace_back(pass.name);
    }
    names.insert(names.end(),
                 {fuse_pass, gather_pass, recompute_pass, tile_pass, store_pass, in_place_pass, share_pass});
    return names;
}

std::span<Real> Plan::feed(Var input) {
    const auto found = implementation_->input_place.find(input.id());
    if (found == implementation_->input_place.end()) {
        return {};
    }
    const GraphNode& node = implementation_->graph.nodes[found->second];
    return {implementation_->memory[found->second], static_cast<std::size_t>(element_count(node.shape))};
}

void Plan::set(Var input, const Array& value) {
    if (shape_of(value) != input.shape()) {
        throw Error(ErrorCode::shape, "[set] the input '" + input.tape().name(input.id()) + "' has shape " +
                                          to_string(input.shape()) + ", the value " +
                                          to_string(shape_of(value)));
    }
    std::copy_n(value.data(), feed(input).size(), feed(input).data());
}

void Plan::run(std::uint64_t step) {
    Implementation& own = *implementation_;
    const FlushDenormals flush;
    const Execution execution{*own.pool, own.seed, step};
    for (const Copy& copy : own.before) {
        std::memcpy(copy.to, copy.from, copy.bytes);
    }
    for (const Step& each : own.steps) {
        own.run_step(each, execution);
    }
    for (const Copy& copy : own.after) {
        std::memcpy(copy.to, copy.from, copy.bytes);
    }
}

void Plan::profile(std::uint64_t step, std::vector<OperationTime>& times) {
    using Clock = std::chrono::steady_clock;
    Implementation& own = *implementation_;
    const FlushDenormals flush;
    const Execution execution{*own.pool, own.seed, step};
    if (times.empty()) {
        times = own.kinds;
    }
    const auto add = [](OperationTime& time, double flops, double bytes, Clock::time_point begin) {
        time.seconds += std::chrono::duration<double>(Clock::now() - begin).count();
        time.flops += flops;
        time.bytes += bytes;
        ++time.calls;
    };
    const auto copy_all = [&](const std::vector<Copy>& copies) {
        if (!copies.empty()) {
            const auto begin = Clock::now();
            for (const Copy& copy : copies) {
                std::memcpy(copy.to, copy.from, copy.bytes);
            }
            add(times.back(), 0, bytes_of(copies), begin);
        }
    };
    copy_all(own.before);
    for (const Step& each : own.steps) {
        const auto begin = Clock::now();
        own.run_step(each, execution);
        add(times[each.kind], each.flops, each.bytes, begin);
    }
    copy_all(own.after);
}

std::span<const Real> Plan::read(Var output) const {
    const auto found = implementation_->output_place.find(output.id());
    if (found == implementation_->output_place.end()) {
        throw Error(ErrorCode::invalid_argument, "[read] this Var is not among the plan's outputs");
    }
    const Graph& graph = implementation_->graph;
    return {implementation_->memory[root_of(graph, found->second)],
            static_cast<std::size_t>(element_count(graph.nodes[found->second].shape))};
}

Array Plan::value(Var output) const {
    const std::span<const Real> numbers = read(output);
    Array array = make_array(output.shape());
    std::copy(numbers.begin(), numbers.end(), array.data());
    return array;
}

const PlanStatistics& Plan::statistics() const {
    return implementation_->statistics;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
