#include "dsl/elaborate/flow.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace gandsl::dsl {

void Flow::add(const Instruction& instruction) {
    Source source;
    if (instruction.entry != nullptr && instruction.entry->stops_gradients) {
        source.stop = instruction.entry;
    }
    if (instruction.entry != nullptr && instruction.entry->opaque) {
        source.hidden = instruction.inputs;
    } else {
        source.values = instruction.inputs;
        if (instruction.kind == Instruction::Kind::call) {
            source.nets.push_back(instruction.index);
        }
        for (const auto& [name, value] : instruction.arguments) {
            if (const auto* net = std::get_if<NetReference>(&value.data)) {
                source.nets.push_back(net->net);
            }
        }
    }
    for (const ValueId output : instruction.outputs) {
        if (output >= sources_.size()) {
            sources_.resize(output + 1);
        }
        sources_[output] = source;
    }
}

void Flow::close(ValueId result, ValueId argument, const std::optional<Stop>& stop) {
    sources_.at(result).closed.emplace(argument, stop);
}

bool Flow::depends(ValueId value, ValueId on, bool through_opaque) const {
    std::vector<bool> seen(sources_.size(), false);
    std::vector<ValueId> open{value};
    while (!open.empty()) {
        const ValueId next = open.back();
        open.pop_back();
        if (next == on) {
            return true;
        }
        if (next < sources_.size() && !seen[next]) {
            seen[next] = true;
            const Source& source = sources_[next];
            open.insert(open.end(), source.values.begin(), source.values.end());
            if (through_opaque) {
                open.insert(open.end(), source.hidden.begin(), source.hidden.end());
            }
        }
    }
    return false;
}

Flow::GradientPath Flow::gradient_path(ValueId value, ValueId on) const {
    std::vector<bool> seen(sources_.size(), false);
    std::vector<ValueId> open{value};
    std::vector<std::pair<ValueId, Stop>> stopping;
    while (!open.empty()) {
        const ValueId next = open.back();
        open.pop_back();
        if (next == on) {
            return {.open = true};
        }
        if (next >= sources_.size() || seen[next]) {
            continue;
        }
        seen[next] = true;
        const Source& source = sources_[next];
        if (source.stop != nullptr) {
            stopping.push_back({next, {source.stop}});
            continue;
        }
        for (const ValueId value : source.values) {
            const auto closed = source.closed.find(value);
            if (closed == source.closed.end()) {
                open.push_back(value);
            } else if (closed->second) {
                stopping.push_back({value, *closed->second});
            }
        }
    }
    const auto stop = std::find_if(stopping.begin(), stopping.end(),
                                   [&](const auto& each) { return depends(each.first, on, true); });
    return {.stop = stop == stopping.end() ? std::nullopt : std::optional(stop->second)};
}

std::set<std::size_t> Flow::nets_behind(ValueId value) const {
    std::set<std::size_t> result;
    std::vector<bool> seen(sources_.size(), false);
    std::vector<ValueId> open{value};
    while (!open.empty()) {
        const ValueId next = open.back();
        open.pop_back();
        if (next < sources_.size() && !seen[next]) {
            seen[next] = true;
            const Source& source = sources_[next];
            result.insert(source.nets.begin(), source.nets.end());
            open.insert(open.end(), source.values.begin(), source.values.end());
        }
    }
    return result;
}

namespace {

const std::set<std::size_t>& find_nets(const Program& program, std::size_t net,
                                       std::vector<std::optional<std::set<std::size_t>>>& known) {
    if (!known[net]) {
        std::set<std::size_t> result;
        Flow flow;
        for (const Instruction& instruction : program.nets[net].body) {
            flow.add(instruction);
        }
        for (const ValueId value : program.nets[net].results) {
            for (const std::size_t called : flow.nets_behind(value)) {
                result.insert(called);
                result.merge(std::set(find_nets(program, called, known)));
            }
        }
        known[net] = std::move(result);
    }
    return *known[net];
}

}  // namespace

std::vector<std::set<std::size_t>> nets_inside(const Program& program) {
    std::vector<std::optional<std::set<std::size_t>>> known(program.nets.size());
    std::vector<std::set<std::size_t>> result;
    for (std::size_t net = 0; net < program.nets.size(); ++net) {
        result.push_back(find_nets(program, net, known));
    }
    return result;
}

}  // namespace gandsl::dsl
