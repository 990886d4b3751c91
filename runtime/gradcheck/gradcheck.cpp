#include "runtime/gradcheck/gradcheck.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "autodiff/array.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations/records.hpp"
#include "autodiff/random.hpp"
#include "runtime/gradcheck/updates.hpp"

namespace gandsl::gradcheck {

namespace {

// Random streams of the highest purposes: nothing else in a program has them.
constexpr std::uint32_t move_stream = 0xe0000000;
constexpr std::uint32_t choice_stream = 0xf0000000;
// Far enough from where first weights are 0, near enough to be first weights still.
constexpr double moved_by = 0.02;

/// An objective on a tape of its own, in which weights, and all that no gradient flows through, are inputs.
class Objective {
  public:
    Objective(const runtime::Graph& graph, const runtime::UpdateRecord& update)
        : source_(*graph.tape), tape_(Evaluation::planned, source_.seed()) {
        std::set<NodeId> cut;
        for (const runtime::LearnedWeight& weight : update.learned) {
            for (const Var version : weight.versions) {
                cut.insert(version.id());
            }
        }
        copy(update.objective.id(), cut);
    }

    Var result() const { return result_; }
    /// Values of the step's graph that have to be fed here.
    const std::map<NodeId, Var>& inputs() const { return inputs_; }

  private:
    bool is_cut(NodeId id, const std::set<NodeId>& cut) const {
        const Operation* const operation = source_.node(id).operation;
        return cut.contains(id) || operation == &stop_gradient_operation || operation == &state_operation ||
               operation == &input_operation;
    }

    void copy(NodeId objective, const std::set<NodeId>& cut) {
        std::vector<bool> needed(objective + 1, false);
        needed[objective] = true;
        for (NodeId id = objective + 1; id-- > 0;) {
            if (needed[id] && !is_cut(id, cut)) {
                for (const NodeId input : source_.node(id).inputs) {
                    needed[input] = true;
                }
            }
        }
        std::map<NodeId, NodeId> copied;
        for (NodeId id = 0; id <= objective; ++id) {
            if (!needed[id]) {
                continue;
            }
            const Node& node = source_.node(id);
            Var var;
            if (is_cut(id, cut)) {
                var = tape_.input(node.shape);
                inputs_.emplace(id, var);
            } else if (node.operation == &constant_operation) {
                var = node.attributes.integers[0] == -1 ? tape_.constant(node.attributes.numbers[0])
                                                        : tape_.constant(Array(*node.value));
            } else {
                std::vector<NodeId> inputs;
                for (const NodeId input : node.inputs) {
                    inputs.push_back(copied.at(input));
                }
                var = tape_.append(*node.operation, std::move(inputs), node.attributes, node.shape);
            }
            copied.emplace(id, var.id());
        }
        result_ = {tape_, copied.at(objective)};
    }

