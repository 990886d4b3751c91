#include "runtime/build/recorder.hpp"

#include <algorithm>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "autodiff/gradient.hpp"
#include "autodiff/operations.hpp"
#include "models/catalogue.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"

namespace gandsl::runtime {
inline namespace GANDSL_PRECISION {

using models::Mode;
using models::Value;

Recorder::Recorder(const dsl::Program& program, const BuildOptions& options, Graph& graph)
    : program_(program),
      options_(options),
      graph_(graph),
      nets_(program.nets.size()),
      called_(program.nets.size()) {
    for (std::size_t net = 0; net < program.nets.size(); ++net) {
        collect_nets(net, called_[net]);
        NetWeights& weights = nets_[net];
        for (const dsl::NetWeight& each : program.nets[net].weights) {
            const RandomKey key{
                .seed = options.seed, .stream = next_stream(streams::Purpose::weights), .step = 0};
            const std::string name = program.nets[net].name + "." + each.name;
            set_origin({.span = each.span});
            const Var state = tape().state(models::first_values(each.init, each.shape, each.fans, key), name);
            weights.states.push_back(state);
            graph.states.push_back({name, state, each.learned});
        }
        weights.current = weights.states;
        weights.earlier.resize(weights.states.size());
        weights.averages.resize(weights.states.size());
    }
    freeze_nets();
}

void Recorder::set_origin(const Origin& origin) {
    tape().recording.origin = graph_.origins.size();
    graph_.origins.push_back(origin);
}

/// A net from a run that nothing here updates stays as it was trained: its running statistics are used, not
/// moved, and it drops nothing out.
void Recorder::freeze_nets() {
    for (std::size_t net = 0; net < program_.nets.size(); ++net) {
        nets_[net].frozen = program_.nets[net].from.has_value();
    }
    if (!program_.train) {
        return;
    }
    for (const dsl::TrainItem& item : program_.train->items) {
        if (const auto* update = std::get_if<dsl::Update>(&item)) {
            for (const std::size_t net : update->nets) {
                nets_[net].frozen = false;
            }
        }
    }
}

void Recorder::collect_nets(std::size_t net, std::set<std::size_t>& reached) const {
    if (!reached.insert(net).second) {
        return;
    }
    for (const dsl::Instruction& code : program_.nets[net].body) {
        if (code.kind == dsl::Instruction::Kind::call) {
            collect_nets(code.index, reached);
        }
    }
}

void Recorder::keep_average(std::size_t net) {
    NetWeights& weights = nets_[net];
    if (weights.averaged_steps.valid()) {
        return;
    }
    const std::string prefix = "average." + program_.nets[net].name + ".";
    for (std::size_t i = 0; i < weights.states.size(); ++i) {
        const std::string name = prefix + program_.nets[net].weights[i].name;
        weights.averages[i] = tape().state(weights.states[i].value(), name);
        graph_.states.push_back({name, weights.averages[i], false});
    }
    weights.averaged_steps = tape().state(make_array({}), prefix + "steps");
    graph_.states.push_back({prefix + "steps", weights.averaged_steps, false});
}

Var Recorder::schedule(std::string_view name, const dsl::Arguments& arguments, const dsl::Span& span) {
    const models::Progress progress{
        .step = step_number(tape()),
        .epochs = step_number(tape(), options_.examples_per_step, options_.examples_per_epoch),
        .total_steps = static_cast<double>(options_.total_steps)};
    const Var rate = models::definition(name).rate(arguments, progress);
    const auto known = [&](const LengthSchedule& each) { return each.offset == span.begin; };
    if (progress.total_steps.asked() &&
        std::none_of(graph_.length_schedules.begin(), graph_.length_schedules.end(), known)) {
        graph_.length_schedules.push_back({std::string(name), span.begin});
    }
    return rate;
}

Var Recorder::weight(std::size_t net, std::size_t index, Mode mode) const {
    const NetWeights& weights = nets_[net];
    if (mode == Mode::train) {
        return weights.current[index];
    }
    return weights.averages[index].valid() ? weights.averages[index] : weights.states[index];
}

std::uint32_t Recorder::next_stream(streams::Purpose purpose) {
    return streams::number(purpose, stream_counts_[purpose]++);
}

Value Recorder::data(const dsl::Instruction& code, Scope& scope, const dsl::Type& type) {
    const auto same = [&](const DataInput& input) {
        return input.data == code.index && input.field == code.field && input.slot == code.slot &&
               input.next == code.next;
    };
    const auto found = std::find_if(scope.inputs->begin(), scope.inputs->end(), same);
    if (found != scope.inputs->end()) {
        return {.var = found->var, .type = type};
    }
    const dsl::Data& source = program_.data[code.index];
    const Shape shape = models::tape_shape(type, scope.batch);
    const Var var = tape().input(shape, (code.next ? "next " : "") + source.names[code.field]);
    scope.inputs->push_back({var, code.index, code.field, code.slot, code.next, shape});
    return {.var = var, .type = type};
}

Value Recorder::draw(const dsl::Instruction& code, Scope& scope, const dsl::Type& type, bool inside_net) {
    // A net draws anew at every call; elsewhere a slot is one draw, whoever mentions it.
    if (!inside_net && scope.drawn.contains(code.slot)) {
        return scope.drawn.at(code.slot);
    }
    const std::vector<Value> none;
    const std::vector<dsl::Type> results = {type};
    models::BuildCall call{.tape = tape(),
                           .batch = scope.batch,
                           .mode = scope.mode,
                           .inputs = none,
                           .arguments = code.arguments,
                           .results = results};
    call.stream = [&] {
        return inside_net ? next_stream(scope.layers) : streams::number(scope.draws, code.slot);
    };
    const Value value = models::definition(code.entry->name).build(call).at(0);
    if (!inside_net) {
        scope.drawn.emplace(code.slot, value);
    }
    return value;
}

Value Recorder::cell(const dsl::Instruction& code, const Scope& scope, const dsl::Type& type) {
    Array indices = make_array({scope.batch});
    for (Index i = 0; i < scope.batch; ++i) {
        indices.data()[i] =
            static_cast<Real>(code.index == 0 ? i / scope.grid_columns : i % scope.grid_columns);
    }
    return {.var = tape().constant(std::move(indices)), .type = type};
}

/// Once for each value that a weight takes in a step, so that all calls under these weights see the same
/// change, and its statistics move once.
Var Recorder::changed(const dsl::WeightChange& change, Var weight, models::Mode mode, Index batch,
                      std::size_t net_index) {
    const std::pair key(weight.id(), static_cast<int>(mode));
    if (const auto known = changed_.find(key); known != changed_.end()) {
        return known->second;
    }
    const std::vector<Value> inputs = {
        {.var = weight, .type = {.shape = weight.shape(), .classes = {}, .batched = false}}};
    const std::vector<dsl::Type> results = {inputs[0].type};
    models::BuildCall call{.tape = tape(),
                           .batch = batch,
                           .mode = mode,
                           .inputs = inputs,
                           .arguments = change.arguments,
                           .results = results};
    for (const std::size_t index : change.weights) {
        call.weights.push_back(this->weight(net_index, index, mode));
    }
    call.update = [&](std::size_t index, Var value) {
        nets_[net_index].current[change.weights.at(index)] = stop_gradient(value);
    };
    const Var result = models::definition(change.entry->name).build(call).at(0).var;
    changed_.emplace(key, result);
    return result;
}

Recorder::Values Recorder::apply(const dsl::Instruction& code, Scope& scope, const dsl::Net* net,
                                 std::size_t net_index, const Values& inputs,
                                 const std::vector<dsl::Type>& results) {
    const models::Definition& definition = models::definition(code.entry->name);
    if (!definition.build) {
        throw Error(ErrorCode::internal,
                    "'" + code.entry->name + "' passed the checker, but nothing builds it");
    }
    models::BuildCall call{.tape = tape(),
                           .batch = scope.batch,
                           .mode = net != nullptr && nets_[net_index].frozen ? Mode::evaluate : scope.mode,
                           .inputs = inputs,
                           .arguments = code.arguments,
                           .results = results};
    for (const std::size_t index : code.weights) {
        call.weights.push_back(weight(net_index, index, scope.mode));
    }
    call.steps = scope.steps;
    for (const dsl::WeightChange& change : code.changes) {
        call.weights[change.weight] =
            changed(change, call.weights[change.weight], call.mode, scope.batch, net_index);
    }
    call.stream = [&] { return next_stream(scope.layers); };
    call.update = [&](std::size_t index, Var value) {
        const std::size_t own = code.weights.at(index);
        if (net->weights[own].learned) {
            throw Error(ErrorCode::internal, "'" + code.entry->name + "' replaces a learned weight");
        }
        nets_[net_index].current[own] = stop_gradient(value);
    };
    call.net_weights = [&](std::size_t other) {
        std::vector<Var> learned;
        for (std::size_t i = 0; i < program_.nets[other].weights.size(); ++i) {
            if (program_.nets[other].weights[i].learned) {
                learned.push_back(weight(other, i, scope.mode));
            }
        }
        return learned;
    };
    return definition.build(call);
}

Recorder::Values Recorder::call(std::size_t net, Scope& scope, const Values& given) {
    // Inside a net every input has a batch, and the type that its calls agreed on.
    Values inputs;
    for (std::size_t i = 0; i < given.size(); ++i) {
        inputs.push_back(models::with_batch(given[i], scope.batch));
        inputs.back().type = program_.nets[net].types[i];
    }
    // Equal calls are one value: G(z) of two updates is recorded once, and its running statistics move once.
    // Running statistics do not count as arguments in training, where nothing reads them.
    std::vector<std::uint64_t> key = {net, static_cast<std::uint64_t>(scope.mode),
                                      static_cast<std::uint64_t>(scope.batch)};
    for (const Value& input : given) {
        key.push_back(input.var.id());
        key.push_back(static_cast<std::uint64_t>(input.layout));
    }
    for (const std::size_t each : called_[net]) {
        for (std::size_t i = 0; i < program_.nets[each].weights.size(); ++i) {
            if (scope.mode == Mode::evaluate || program_.nets[each].weights[i].learned) {
                key.push_back(weight(each, i, scope.mode).id());
            }
        }
    }
    const auto known = calls_.find(key);
    if (known != calls_.end()) {
        return known->second;
    }
    const std::size_t streams_before = stream_counts_[scope.layers];
    const dsl::Net& callee = program_.nets[net];
    Values values(callee.types.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        values[i] = inputs[i];
    }
    const std::size_t mark = tape().recording.origin;
    run_in(callee.body, scope, callee.types, values, &callee, net);
    tape().recording.origin = mark;
    Values results;
    for (const dsl::ValueId id : callee.results) {
        // Callers take what a net gives for a value of each example, also a number that is none inside.
        results.push_back(models::with_batch(values[id], scope.batch));
    }
    // A net that drew something in this mode draws anew wherever it is mentioned.
    if (stream_counts_[scope.layers] == streams_before) {
        calls_.emplace(std::move(key), results);
    }
    return results;
}

void Recorder::run(const dsl::Instructions& code, Scope& scope, const std::vector<dsl::Type>& types,
                   Values& values) {
    run_in(code, scope, types, values, nullptr, 0);
}

void Recorder::run_in(const dsl::Instructions& code, Scope& scope, const std::vector<dsl::Type>& types,
                      Values& values, const dsl::Net* net, std::size_t net_index) {
    values.resize(types.size());
    const std::size_t caller = net != nullptr ? tape().recording.origin : 0;
    for (const dsl::Instruction& each : code) {
        set_origin({.span = each.span, .entry = each.entry, .caller = caller, .net = net_index});
        Values inputs;
        for (const dsl::ValueId id : each.inputs) {
            inputs.push_back(values.at(id));
        }
        std::vector<dsl::Type> results;
        for (const dsl::ValueId id : each.outputs) {
            results.push_back(types.at(id));
        }
        const Values outputs = run_one(each, scope, inputs, results, net, net_index);
        for (std::size_t i = 0; i < each.outputs.size(); ++i) {
            values[each.outputs[i]] = outputs.at(i);
        }
    }
}

Recorder::Values Recorder::run_one(const dsl::Instruction& code, Scope& scope, const Values& inputs,
                                   const std::vector<dsl::Type>& results, const dsl::Net* net,
                                   std::size_t net_index) {
    using Kind = dsl::Instruction::Kind;
    switch (code.kind) {
        case Kind::constant:
            return {{.var = tape().constant(code.number), .type = results.at(0), .number = code.number}};
        case Kind::data:
            return {data(code, scope, results.at(0))};
        case Kind::draw:
            return {draw(code, scope, results.at(0), net != nullptr)};
        case Kind::apply:
            return apply(code, scope, net, net_index, inputs, results);
        case Kind::call:
            return call(code.index, scope, inputs);
        case Kind::gradient: {
            Value slope = inputs.at(1);
            slope.number = {};
            slope.type = results.at(0);
            slope.var = gradient(inputs[0].var, inputs[1].var);
            return {slope};
        }
        case Kind::schedule:
            return {{.var = schedule(code.entry->name, code.arguments, code.span), .type = results.at(0)}};
        case Kind::cell:
            return {cell(code, scope, results.at(0))};
        case Kind::continuation:
            return {continuation(code, scope, inputs, results.at(0))};
    }
    return {};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::runtime
