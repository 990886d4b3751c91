#include "autodiff/plan/verify_program.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "autodiff/error.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

using OperandStorage = ElementwiseProgram::Storage;

constexpr std::size_t unwritten = static_cast<std::size_t>(-1);

class ProgramWalk {
  public:
    ProgramWalk(const Graph& graph, const FusionGroup& group, const Fused& fused)
        : graph_(graph), group_(group), fused_(fused), program_(fused.program) {}

    std::vector<OperandUse> run() {
        load_operands();
        for (const ElementwiseProgram::Step& step : program_.steps) {
            step.combination == nullptr ? compute(step) : compute_together(step);
        }
        require(next_ == group_.nodes.size(), "does not compute all of its nodes");
        check_results();
        return std::move(uses_);
    }

  private:
    using Location = std::pair<OperandStorage, std::size_t>;

    void require(bool holds, const char* what) const {
        if (!holds) {
            throw Error(ErrorCode::internal,
                        std::string("[plan] the program of an elementwise group ") + what + " (node " +
                            std::to_string(group_.nodes[std::min(next_, group_.nodes.size() - 1)]) + ")");
        }
    }

    Location location_of(std::size_t register_index) const {
        require(register_index < program_.registers.size(), "uses a register that does not exist");
        return {program_.registers[register_index].storage, program_.registers[register_index].index};
    }

    void load_operands() {
        const Index domain = element_count(graph_.nodes[group_.nodes[0]].shape);
        require(program_.operands.size() == fused_.operands.size(), "has operands that are no nodes");
        for (std::size_t index = 0; index < fused_.operands.size(); ++index) {
            const std::size_t node = fused_.operands[index];
            const bool is_producer =
                std::find(group_.producers.begin(), group_.producers.end(), node) != group_.producers.end();
            const bool whole = element_count(graph_.nodes[node].shape) == domain;
            const Location location = location_of(program_.operands[index].target);
            const OperandStorage expected = is_producer ? OperandStorage::tile
                                            : whole     ? OperandStorage::operand
                                                        : OperandStorage::scratch;
            require(location.first == expected &&
                        (expected == OperandStorage::scratch || location.second == index),
                    "reads an operand from where it is not");
            require(program_.operands[index].contiguous == whole,
                    "takes a broadcast operand for a whole one");
            require(holds_.emplace(location, node).second, "has two operands in one register");
            operand_of_[location] = index;
            uses_.push_back({is_producer ? OperandUse::Kind::tile
                             : whole     ? OperandUse::Kind::aligned
                                         : OperandUse::Kind::elsewhere});
        }
    }

    // The next node's input `slot` is read from a register.
    void read(std::size_t slot, std::size_t register_index) {
        const Location location = location_of(register_index);
        const auto found = holds_.find(location);
        require(found != holds_.end() && found->second == graph_.nodes[group_.nodes[next_]].inputs[slot],
                "reads a register that holds another value");
        if (const auto operand = operand_of_.find(location); operand != operand_of_.end()) {
            uses_[operand->second].last_read = next_;
        }
    }

    void write(std::size_t register_index, std::size_t node) {
        const Location location = location_of(register_index);
        // A broadcast operand is not expanded anew for every block.
        require(location.first != OperandStorage::operand && location.first != OperandStorage::tile &&
                    operand_of_.find(location) == operand_of_.end(),
                "writes over an operand");
        require(location.first != OperandStorage::output || node == unwritten ||
                    (location.second < fused_.outputs.size() && fused_.outputs[location.second] == node),
                "writes a result into the memory of another");
        holds_[location] = node;
    }

    const GraphNode& next_node() const {
        require(next_ < group_.nodes.size(), "computes more than its nodes");
        return graph_.nodes[group_.nodes[next_]];
    }

    void compute(const ElementwiseProgram::Step& step) {
        const GraphNode& node = next_node();
        require(step.kernel == node.operation->kernel && step.numbers == node.attributes.numbers &&
                    step.arity == node.inputs.size(),
                "does not compute its node");
        for (std::size_t slot = 0; slot < step.arity; ++slot) {
            read(slot, step.sources[slot]);
        }
        write(step.target, group_.nodes[next_++]);
    }

    void compute_together(const ElementwiseProgram::Step& step) {
        const auto& parts = step.combination->parts;
        std::vector<double> numbers;
        for (std::size_t part = 0; part < parts.size(); ++part) {
            const GraphNode& node = next_node();
            require(
                parts[part].operation == node.operation && parts[part].sources.size() == node.inputs.size(),
                "does not compute its node");
            for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
                const int source = parts[part].sources[slot];
                if (source >= 0) {
                    const std::size_t earlier = next_ - part + static_cast<std::size_t>(source);
                    require(
                        static_cast<std::size_t>(source) < part && group_.nodes[earlier] == node.inputs[slot],
                        "combines other values than its node's inputs");
                } else {
                    require(static_cast<std::size_t>(-1 - source) < step.arity, "lacks an operand");
                    read(slot, step.sources[static_cast<std::size_t>(-1 - source)]);
                }
            }
            numbers.insert(numbers.end(), node.attributes.numbers.begin(), node.attributes.numbers.end());
            write(step.targets[part], parts[part].kept ? group_.nodes[next_] : unwritten);
            ++next_;
        }
        require(numbers == step.numbers, "combines other numbers than its nodes'");
    }

    void check_results() const {
        for (std::size_t index = 0; index < fused_.outputs.size(); ++index) {
            const auto found = holds_.find({OperandStorage::output, index});
            require(found != holds_.end() && found->second == fused_.outputs[index], "misses a result");
        }
        require(program_.summed.size() == fused_.sums.size() && fused_.sums == group_.sums, "misses a sum");
        for (std::size_t index = 0; index < fused_.sums.size(); ++index) {
            const auto found = holds_.find(location_of(program_.summed[index]));
            const std::size_t summed = graph_.nodes[fused_.sums[index]].inputs[0];
            require(found != holds_.end() && found->second == summed &&
                        std::find(group_.nodes.begin(), group_.nodes.end(), summed) != group_.nodes.end(),
                    "sums something else");
        }
    }

    const Graph& graph_;
    const FusionGroup& group_;
    const Fused& fused_;
    const ElementwiseProgram& program_;
    std::vector<OperandUse> uses_;
    std::map<Location, std::size_t> holds_;       ///< the node whose numbers are there
    std::map<Location, std::size_t> operand_of_;  ///< where operands are
    std::size_t next_ = 0;                        ///< index in the group of the node computed next
};

}  // namespace

std::vector<OperandUse> check_program(const Graph& graph, const FusionGroup& group, const Fused& fused) {
    return ProgramWalk(graph, group, fused).run();
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