    const Tape& source_;
    Tape tape_;
    std::map<NodeId, Var> inputs_;
    Var result_;
};

/// What finite differences say of one entry.
struct Difference {
    double value = 0;
    double uncertainty = std::numeric_limits<double>::infinity();
};

constexpr std::array<double, 5> steps = {1e-4, 1e-3, 1e-5, 1e-6, 1e-7};

/// f'(0) by central differences of steps h and h / 2 and Richardson's extrapolation. The uncertainty covers
/// curvature, kinks (where the slopes on both sides differ however small the step) and rounding.
template <typename Function>
Difference difference(const Function& f, double middle, double h) {
    constexpr double rounding = 4e-15;
    const double right = f(h), left = f(-h), right_half = f(h / 2), left_half = f(-h / 2);
    const double wide = (right - left) / (2 * h);
    const double narrow = (right_half - left_half) / h;
    const double value = (4 * narrow - wide) / 3;
    const double bend_wide = (right + left - 2 * middle) / h;
    const double bend_narrow = 2 * (right_half + left_half - 2 * middle) / h;
    const double uncertainty = std::max(std::abs(value - narrow), std::abs(bend_narrow - bend_wide / 2)) +
                               rounding * std::max({std::abs(middle), std::abs(right), std::abs(left)}) / h;
    return {value, std::isfinite(uncertainty) ? uncertainty : std::numeric_limits<double>::quiet_NaN()};
}

/// That of the step which is best_estimate, or of the first that is sure enough.
template <typename Function>
Difference best_estimate(const Function& f, double size, double enough) {
    Difference best;
    const double middle = f(0);
    for (const double step : steps) {
        const Difference found = difference(f, middle, step * size);
        if (std::isnan(found.uncertainty)) {
            return found;
        }
        if (found.uncertainty < best.uncertainty) {
            best = found;
        }
        if (best.uncertainty <= enough) {
            break;
        }
    }
    return best;
}

/// That on which two steps agree best: at one alone, many kinks may outweigh each other and look like none.
template <typename Function>
Difference consensus_estimate(const Function& f, double size) {
    Difference best;
    std::vector<Difference> all;
    const double middle = f(0);
    for (const double step : steps) {
        const Difference found = difference(f, middle, step * size);
        if (std::isnan(found.uncertainty)) {
            return found;
        }
        for (const Difference& other : all) {
            const double apart = std::abs(found.value - other.value);
            const double uncertainty = std::max({found.uncertainty, other.uncertainty, apart});
            if (uncertainty < best.uncertainty) {
                best = {found.uncertainty < other.uncertainty ? found.value : other.value, uncertainty};
            }
        }
        all.push_back(found);
    }
    return best;
}

double largest(const Array& values) {
    double result = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        result = std::max(result, std::abs(static_cast<double>(values.data()[i])));
    }
    return result;
}

/// Random places, half of them where the gradient is not 0: of an embedding most rows are in no batch.
std::vector<std::size_t> chosen(const Array& gradient, std::size_t count, const RandomKey& key) {
    std::vector<std::size_t> moving, all;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        all.push_back(i);
        if (gradient.data()[i] != 0) {
            moving.push_back(i);
        }
    }
    std::vector<Real> draws(2 * count);
    fill_uniform(draws, key);
    std::set<std::size_t> places;
    std::size_t next = 0;
    const auto take = [&](std::vector<std::size_t>& from, std::size_t wanted) {
        while (places.size() < wanted && !from.empty() && next < draws.size()) {
            const auto at = static_cast<std::size_t>(static_cast<double>(draws[next++]) *
                                                     static_cast<double>(from.size()));
            places.insert(from[at]);
            from[at] = from.back();
            from.pop_back();
        }
    };
    take(moving, (count + 1) / 2);
    take(all, count);
    return {places.begin(), places.end()};
}

void move_weights(const runtime::Graph& graph, std::uint64_t seed) {
    std::uint32_t stream = move_stream;
    for (const runtime::NamedState& state : graph.states) {
        if (!state.learned) {
            continue;
        }
        Array values = state.var.value();
        std::vector<Real> draws(values.size());
        fill_uniform(draws, {.seed = seed, .stream = ++stream, .step = 0});
        for (std::size_t i = 0; i < draws.size(); ++i) {
            values.data()[i] += static_cast<Real>(moved_by) * (2 * draws[i] - 1);
        }
        state.var.tape().assign(state.var, values);
    }
}

void feed_data(const runtime::Graph& graph, Plan& plan, const std::map<NodeId, Var>* inputs,
               const Feed& feed) {
    for (const runtime::DataInput& input : graph.inputs) {
        if (inputs != nullptr && !inputs->contains(input.var.id())) {
            continue;
        }
        const std::span<Real> memory = plan.feed(inputs == nullptr ? input.var : inputs->at(input.var.id()));
        std::vector<double> values(memory.size());
        if (!values.empty()) {
            feed({input.data, input.field, input.slot, input.next}, values);
        }
        std::transform(values.begin(), values.end(), memory.begin(),
                       [](double value) { return static_cast<Real>(value); });
    }
}

std::string names_of(const dsl::Program& program, const dsl::Update& update) {
    std::string names;
    for (const std::size_t net : update.nets) {
        names += (names.empty() ? "" : ", ") + program.nets[net].name;
    }
    return names;
}

