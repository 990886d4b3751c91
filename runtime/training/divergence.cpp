#include "runtime/training/divergence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations/records.hpp"
#include "dsl/arithmetic.hpp"
#include "dsl/spelling.hpp"

namespace gandsl::training {

namespace {

// In seconds: as long as a user waits for the repetition at most, plus a step. A copy takes some thousandths
// of this.
constexpr double longest_repetition = 10;

bool finite(std::span<const float> values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

std::span<const float> memory_of(const runtime::NamedState& state) {
    const Array& value = state.var.value();
    return {value.data(), value.size()};
}

}  // namespace

StateSnapshot::StateSnapshot(std::span<const runtime::NamedState> states, std::uint64_t step, double now)
    : states_(states) {
    for (const runtime::NamedState& state : states_) {
        copies_.emplace_back(memory_of(state).size());
    }
    capture(step, now);
}

bool StateSnapshot::all_finite() const {
    return std::all_of(states_.begin(), states_.end(),
                       [](const runtime::NamedState& state) { return finite(memory_of(state)); });
}

bool StateSnapshot::due(double now) const {
    return now - kept_at_ > longest_repetition;
}

void StateSnapshot::capture(std::uint64_t step, double now) {
    for (std::size_t i = 0; i < states_.size(); ++i) {
        const std::span<const float> values = memory_of(states_[i]);
        std::copy(values.begin(), values.end(), copies_[i].begin());
    }
    step_ = step;
    kept_at_ = now;
}

std::uint64_t StateSnapshot::restore() {
    for (std::size_t i = 0; i < states_.size(); ++i) {
        states_[i].var.tape().assign(states_[i].var, copies_[i]);
    }
    return step_;
}

namespace {

using dsl::diagnostics::Form;
using dsl::diagnostics::Remedy;
using dsl::diagnostics::Term;
using dsl::diagnostics::wording;
using Names = std::vector<std::string>;

std::string spell(double value) {
    return std::isnan(value) ? "nan" : fmt::format("{:.4g}", value);  // a NaN may have a sign
}

// As an operand, so that (-2) ^ 0.5 is read as it is meant.
std::string operand(double value) {
    return std::signbit(value) ? "(" + spell(value) + ")" : spell(value);
}

// How the operation makes a number of these inputs, as its record says.
std::string formula(const Node& node, const std::vector<double>& inputs) {
    const Operation& operation = *node.operation;
    if (operation.notation.empty()) {
        Names numbers;
        for (const double input : inputs) {
            numbers.push_back(spell(input));
        }
        return fmt::format("{}({})", operation.name, fmt::join(numbers, ", "));
    }
    const auto spelled = [&](std::string_view what) {
        const char last = what.back();
        if (last == 'n') {
            const double number = node.attributes.numbers.at(0);
            return spell(what == "n" ? number : 1 - number);
        }
        return last == ')' ? operand(inputs.at(static_cast<std::size_t>(what[1] - 'a')))
                           : spell(inputs.at(static_cast<std::size_t>(last - 'a')));
    };
    std::string text;
    std::string_view rest = operation.notation;
    for (std::size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
        const std::size_t close = rest.find('}', open);
        text += rest.substr(0, open);
        text += spelled(rest.substr(open + 1, close - open - 1));
        rest.remove_prefix(close + 1);
    }
    return text + std::string(rest);
}

struct ValueRange {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void include(const Array& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            low = std::min(low, double{values.data()[i]});
            high = std::max(high, double{values.data()[i]});
        }
    }
    std::string text() const {
        return low == high ? spell(low) : wording({Form::number_range, {spell(low), spell(high)}});
    }
};

ValueRange range_of(const Array& values) {
    ValueRange range;
    range.include(values);
    return range;
}

// Where an entry of the result finds its number in an operand of another shape.
std::size_t operand_entry(std::size_t entry, const Shape& result, const Shape& shape) {
    std::size_t place = 0;
    std::size_t stride = 1;
    for (std::size_t back = 1; back <= result.size(); ++back) {
        const auto size = static_cast<std::size_t>(result[result.size() - back]);
        const std::size_t at = entry % size;
        entry /= size;
        if (back <= shape.size()) {
            const auto own = static_cast<std::size_t>(shape[shape.size() - back]);
            place += own == 1 ? 0 : at * stride;
            stride *= own;
        }
    }
    return place;
}

std::string place_in(std::size_t entry, const Shape& shape) {
    std::vector<std::size_t> at(shape.size());
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        at[axis] = entry % static_cast<std::size_t>(shape[axis]);
        entry /= static_cast<std::size_t>(shape[axis]);
    }
    return fmt::format("[{}]", fmt::join(at, ", "));
}

// An entry of the catalogue as the author of the file writes it.
Term written(const dsl::Entry& entry) {
    const dsl::Arithmetic* const operation = dsl::arithmetic(entry.role);
    return {Form::code,
            {operation != nullptr              ? std::string(operation->sign)
             : entry.role == dsl::Role::negate ? std::string("-")
                                               : entry.name}};
}

// Tells where a bad number came from.
class DivergenceReport {
  public:
    DivergenceReport(const Replay& replay, const NotFinite& cause, const TraceOptions& options)
        : replay_(replay),
          tape_(*replay.graph.tape),
          cause_(cause),
          node_(tape_.node(cause.node)),
          origin_(replay.graph.origins.at(node_.origin)) {
        // What the operation took, and of a gradient what the operation behind it took.
        forward_ = node_.gradient_of;
        while (forward_ != no_node && tape_.node(forward_).gradient_of != no_node) {
            forward_ = tape_.node(forward_).gradient_of;
            ++gradients_;
        }
        std::vector<NodeId> wanted = node_.inputs;
        if (forward_ != no_node) {
            const std::vector<NodeId>& more = tape_.node(forward_).inputs;
            wanted.insert(wanted.end(), more.begin(), more.end());
        }
        values_ = trace(tape_, wanted, options);
        given_ = numbers_at(0, node_);
    }

