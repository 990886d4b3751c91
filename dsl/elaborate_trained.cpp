#include <algorithm>
#include <utility>

#include "dsl/elaborator.hpp"

// `net F from "RUN"`: the net, and those it calls, are copied from the run's checked program.
namespace gandsl::dsl {

void Elaborator::load_nets() {
    std::vector<std::pair<std::size_t, TrainedRun*>> found;
    for (std::size_t index = 0; index < nets_.size(); ++index) {
        if (nets_[index].tree->from) {
            nets_[index].absent = true;
            if (TrainedRun* run = find_run(index)) {
                found.emplace_back(index, run);
            }
        }
    }
    // Nets that these call are added behind them, or are among them.
    for (const auto& [index, run] : found) {
        for (const auto& [place, declared] : run->nets) {
            if (declared == index) {
                copy_net(*run, place, index, nets_[index].tree->from->span);
                break;
            }
        }
    }
}

/// Reports what is wrong, and notes where in the run the net is.
TrainedRun* Elaborator::find_run(std::size_t index) {
    const Expression& from = *nets_[index].tree->from;
    const std::string& name = nets_[index].tree->name.text;
    const auto absent = [&](std::string_view why) {
        report(diagnostics::run_absent(from.span, from.decoded, why));
        return nullptr;
    };
    auto run = trained_.find(from.decoded);
    if (run == trained_.end()) {
        const TrainedProgram program = settings_.find_trained ? settings_.find_trained(from.decoded, name)
                                                              : TrainedProgram("runs cannot be read here");
        if (const auto* why = std::get_if<std::string>(&program)) {
            return absent(*why);
        }
        run = trained_.emplace(from.decoded, TrainedRun{std::get<0>(program)}).first;
    }
    const std::vector<Net>& nets = run->second.program->nets;
    const std::vector<Data>& data = run->second.program->data;
    const auto nameless = [](const Data& each) {
        return !each.names_known && std::any_of(each.types.begin(), each.types.end(),
                                                [](const Type& type) { return type.classes.has_value(); });
    };
    diagnostics::Names names;
    for (std::size_t place = 0; place < nets.size(); ++place) {
        if (nets[place].name == name && nets[place].results.empty()) {
            return absent("its net `" + name + "` is never called, and so never learned");
        }
        if (nets[place].name == name) {
            if (std::any_of(data.begin(), data.end(), nameless)) {
                report(diagnostics::classes_unknown(from.span, name, from.decoded));
            }
            run->second.nets.emplace(place, index);
            return &run->second;
        }
        names.push_back(nets[place].name);
    }
    report(diagnostics::net_not_in_run(from.span, name, from.decoded, names));
    return nullptr;
}

void Elaborator::copy_net(TrainedRun& run, std::size_t place, std::size_t index, Span span) {
    const Net& source = run.program->nets[place];
    Net net = source;
    net.name = program_.nets[index].name;
    net.from = nets_[index].tree->from->decoded;
    net.origin = source.name;
    // Errors and notes about what was copied point at the line that asked for it.
    net.span = span;
    NetState state;
    const auto own = [&](std::size_t theirs) {
        const std::size_t other = place_of(run, theirs, index);
        state.nets.insert(other);
        state.nets.insert(nets_[other].nets.begin(), nets_[other].nets.end());
        return other;
    };
    for (NetWeight& weight : net.weights) {
        weight.span = span;
    }
    for (Instruction& code : net.body) {
        code.span = span;
        if (code.kind == Instruction::Kind::call) {
            code.index = own(code.index);
        }
        for (auto& [name, value] : code.arguments) {
            value.span = span;
            if (auto* other = std::get_if<NetReference>(&value.data)) {
                other->net = own(other->net);
            }
        }
    }
    // Its parameters are the run's; the file's statement has none.
    tree::Net& tree = adopted_.emplace_back();
    tree.name = nets_[index].tree->name;
    tree.from = nets_[index].tree->from;
    for (const std::string& input : net.inputs) {
        tree.parameters.push_back({{input, span}, {}, {}});
    }
    state.tree = &tree;
    state.progress = NetState::Progress::done;
    state.annotations.resize(net.inputs.size());
    state.space.types = net.types;
    state.shaped = span;
    for (const ValueId id : net.results) {
        Type type = net.types[id];
        type.batched = true;
        state.results.push_back(std::move(type));
    }
    nets_[index] = std::move(state);
    program_.nets[index] = std::move(net);
}

/// Where a net is that a net from this run calls: declared in this file too, or a copy of its own.
std::size_t Elaborator::place_of(TrainedRun& run, std::size_t theirs, std::size_t caller) {
    if (const auto known = run.nets.find(theirs); known != run.nets.end()) {
        if (nets_[known->second].progress == NetState::Progress::waiting) {
            copy_net(run, theirs, known->second, nets_[known->second].tree->from->span);
        }
        return known->second;
    }
    const std::size_t index = nets_.size();
    const Net& net = run.program->nets[theirs];
    tree::Net& tree = adopted_.emplace_back();
    tree.from = nets_[caller].tree->from;
    tree.name = {nets_[caller].tree->name.text + "/" + net.name, nets_[caller].tree->name.span};
    nets_.emplace_back();
    nets_[index].tree = &tree;
    program_.nets.emplace_back();
    program_.nets[index].name = tree.name.text;
    run.nets.emplace(theirs, index);
    copy_net(run, theirs, index, tree.from->span);
    return index;
}

}  // namespace gandsl::dsl