/// The updates of the step, each site once.
std::vector<const runtime::UpdateRecord*> first_turns(const dsl::Program& program,
                                                      const runtime::Graph& graph) {
    std::vector<const runtime::UpdateRecord*> updates;
    std::set<std::size_t> sites;
    for (const runtime::UpdateRecord& record : graph.updates) {
        if (sites.insert(std::get<dsl::Update>(program.train->items[record.item]).site).second) {
            updates.push_back(&record);
        }
    }
    return updates;
}

/// Values of one run of a step: gradients, and what objectives are cut at.
class Step {
  public:
    Step(const runtime::Graph& graph, std::vector<Var> wanted, const std::shared_ptr<ThreadPool>& pool,
         const Feed& feed)
        : plan_(std::move(wanted), {}, PlanOptions{pool, {}}) {
        feed_data(graph, plan_, nullptr, feed);
        plan_.run(0);
    }
    Array value(Var var) const {
        const Node& node = var.tape().node(var.id());
        return node.operation == &state_operation ? Array(*node.value) : plan_.value(var);
    }

  private:
    Plan plan_;
};

class UpdateCheck {
  public:
    UpdateCheck(const runtime::Graph& graph, const runtime::UpdateRecord& update, const Objective& objective,
                const Step& step, const Options& options, const std::shared_ptr<ThreadPool>& pool,
                const Feed& feed)
        : update_(update),
          objective_(objective),
          step_(step),
          options_(options),
          plan_({objective.result()}, {}, PlanOptions{pool, {}}) {
        for (const auto& [id, input] : objective.inputs()) {
            if (graph.tape->node(id).operation != &input_operation && !plan_.feed(input).empty()) {
                plan_.set(input, step.value({*graph.tape, id}));
            }
        }
        feed_data(graph, plan_, &objective.inputs(), feed);
        for (const runtime::LearnedWeight& weight : update.learned) {
            largest_ = std::max(largest_, largest(step.value(weight.gradient)));
        }
    }

    /// With the weights as they are.
    double objective() {
        plan_.run(0);
        return static_cast<double>(plan_.read(objective_.result())[0]);
    }

    WeightReport check(std::size_t index, std::uint32_t stream) {
        const runtime::LearnedWeight& weight = update_.learned[index];
        const Array gradient = step_.value(weight.gradient);
        std::vector<std::span<Real>> versions;
        for (const Var version : weight.versions) {
            if (const auto input = objective_.inputs().find(version.id());
                input != objective_.inputs().end()) {
                versions.push_back(plan_.feed(input->second));
            }
        }
        std::erase_if(versions, [](std::span<Real> memory) { return memory.empty(); });
        WeightReport report;
        report.weight = weight.name;
        const double min = std::max({1e-3 * largest(gradient), 1e-6 * largest_, 1e-12});
        double worst = -1;
        for (const std::size_t entry : chosen(gradient, options_.entries, {options_.seed, stream, 0})) {
            const auto recorded = static_cast<double>(gradient.data()[entry]);
            const double enough = 1e-3 * options_.tolerance * std::max(std::abs(recorded), min);
            Difference found = differentiate(
                versions, entry, [&](const auto& f, double size) { return best_estimate(f, size, enough); });
            const auto scale = [&] { return std::max({std::abs(recorded), std::abs(found.value), min}); };
            const auto agrees = [&] {
                return std::abs(recorded - found.value) <= options_.tolerance * scale();
            };
            if (!agrees()) {
                found = differentiate(versions, entry,
                                      [](const auto& f, double size) { return consensus_estimate(f, size); });
            }
            const double off = std::abs(recorded - found.value);
            const double share = off / scale();
            ++report.checked;
            // A weight without influence has a gradient of rounding alone: compare with the update's others.
            const bool settled = found.uncertainty <= options_.tolerance * std::max(scale(), 1e-3 * largest_);
            // Where the objective beside it is no number, as that of `log` below 0, there is no difference.
            const bool known = std::isfinite(found.value);
            if (!known || (off <= 4 * found.uncertainty && !(agrees() && settled))) {
                ++report.unsure;
                continue;
            }
            // A value that is not finite agrees with nothing.
            const double error = std::isfinite(share) ? share : std::numeric_limits<double>::infinity();
            report.error = std::max(report.error, error);
            if (!agrees()) {
                ++report.failed;
                if (error > worst) {
                    worst = error;
                    report.entry = entry;
                    report.recorded = recorded;
                    report.expected = found.value;
                }
            }
        }
        return report;
    }