    dsl::Diagnostic diagnostic(std::uint64_t step, const Term& result) const {
        dsl::diagnostics::Divergence account{.span = origin_.span,
                                             .inside = inside(),
                                             .computed = computed(),
                                             .value = spell(cause_.value),
                                             .result = result,
                                             .step = step,
                                             .found = found(),
                                             .expected = Form::numbers_within,
                                             .help = {}};
        // What was recorded after an update has its new weights.
        const std::vector<runtime::UpdateRecord>& updates = replay_.graph.updates;
        advise(account, step > 1 || cause_.node > updates.front().results.front().id());
        if (step > 1) {
            account.help.push_back({Remedy::steps_before, {replay_.log, replay_.checkpoint}});
        }
        dsl::Diagnostic diagnostic = dsl::diagnostics::diverged(account);
        const dsl::Program& program = replay_.loaded.program;
        for (const runtime::Origin* at = &origin_; at->caller != 0;) {
            const runtime::Origin& caller = replay_.graph.origins[at->caller];
            diagnostic.notes.push_back(
                dsl::diagnostics::reached_through(caller.span, program.nets[at->net].name));
            at = &caller;
        }
        return diagnostic;
    }

  private:
    // What the step did not compute: data, or states that were bad before.
    bool leaf() const { return node_.inputs.empty(); }
    bool data() const { return is(input_operation); }
    bool is(const Operation& record) const { return node_.operation == &record; }
    std::string_view operation() const { return node_.operation->name; }

    // The inputs' numbers from which an elementwise operation makes the bad one; empty for others. `first` is
    // the place of its inputs among values_.
    std::vector<double> numbers_at(std::size_t first, const Node& node) const {
        std::vector<double> numbers;
        if (node.operation->kernel == nullptr || node.shape != node_.shape) {
            return numbers;
        }
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            const std::size_t entry =
                operand_entry(cause_.entry, node.shape, tape_.node(node.inputs[i]).shape);
            numbers.push_back(double{values_[first + i].data()[entry]});
        }
        return numbers;
    }

    Term name_of(NodeId id) const {
        const runtime::Origin& origin = replay_.graph.origins.at(tape_.node(id).origin);
        return origin.entry != nullptr ? written(*origin.entry) : Term(Form::objective);
    }

    std::optional<Term> inside() const {
        if (leaf()) {
            return std::nullopt;
        }
        if (forward_ != no_node) {
            Term result = name_of(forward_);
            for (std::size_t more = 0; more <= gradients_; ++more) {
                result = {Form::gradient_of, {wording(result)}};
            }
            return result;
        }
        const bool as_written = origin_.entry == nullptr || origin_.entry->name == operation() ||
                                (origin_.entry->kind == dsl::EntryKind::operation && !given_.empty());
        return as_written ? std::nullopt : std::optional(written(*origin_.entry));
    }

