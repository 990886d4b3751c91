#include <algorithm>
#include <map>
#include <set>

#include "autodiff/error.hpp"
#include "autodiff/gradient.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations.hpp"
#include "models/catalogue.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/build/recorder.hpp"

namespace gandsl::runtime {
inline namespace GANDSL_PRECISION {

using models::Value;

namespace {

Var batch_mean(Var x) {
    return x.shape().empty() ? x : mean(x);
}

/// Nodes a gradient of `value` can flow to, by id.
std::vector<bool> differentiable_from(Var value) {
    const Tape& tape = value.tape();
    std::vector<bool> reached(value.id() + 1, false);
    reached[value.id()] = true;
    for (NodeId id = value.id() + 1; id-- > 0;) {
        const Node& node = tape.node(id);
        if (reached[id] && node.operation->vjp != nullptr) {
            for (const NodeId input : node.inputs) {
                reached[input] = true;
            }
        }
    }
    return reached;
}

/// A place among a net's weights.
struct WeightReference {
    std::size_t net;
    std::size_t index;
};

/// A training step as it is recorded.
class Step {
  public:
    Step(const dsl::Program& program, const BuildOptions& options, Graph& graph, Recorder& recorder)
        : program_(program), train_(*program.train), graph_(graph), recorder_(recorder) {
        scope_.mode = models::Mode::train;
        scope_.batch = options.batch;
        scope_.inputs = &graph.inputs;
        for (const dsl::TrainItem& item : train_.items) {
            if (const auto* update = std::get_if<dsl::Update>(&item)) {
                updated_.insert(update->nets.begin(), update->nets.end());
            }
        }
    }

    void record() {
        for (std::size_t item = 0; item < train_.items.size(); ++item) {
            if (const auto* code = std::get_if<dsl::Instructions>(&train_.items[item])) {
                recorder_.run(*code, scope_, train_.types, values_);
            } else {
                record_update(item, std::get<dsl::Update>(train_.items[item]));
            }
        }
        name_values();
        average();
        assign();
    }

  private:
    void record_update(std::size_t item, const dsl::Update& update) {
        recorder_.run(update.body, scope_, train_.types, values_);
        recorder_.set_origin({.span = update.span});
        const std::vector<WeightReference> learned = learned_weights(update);
        const Var objective = batch_mean(values_.at(update.objective).var);
        std::vector<LearnedWeight> weights_learned = gradients_of(objective, learned);
        std::vector<Var> gradients;
        for (const LearnedWeight& weight : weights_learned) {
            gradients.push_back(weight.gradient);
        }
        std::vector<Var> variables;
        for (const auto [net, index] : learned) {
            variables.push_back(recorder_.weights(net).current[index]);
        }
        recorder_.set_origin({.span = update.optimizer.span, .entry = update.optimizer.entry});
        OptimizerState& state = optimizers_[update.site];
        const models::Definition& optimizer = models::definition(update.optimizer.entry->name);
        const std::size_t states_before = state.slots.size();
        const std::vector<Var> results = optimizer.step(update.optimizer.arguments, variables, gradients,
                                                        rate(update.optimizer.arguments), state);
        if (state.slots.size() > states_before) {
            name_states(update.site, optimizer, learned, state);
        }
        UpdateRecord record{.item = item,
                            .results = state.values,
                            .objective = objective,
                            .learned = std::move(weights_learned),
                            .forgotten = forgotten_nets(objective)};
        for (std::size_t i = 0; i < learned.size(); ++i) {
            NetWeights& weights = recorder_.weights(learned[i].net);
            weights.earlier[learned[i].index].push_back(weights.current[learned[i].index]);
            // The next objective must not be differentiated through this update.
            weights.current[learned[i].index] = stop_gradient(results[i]);
            record.results.push_back(results[i]);
        }
        for (const dsl::Named& named : update.named) {
            const Var value = batch_mean(values_.at(named.value).var);
            record.results.push_back(value);
            remember({update.site, update.prefix + named.name}, value, item);
        }
        graph_.updates.push_back(std::move(record));
    }

    std::vector<WeightReference> learned_weights(const dsl::Update& update) const {
        std::vector<WeightReference> learned;
        for (const std::size_t net : update.nets) {
            for (const std::size_t index : learned_places(net)) {
                learned.push_back({net, index});
            }
        }
        return learned;
    }

    std::vector<std::size_t> learned_places(std::size_t net) const {
        std::vector<std::size_t> result;
        for (std::size_t i = 0; i < program_.nets[net].weights.size(); ++i) {
            if (program_.nets[net].weights[i].learned) {
                result.push_back(i);
            }
        }
        return result;
    }

    /// Of the objective, through each weight as it was where it was used: a binding made before an earlier
    /// update of this step has seen an earlier value.
    std::vector<LearnedWeight> gradients_of(Var objective, const std::vector<WeightReference>& learned) {
        const std::vector<bool> reached = differentiable_from(objective);
        std::vector<Var> variables;
        std::vector<std::size_t> owners;
        for (std::size_t i = 0; i < learned.size(); ++i) {
            const NetWeights& weights = recorder_.weights(learned[i].net);
            for (const Var earlier : weights.earlier[learned[i].index]) {
                if (earlier.id() < reached.size() && reached[earlier.id()]) {
                    variables.push_back(earlier);
                    owners.push_back(i);
                }
            }
            variables.push_back(weights.current[learned[i].index]);
            owners.push_back(i);
        }
        const std::vector<Var> parts = gradient(objective, variables);
        std::vector<LearnedWeight> result(learned.size());
        for (std::size_t part = 0; part < parts.size(); ++part) {
            LearnedWeight& weight = result[owners[part]];
            const auto [net, index] = learned[owners[part]];
            weight.name = program_.nets[net].name + "." + program_.nets[net].weights[index].name;
            weight.net = net;
            weight.index = index;
            const NodeId id = variables[part].id();
            weight.reached = weight.reached || (id < reached.size() && reached[id]);
            weight.versions.push_back(variables[part]);
            weight.gradient = weight.gradient.valid() ? weight.gradient + parts[part] : parts[part];
        }
        return result;
    }

    std::vector<ForgottenNet> forgotten_nets(Var objective) {
        std::map<NodeId, std::size_t> owners;  // of weights
        for (std::size_t net = 0; net < program_.nets.size(); ++net) {
            for (const std::size_t index : learned_places(net)) {
                if (!updated_.contains(net)) {
                    owners.emplace(recorder_.weights(net).states[index].id(), net);
                }
            }
        }
        std::vector<ForgottenNet> result;
        if (owners.empty()) {
            return result;
        }
        const std::vector<bool> reached = differentiable_from(objective);
        std::set<std::size_t> found;
        for (NodeId id = 0; id < reached.size(); ++id) {
            for (const NodeId input : recorder_.tape().node(id).inputs) {
                const auto owner = owners.find(input);
                if (reached[id] && owner != owners.end() && found.insert(owner->second).second) {
                    std::size_t origin = recorder_.tape().node(id).origin;
                    while (graph_.origins.at(origin).caller != 0) {
                        origin = graph_.origins[origin].caller;
                    }
                    result.push_back({owner->second, graph_.origins[origin].span});
                }
            }
        }
        return result;
    }

    Var rate(const dsl::Arguments& arguments) {
        const dsl::Value& given = arguments.find("lr")->second;
        if (const auto* number = std::get_if<double>(&given.data)) {
            return recorder_.tape().constant(*number);
        }
        const auto& call = std::get<dsl::NestedCall>(given.data);
        return recorder_.schedule(call.name, models::arguments_of(call), call.span);
    }

    /// Moments come first, those of one weight side by side; single numbers follow.
    void name_states(std::size_t site, const models::Definition& optimizer,
                     const std::vector<WeightReference>& learned, const OptimizerState& state) {
        const std::string prefix = "optimizer." + std::to_string(site) + ".";
        const std::size_t kept = state.slots.size() / learned.size();
        std::size_t slot = 0;
        for (const auto [net, index] : learned) {
            for (std::size_t moment = 0; moment < kept && moment < optimizer.slots.size(); ++moment) {
                const std::string name =
                    program_.nets[net].name + "." + program_.nets[net].weights[index].name;
                graph_.states.push_back(
                    {prefix + name + "." + optimizer.slots[moment], state.slots[slot++], false});
            }
        }
        for (std::size_t number = 0; slot < state.slots.size(); ++number) {
            graph_.states.push_back(
                {prefix + "number_" + std::to_string(number), state.slots[slot++], false});
        }
    }

    /// Iterations of a repeat share a name.
    void remember(const std::pair<std::size_t, std::string>& name, Var value, std::size_t item) {
        const auto known =
            std::find_if(named_.begin(), named_.end(), [&](const auto& each) { return each.name == name; });
        if (known == named_.end()) {
            named_.push_back({name, {value}, item});
        } else {
            known->iterations.push_back(value);
        }
    }

    void name_values() {
        for (const auto& [name, iterations, item] : named_) {
            Var total = iterations.front();
            for (std::size_t iteration = 1; iteration < iterations.size(); ++iteration) {
                total = total + iterations[iteration];
            }
            const auto count = static_cast<double>(iterations.size());
            graph_.named.push_back({name.second, iterations.size() == 1 ? total : total / count, item});
        }
    }

    void average() {
        for (const dsl::Average& each : train_.averages) {
            recorder_.set_origin({.span = each.span});
            NetWeights& weights = recorder_.weights(each.net);
            // What a step of now counts among 1 + decay + decay^2 + ..., one for each step so far: the
            // weights before the first step have no part in the average (as in Kingma & Ba, 2015, section 3).
            const Var steps = weights.averaged_steps * each.decay + 1.0;
            const Var share = 1.0 / steps;
            for (std::size_t i = 0; i < weights.states.size(); ++i) {
                const Var kept = weights.averages[i];
                graph_.assignments.push_back({kept, kept * (1.0 - share) + weights.current[i] * share});
            }
            graph_.assignments.push_back({weights.averaged_steps, steps});
        }
    }

    void assign() {
        for (std::size_t net = 0; net < program_.nets.size(); ++net) {
            const NetWeights& weights = recorder_.weights(net);
            for (std::size_t i = 0; i < weights.states.size(); ++i) {
                if (weights.current[i] != weights.states[i]) {
                    graph_.assignments.push_back({weights.states[i], weights.current[i]});
                }
            }
        }
        for (const auto& [site, state] : optimizers_) {
            for (const Assignment& each : assignments(state)) {
                graph_.assignments.push_back(each);
            }
        }
    }

    const dsl::Program& program_;
    const dsl::Train& train_;
    Graph& graph_;
    Recorder& recorder_;
    Scope scope_;
    std::vector<Value> values_;
    std::set<std::size_t> updated_;                     ///< nets that any update names
    std::map<std::size_t, OptimizerState> optimizers_;  ///< by site
    /// A value of an update, over the iterations of a repeat.
    struct NamedIterations {
        std::pair<std::size_t, std::string> name;  ///< site, and column of the log
        std::vector<Var> iterations;
        std::size_t item = 0;
    };
    std::vector<NamedIterations> named_;
};

/// How many examples of a split the code has to look at: as many as the shortest of its data. Nothing where
/// it reads none, or where that is not known.
std::optional<Index> examples_of(const dsl::Instructions& code, const BuildOptions& options,
                                 Index ExampleCounts::*split) {
    std::optional<Index> result;
    for (const dsl::Instruction& each : code) {
        if (each.kind == dsl::Instruction::Kind::data && !options.examples.empty()) {
            // A split without examples is refused by whoever wants to read it.
            const Index count = std::max<Index>(1, options.examples.at(each.index).*split);
            result = std::min(result.value_or(count), count);
        }
    }
    return result;
}

EvaluationGraph record_sample(const dsl::Sample& sample, const BuildOptions& options, Recorder& recorder) {
    EvaluationGraph result;
    Scope scope{.draws = streams::Purpose::sample_draws, .layers = streams::Purpose::sample_layers};
    if (sample.arguments.contains("columns")) {
        scope.grid_columns = models::integer(sample.arguments, "columns");
        scope.batch = sample.count ? static_cast<Index>(*sample.count)
                                   : models::integer(sample.arguments, "rows") * scope.grid_columns;
    } else {
        scope.batch = models::integer(sample.arguments, "count");
    }
    result.shown = scope.batch;
    scope.batch =
        std::min(scope.batch, examples_of(sample.body, options, &ExampleCounts::test).value_or(scope.batch));
    scope.inputs = &result.inputs;
    scope.continuations = &result.continuations;
    std::vector<Value> values;
    recorder.run(sample.body, scope, sample.types, values);
    result.writes_text =
        !result.continuations.empty() && values.at(sample.value).var == result.continuations.back().result;
    const Value value = models::channels_first(models::with_batch(values.at(sample.value), scope.batch));
    result.value = value.var;
    result.shape = value.type.shape;
    result.count = scope.batch;
    return result;
}

EvaluationGraph record_measure(const dsl::Measure& measure, Index batch, Recorder& recorder) {
    EvaluationGraph result;
    Scope scope{
        .batch = batch, .draws = streams::Purpose::measure_draws, .layers = streams::Purpose::measure_layers};
    scope.inputs = &result.inputs;
    std::vector<Value> values;
    recorder.run(measure.body, scope, measure.types, values);
    const Value value = models::with_batch(values.at(measure.value), scope.batch);
    result.value = reshape(value.var, {scope.batch});
    result.count = scope.batch;
    return result;
}

void record(const dsl::Program& program, const BuildOptions& options, Graph& graph) {
    Recorder recorder(program, options, graph);
    if (program.train) {
        for (const dsl::Average& each : program.train->averages) {
            recorder.keep_average(each.net);
        }
        if (options.train) {
            Step(program, options, graph, recorder).record();
        }
    }
    for (const dsl::Sample& sample : program.samples) {
        graph.samples.push_back(record_sample(sample, options, recorder));
    }
    for (const dsl::Measure& measure : program.measures) {
        const auto split = measure.split == "train" ? &ExampleCounts::train : &ExampleCounts::test;
        const Index examples = examples_of(measure.body, options, split).value_or(options.measure_batch);
        const Index batch = std::min(options.measure_batch, examples);
        graph.measures.push_back(record_measure(measure, batch, recorder));
        graph.remainders.emplace_back();
        if (examples % batch != 0) {
            graph.remainders.back() = record_measure(measure, examples % batch, recorder);
        }
    }
}

}  // namespace

std::vector<Var> Graph::outputs() const {
    std::vector<Var> vars;
    for (const NamedOutput& each : named) {
        vars.push_back(each.var);
    }
    return vars;
}

Graph build(const dsl::Program& program, const BuildOptions& options) {
    Graph graph;
    graph.tape = std::make_unique<Tape>(Evaluation::planned, options.seed);
    graph.tape->recording.exact = options.exact;
    graph.origins.emplace_back();
    try {
        record(program, options, graph);
    } catch (const Error& error) {
        const std::size_t mark = graph.tape->recording.origin;
        const bool too_large = error.code() == ErrorCode::memory || error.code() == ErrorCode::shape;
        if (!too_large || error.location() || !options.locate || mark == 0) {
            throw;
        }
        throw Error(error.code(), error.message(), options.locate(graph.origins.at(mark).span));
    }
    return graph;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::runtime