  private:
    /// method(f, size): of the objective as a function of how far the entry is moved, which is of that size.
    template <typename Method>
    Difference differentiate(const std::vector<std::span<Real>>& versions, std::size_t entry,
                             const Method& method) {
        if (versions.empty()) {
            return {0, 0};  // the objective does not depend on it
        }
        std::vector<Real> origins;
        double size = 1;
        for (const std::span<Real> memory : versions) {
            origins.push_back(memory[entry]);
            size = std::max(size, std::abs(static_cast<double>(memory[entry])));
        }
        const auto at = [&](double distance) {
            for (std::size_t version = 0; version < versions.size(); ++version) {
                versions[version][entry] = origins[version] + static_cast<Real>(distance);
            }
            plan_.run(0);
            return static_cast<double>(plan_.read(objective_.result())[0]);
        };
        const Difference found = method(at, size);
        for (std::size_t version = 0; version < versions.size(); ++version) {
            versions[version][entry] = origins[version];
        }
        return found;
    }

    const runtime::UpdateRecord& update_;
    const Objective& objective_;
    const Step& step_;
    const Options& options_;
    Plan plan_;
    double largest_ = 0;
};

}  // namespace

inline namespace GANDSL_PRECISION {

std::vector<WeightReport> check_updates(const dsl::Program& program, const runtime::Graph& graph,
                                        const Options& options, const Feed& feed, const Progress& progress) {
    move_weights(graph, options.seed);
    const std::vector<const runtime::UpdateRecord*> updates = first_turns(program, graph);
    const auto pool = std::make_shared<ThreadPool>(options.threads);
    std::vector<std::unique_ptr<Objective>> objectives;
    std::set<NodeId> wanted;
    for (const runtime::UpdateRecord* update : updates) {
        objectives.push_back(std::make_unique<Objective>(graph, *update));
        for (const auto& [id, input] : objectives.back()->inputs()) {
            const Operation* const operation = graph.tape->node(id).operation;
            if (operation != &state_operation && operation != &input_operation) {
                wanted.insert(id);
            }
        }
        for (const runtime::LearnedWeight& weight : update->learned) {
            wanted.insert(weight.gradient.id());
        }
    }
    std::vector<Var> outputs = graph.outputs();
    for (const NodeId id : wanted) {
        outputs.emplace_back(*graph.tape, id);
    }
    const Step step(graph, std::move(outputs), pool, feed);
    std::vector<WeightReport> reports;
    for (std::size_t i = 0; i < updates.size(); ++i) {
        UpdateCheck check(graph, *updates[i], *objectives[i], step, options, pool, feed);
        const auto& update = std::get<dsl::Update>(program.train->items[updates[i]->item]);
        if (const double objective = check.objective(); !std::isfinite(objective)) {
            throw Error(ErrorCode::invalid_argument,
                        "the objective of the update of " + names_of(program, update) + " is " +
                            (std::isnan(objective) ? "nan" : "inf") +
                            " at its first weights, so that no gradient can be held against it; `gandsl run` "
                            "names the operation that gives no number; another --seed begins elsewhere");
        }
        for (std::size_t weight = 0; weight < updates[i]->learned.size(); ++weight) {
            WeightReport report =
                check.check(weight, choice_stream + static_cast<std::uint32_t>(reports.size()));
            report.update = names_of(program, update);
            if (progress) {
                progress(report);
            }
            reports.push_back(std::move(report));
        }
    }
    return reports;
}

}  // namespace GANDSL_PRECISION

std::vector<WeightReport> check(const dsl::Program& program, const Options& options, const Feed& feed,
                                const Progress& progress) {
    const runtime::Graph graph = runtime::build(
        program, {.batch = static_cast<Index>(options.batch), .measure_batch = 1, .seed = options.seed});
    return check_updates(program, graph, options, feed, progress);
}

}  // namespace gandsl::gradcheck