    Term computed() const {
        if (leaf()) {
            return {data() ? Form::data_called : Form::code, {std::string(tape_.name(cause_.node))}};
        }
        if (!given_.empty()) {
            return {Form::code, {formula(node_, given_)}};
        }
        if (is(sum_operation)) {
            return {Form::sum_of, {range_of(values_[0]).text()}};
        }
        if (is(matmul_operation) || is(convolution_operation) || is(convolution_by_input_operation) ||
            is(convolution_by_weight_operation)) {
            return {Form::sum_of_products, {range_of(values_[0]).text(), range_of(values_[1]).text()}};
        }
        // Fused operations have no name that the file knows.
        const bool known = operation().find('_') == std::string_view::npos;
        return known ? Term(Form::operation_of, {std::string(operation()), range_of_inputs().text()})
                     : Term(Form::unnamed_operation_of, {range_of_inputs().text()});
    }

    ValueRange range_of_inputs() const {
        ValueRange range;
        for (std::size_t i = 0; i < node_.inputs.size(); ++i) {
            range.include(values_[i]);
        }
        return range;
    }

    std::vector<Term> found() const {
        const auto total = static_cast<std::size_t>(element_count(node_.shape));
        std::vector<Term> result;
        if (total > 1) {
            Names facts = {std::to_string(total), fmt::format("{}", fmt::join(node_.shape, " x ")),
                           place_in(cause_.entry, node_.shape)};
            if (cause_.count != 1) {
                facts.insert(facts.begin(), std::to_string(cause_.count));
            }
            result.emplace_back(cause_.count == 1 ? Form::one_is_no_number : Form::some_are_no_number,
                                std::move(facts));
        }
        if (!given_.empty() && total > 1) {
            Names ranges;
            for (std::size_t i = 0; i < node_.inputs.size(); ++i) {
                ranges.push_back(range_of(values_[i]).text());
            }
            result.emplace_back(Form::what_goes_in, std::move(ranges));
        }
        if (forward_ != no_node) {
            const Node& forward = tape_.node(forward_);
            const std::vector<double> numbers = numbers_at(node_.inputs.size(), forward);
            ValueRange range;
            for (std::size_t i = node_.inputs.size(); i < values_.size(); ++i) {
                range.include(values_[i]);
            }
            result.push_back(numbers.empty()
                                 ? Term(Form::takes_numbers, {wording(name_of(forward_)), range.text()})
                                 : Term(Form::gradient_is_that_of, {formula(forward, numbers)}));
        }
        return result;
    }

    void advise(dsl::diagnostics::Divergence& account, bool learned) const {
        const double first = given_.empty() ? 0 : given_.front();
        const double last = given_.empty() ? 0 : given_.back();
        const auto expect = [&](Form expected, Remedy help) {
            account.expected = expected;
            account.help.emplace_back(help);
        };
        bool grown = false;  // too large a number, rather than one that an operation cannot take
        if (data()) {
            expect(Form::numbers, Remedy::leave_out);
        } else if (leaf()) {
            account.expected = Form::states_that_are_numbers;
        } else if (is(log_operation) && first <= 0 && is_loss()) {
            account.expected = Form::prediction;
            account.help.push_back({Remedy::end_in, {origin_.entry->takes_result_of}});
        } else if (divides_by_nothing(last) && has_epsilon()) {
            expect(Form::divisor, Remedy::eps_above);
            return;
        } else if (is(log_operation) && first <= 0) {
            expect(Form::log_above, Remedy::safe_log);
        } else if (is(sqrt_operation) && first < 0) {
            expect(Form::sqrt_from, Remedy::square);
        } else if (is(divide_operation) && last == 0) {
            expect(Form::divisor, Remedy::add_to_divisor);
        } else if (is(power_operation) && first < 0 && std::isnan(cause_.value)) {
            expect(Form::base_from, Remedy::whole_power);
        } else if (is(power_operation) && first == 0 && last < 0) {
            expect(Form::base_other_than_zero,
                   forward_ != no_node ? Remedy::steep_power : Remedy::add_to_base);
        } else if (is(exp_operation)) {
            expect(Form::exp_at_most, Remedy::bound_exponent);
        } else {
            grown = true;
        }
        const bool optimizer = origin_.entry != nullptr && origin_.entry->kind == dsl::EntryKind::optimizer;
        if (!leaf() && (learned || (grown && (forward_ != no_node || optimizer)))) {
            account.help.emplace_back(Remedy::smaller_rate);
        }
    }

    bool is_loss() const { return origin_.entry != nullptr && !origin_.entry->takes_result_of.empty(); }

    bool divides_by_nothing(double divisor) const {
        return (is(divide_operation) && divisor == 0) ||
               (is(divide_by_root_operation) && divisor == 0 && given_.at(1) == 0);
    }

    // Whether what is applied there has an argument that keeps divisors from 0.
    bool has_epsilon() const {
        return origin_.entry != nullptr &&
               std::any_of(origin_.entry->arguments.begin(), origin_.entry->arguments.end(),
                           [](const dsl::Argument& argument) { return argument.name == "eps"; });
    }

    const Replay& replay_;
    const Tape& tape_;
    const NotFinite& cause_;
    const Node& node_;
    const runtime::Origin& origin_;
    NodeId forward_ = no_node;   ///< of a gradient, the operation of the file
    std::size_t gradients_ = 0;  ///< gradients of gradients beyond the first
    std::vector<Array> values_;
    std::vector<double> given_;
};

// What a step leaves behind, and what its parts are called: what is shown first, then weights, then the rest.
struct Results {
    std::vector<Var> vars;
    std::vector<Term> names;
};

Results results_of(const runtime::Graph& graph) {
    Results results;
    for (const runtime::NamedOutput& output : graph.named) {
        results.vars.push_back(output.var);
        results.names.emplace_back(Form::code, Names{output.name});
    }
    for (const bool learned : {true, false}) {
        for (const Assignment& each : graph.assignments) {
            const auto named = std::find_if(graph.states.begin(), graph.states.end(),
                                            [&](const auto& state) { return state.var == each.state; });
            if (named != graph.states.end() && named->learned == learned) {
                results.vars.push_back(each.value);
                results.names.emplace_back(Form::new_state, Names{named->name});
            }
        }
    }
    return results;
}

bool losses_finite(const Plan& plan, const runtime::Graph& graph) {
    return std::all_of(graph.named.begin(), graph.named.end(),
                       [&](const auto& output) { return std::isfinite(plan.read(output.var)[0]); });
}

}  // namespace

BadStep find_bad_step(StateSnapshot& watch, Plan plan, const Replay& replay) {
    const dsl::Train& train = *replay.loaded.program.train;
    std::uint64_t step = watch.restore();
    TrainFeeder feeder(replay.loaded.program, replay.datasets, replay.graph, train.batch, train.seed, step);
    BadStep bad;
    while (true) {
        feeder.feed(plan);
        plan.run(step);
        bad.losses_good = losses_finite(plan, replay.graph);
        if (!bad.losses_good || !watch.all_finite()) {
            break;
        }
        if (++step == replay.last) {
            throw Error(
                ErrorCode::not_finite,
                fmt::format("step {} gave a value that is no number, but when the steps were repeated it "
                            "gave numbers, though equal steps have equal results\n"
                            "  The machine's memory or processor may be failing. Go on from the last "
                            "checkpoint with --resume.",
                            replay.last));
        }
        watch.capture(step, 0);
    }
    bad.step = step + 1;
    watch.restore();
    std::map<NodeId, std::vector<Real>> fed;
    for (const runtime::DataInput& input : replay.graph.inputs) {
        const std::span<const Real> values = plan.feed(input.var);
        fed[input.var.id()].assign(values.begin(), values.end());
    }
    {
        const Plan done = std::move(plan);  // the search needs memory of its own
    }
    const TraceOptions options{[&](NodeId input) { return std::span<const Real>(fed[input]); },
                               replay.pool.get(), step};
    const Results results = results_of(replay.graph);
    bad.cause = find_not_finite(*replay.graph.tape, results.vars, options);
    if (!bad.cause) {
        throw Error(ErrorCode::not_finite,
                    fmt::format("training has diverged: step {} gives a loss or a weight that is no number\n"
                                "  A smaller learning rate, or `clip` in the optimizer, may help; {}.",
                                bad.step, replay.checkpoint));
    }
    bad.diagnostic =
        DivergenceReport(replay, *bad.cause, options).diagnostic(bad.step, results.names[bad.cause->result]);
    return bad;
}

}  // namespace gandsl::training
