#include "autodiff/gradient_check.hpp"
#include "autodiff/operation.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/misuse.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

namespace {

/// A public function of some Vars. The message names it, or the operation that it records.
struct Callable {
    const char* name;
    std::vector<Shape> shapes;
    std::function<void(std::span<const Var>)> call;
    const char* said = nullptr;
};

using Vars = std::span<const Var>;

template <Var (*function)(Var)>
Callable unary(const char* name) {
    return {name, {{2, 3}}, [](Vars x) { function(x[0]); }};
}

// Functions that record an operation of another name, or several; the operations themselves are found by
// their samples.
std::vector<Callable> elementwise() {
    return {
        unary<gelu>("gelu"),
        unary<silu>("silu"),
        {"plus", {{2}, {2}}, [](Vars x) { x[0] + x[1]; }, "add"},
        {"take", {{2}, {2}}, [](Vars x) { x[0] - x[1]; }, "subtract"},
        {"times", {{2}, {2}}, [](Vars x) { x[0] * x[1]; }, "multiply"},
        {"over", {{2}, {2}}, [](Vars x) { x[0] / x[1]; }, "divide"},
        {"minus", {{2}}, [](Vars x) { -x[0]; }, "negate"},
        {"add_and_name",
         {{2}, {2}},
         [](Vars x) {
             Var y = x[0];
             y += x[1];
         },
         "add"},
        {"add_number_and_name",
         {{2}},
         [](Vars x) {
             Var y = x[0];
             y += 1.0;
         },
         "add"},
        {"less_sign", {{2}, {2}}, [](Vars x) { x[0] < x[1]; }, "less"},
        {"pow", {{2}, {2}}, [](Vars x) { pow(x[0], x[1]); }, "power"},
        {"abs", {{2}}, [](Vars x) { gandsl::abs(x[0]); }, "absolute"},
        {"where_else_number", {{2}, {2}}, [](Vars x) { where(x[0], x[1], 2.0); }, "where"},
        {"where_number", {{2}, {2}}, [](Vars x) { where(x[0], 2.0, x[1]); }, "where"},
        {"where_numbers", {{2}}, [](Vars x) { where(x[0], 2.0, 3.0); }, "where"},
        {"plus_number", {{2}}, [](Vars x) { x[0] + 2.0; }, "add"},
        {"minus_number", {{2}}, [](Vars x) { x[0] - 2.0; }, "subtract"},
        {"times_number", {{2}}, [](Vars x) { x[0] * 2.0; }, "multiply"},
        {"over_number", {{2}}, [](Vars x) { x[0] / 2.0; }, "divide"},
        {"below_number", {{2}}, [](Vars x) { x[0] < 2.0; }, "less"},
        {"at_most_number", {{2}}, [](Vars x) { x[0] <= 2.0; }, "less_equal"},
        {"above_number", {{2}}, [](Vars x) { x[0] > 2.0; }, "greater"},
        {"at_least_number", {{2}}, [](Vars x) { x[0] >= 2.0; }, "greater_equal"},
        {"number_plus", {{2}}, [](Vars x) { 2.0 + x[0]; }, "add"},
        {"number_minus", {{2}}, [](Vars x) { 2.0 - x[0]; }, "subtract"},
        {"number_times", {{2}}, [](Vars x) { 2.0 * x[0]; }, "multiply"},
        {"number_over", {{2}}, [](Vars x) { 2.0 / x[0]; }, "divide"},
        {"number_below", {{2}}, [](Vars x) { 2.0 < x[0]; }, "less"},
        {"number_at_most", {{2}}, [](Vars x) { 2.0 <= x[0]; }, "less_equal"},
        {"number_above", {{2}}, [](Vars x) { 2.0 > x[0]; }, "greater"},
        {"number_at_least", {{2}}, [](Vars x) { 2.0 >= x[0]; }, "greater_equal"},
        {"power_number", {{2}}, [](Vars x) { power(x[0], 2.0); }, "power"},
        {"number_power", {{2}}, [](Vars x) { power(2.0, x[0]); }, "power"},
        {"maximum_number", {{2}}, [](Vars x) { maximum(x[0], 2.0); }, "maximum"},
        {"number_maximum", {{2}}, [](Vars x) { maximum(2.0, x[0]); }, "maximum"},
        {"minimum_number", {{2}}, [](Vars x) { minimum(x[0], 2.0); }, "minimum"},
        {"number_minimum", {{2}}, [](Vars x) { minimum(2.0, x[0]); }, "minimum"},
        {"less_number", {{2}}, [](Vars x) { less(x[0], 2.0); }, "less"},
        {"number_less", {{2}}, [](Vars x) { less(2.0, x[0]); }, "less"},
        {"less_equal_number", {{2}}, [](Vars x) { less_equal(x[0], 2.0); }, "less_equal"},
        {"number_less_equal", {{2}}, [](Vars x) { less_equal(2.0, x[0]); }, "less_equal"},
        {"greater_number", {{2}}, [](Vars x) { greater(x[0], 2.0); }, "greater"},
        {"number_greater", {{2}}, [](Vars x) { greater(2.0, x[0]); }, "greater"},
        {"greater_equal_number", {{2}}, [](Vars x) { greater_equal(x[0], 2.0); }, "greater_equal"},
        {"number_greater_equal", {{2}}, [](Vars x) { greater_equal(2.0, x[0]); }, "greater_equal"},
        {"equal_number", {{2}}, [](Vars x) { equal(x[0], 2.0); }, "equal"},
        {"number_equal", {{2}}, [](Vars x) { equal(2.0, x[0]); }, "equal"},
        {"not_equal_number", {{2}}, [](Vars x) { not_equal(x[0], 2.0); }, "not_equal"},
        {"number_not_equal", {{2}}, [](Vars x) { not_equal(2.0, x[0]); }, "not_equal"},
    };
}

std::vector<Callable> others() {
    return {
        {"mean", {{2, 3}}, [](Vars x) { mean(x[0]); }},
        {"min", {{2, 3}}, [](Vars x) { min(x[0]); }},
        {"root_mean_square", {{2, 3}}, [](Vars x) { root_mean_square(x[0]); }},
        {"prod", {{2, 3}}, [](Vars x) { prod(x[0]); }},
        {"logsumexp", {{2, 3}}, [](Vars x) { logsumexp(x[0]); }},
        {"variance", {{2, 3}}, [](Vars x) { variance(x[0]); }},
        {"sum_to", {{2, 3}}, [](Vars x) { sum_to(x[0], {3}); }},
        {"reversed", {{2, 3}}, [](Vars x) { transpose(x[0]); }, "transpose"},
        {"expand_dims", {{2, 3}}, [](Vars x) { expand_dims(x[0], 0); }},
        {"squeeze", {{2, 1}}, [](Vars x) { squeeze(x[0]); }},
        {"stack", {{2}, {2}, {2}}, [](Vars x) { stack(x); }},
        {"split", {{4}}, [](Vars x) { split(x[0], 2); }},
        {"split_at",
         {{4}},
         [](Vars x) {
             split(x[0], {1, 3});
         },
         "split"},
        {"roll", {{4}}, [](Vars x) { roll(x[0], 1); }},
        {"roll_axis", {{4}}, [](Vars x) { roll(x[0], 1, 0); }, "roll"},
        {"tril", {{2, 3}}, [](Vars x) { tril(x[0]); }},
        {"triu", {{2, 3}}, [](Vars x) { triu(x[0]); }},
        {"argmax_of_all", {{2, 3}}, [](Vars x) { argmax(x[0]); }, "argmax"},
        {"argmin", {{2, 3}}, [](Vars x) { argmin(x[0], 0); }},
        {"argmin_of_all", {{2, 3}}, [](Vars x) { argmin(x[0]); }, "argmin"},
        {"sort", {{2, 3}}, [](Vars x) { gandsl::sort(x[0]); }},
        {"topk", {{2, 3}}, [](Vars x) { topk(x[0], 2); }},
        {"einsum", {{2, 3}, {3, 2}}, [](Vars x) { einsum("ij,jk", x); }},
        {"cholesky", {{2, 2}}, [](Vars x) { cholesky(x[0]); }},
        {"inverse", {{2, 2}}, [](Vars x) { inverse(x[0]); }},
        {"log_determinant", {{2, 2}}, [](Vars x) { log_determinant(x[0]); }},
        {"eigen_symmetric", {{2, 2}}, [](Vars x) { eigen_symmetric(x[0]); }},
        {"solve", {{2, 2}, {2, 3}}, [](Vars x) { solve(x[0], x[1]); }},
        {"solve_triangular", {{2, 2}, {2}}, [](Vars x) { solve_triangular(x[0], x[1], Triangle::lower); }},
        {"eigenvalues_symmetric", {{2, 2}}, [](Vars x) { eigenvalues_symmetric(x[0]); }},
        {"matmul_of_vectors", {{3}, {3}}, [](Vars x) { matmul(x[0], x[1]); }, "matmul"},
        {"lstm", {{2, 1, 4}, {1, 4}}, [](Vars x) { lstm(x[0], x[1]); }},
        {"to_text", {{2}, {2}}, [](Vars x) { to_text(x); }},
        {"to_dot", {{2}, {2}}, [](Vars x) { to_dot(x); }},
        {"gradient", {{2}, {2}}, [](Vars x) { gradient(x[0], x[1]); }},
        {"step",
         {{2}, {2}, {}},
         [](Vars x) {
             OptimizerState state;
             gandsl::step(Sgd{}, std::array{x[0]}, std::array{x[1]}, x[2], state);
         }},
        {"plan",
         {{2}, {2}},
         [](Vars x) {
             Plan({x[0], x[1]});
         }},
        {"Var::operator[]", {{2}}, [](Vars x) { x[0][1]; }},
        {"Var::shape", {{2}}, [](Vars x) { static_cast<void>(x[0].shape()); }},
        {"Var::value", {{2}}, [](Vars x) { static_cast<void>(x[0].value()); }},
    };
}

enum class Kind { empty, beyond, foreign, forgotten };

void call(const Callable& callable, std::size_t position, Kind kind) {
    Tape tape;
    Tape other;
    std::vector<Var> vars;
    for (const Shape& shape : callable.shapes) {
        vars.push_back(tape.filled(shape, 1));
    }
    vars[position] = kind == Kind::empty    ? Var()
                     : kind == Kind::beyond ? Var(tape, 999)
                                            : other.filled(callable.shapes[position], 1);
    callable.call(vars);
}

Var forgotten(Tape& tape, const Array& value) {
    const TapeMark mark = tape.mark();
    const Var gone = tape.constant(value);
    tape.rewind(mark);
    tape.constant(value);  // has its number now
    return gone;
}

// What a sample of an operation records, built of Vars that are as they should be but for one: the message
// begins with the name of an operation that it records.
void build_wrongly(const Sample& sample, std::size_t position, Kind kind) {
    const std::vector<Array> arrays = to_arrays(sample.shapes, draw(sample));
    const auto constants = [&](Tape& tape) {
        std::vector<Var> vars;
        for (const Array& array : arrays) {
            vars.push_back(tape.constant(array));
        }
        return vars;
    };
    Tape right;
    sample.build(constants(right));
    Tape tape;
    Tape other;
    std::vector<Var> vars = constants(tape);
    vars[position] = kind == Kind::empty     ? Var()
                     : kind == Kind::beyond  ? Var(tape, 999)
                     : kind == Kind::foreign ? other.constant(arrays[position])
                                             : forgotten(tape, arrays[position]);
    try {
        sample.build(vars);
    } catch (const Error& error) {
        for (NodeId id = 0; id < right.size(); ++id) {
            if (error.message().starts_with("[" + std::string(right.node(id).operation->name) + "] ")) {
                throw;
            }
        }
        throw Error(ErrorCode::internal, "names no operation of the sample: " + error.message());
    }
}

std::vector<Misuse> of_operations() {
    std::vector<Misuse> rows;
    for (const Operation* operation : operations()) {
        if (operation->samples == nullptr) {
            continue;
        }
        const Sample sample = operation->samples().front();
        if (sample.prepares) {
            continue;  // what prepares the matrices meets the wrong Var first; rows of `others` stand for it
        }
        for (std::size_t position = 0; position < sample.shapes.size(); ++position) {
            const std::string name = std::string(operation->name) + "_operation_" + std::to_string(position);
            const auto with = [sample, position](Kind kind) {
                return [sample, position, kind] { build_wrongly(sample, position, kind); };
            };
            rows.push_back({name + "_empty", with(Kind::empty), invalid, {"empty Var"}});
            rows.push_back({name + "_beyond", with(Kind::beyond), invalid, {"number 999"}});
            rows.push_back({name + "_forgotten", with(Kind::forgotten), invalid, {"scope that is over"}});
            if (sample.shapes.size() > 1) {
                rows.push_back({name + "_foreign", with(Kind::foreign), invalid, {"another tape"}});
            }
        }
    }
    return rows;
}

// An empty Var has no tape to ask.
void read_tape() {
    static_cast<void>(Var().tape());
}

std::vector<Misuse> of_tapes() {
    const auto of_two = [](void (*act)(Tape&, Tape&)) {
        return [act] {
            Tape tape;
            Tape other;
            tape.state(make_array({2}), "own");
            other.state(make_array({2}), "first of the other");
            act(tape, other);
        };
    };
    return {
        {"Var::tape_empty", read_tape, invalid, {"[Var::tape]", "empty Var"}},
        {"node_beyond", of_two([](Tape& t, Tape&) { t.node(99); }), invalid, {"99", "1 nodes"}},
        {"name_beyond", of_two([](Tape& t, Tape&) { t.name(99); }), invalid, {"99"}},
        {"append_beyond",
         of_two([](Tape& t, Tape&) {
             t.append(*operations()[3], std::vector<NodeId>{7, 8}, {}, {2});
         }),
         invalid,
         {"7"}},
        {"assign_empty",
         of_two([](Tape& t, Tape&) { t.assign(Var(), make_array({2})); }),
         invalid,
         {"[assign] the state is an empty Var"}},
        {"assign_empty_to_empty_tape",
         [] { Tape().assign(Var(), make_array({2})); },
         invalid,
         {"[assign]", "empty Var"}},
        {"assign_foreign",
         of_two([](Tape& t, Tape& o) { t.assign(Var(o, 0), make_array({2})); }),
         invalid,
         {"[assign] the state is a Var of another tape"}},
        {"assign_foreign_and_larger",
         [] {
             Tape tape;
             Tape other;
             tape.state(make_array({2}));
             tape.assign(other.state(make_array({100000})), make_array({100000}));
         },
         invalid,
         {"[assign]", "another tape"}},
        {"assign_beyond",
         of_two([](Tape& t, Tape&) { t.assign(Var(t, 9), make_array({2})); }),
         invalid,
         {"[assign] the state is a Var with number 9 of a tape of 1 nodes"}},
        {"assign_constant",
         of_two([](Tape& t, Tape&) { t.assign(t.constant(1), make_array({})); }),
         invalid,
         {"[assign]", "'constant' is no state"}},
        {"assign_result",
         of_two([](Tape& t, Tape&) { t.assign(Var(t, 0) * 2.0, make_array({2})); }),
         invalid,
         {"[assign]", "'multiply' is no state"}},
        {"assign_shape",
         of_two([](Tape& t, Tape&) { t.assign(Var(t, 0), make_array({3})); }),
         ErrorCode::shape,
         {"[assign]", "'own'", "(2)", "(3)"}},
        {"assign_count",
         of_two([](Tape& t, Tape&) { t.assign(Var(t, 0), std::vector<Real>(3)); }),
         ErrorCode::shape,
         {"[assign]", "2 elements", "3"}},
        {"value_of_input",
         of_two([](Tape& t, Tape&) { static_cast<void>(t.input({2}).value()); }),
         invalid,
         {"make a Plan"}},
        {"input_negative_size",
         [] {
             Tape().input({2, -1});
         },
         ErrorCode::shape,
         {"(2, -1)"}},
        {"input_uncountable",
         [] {
             Tape().input({Index{1} << 40, Index{1} << 40});
         },
         ErrorCode::memory,
         {}},
        {"input_uncountable_but_for_0",
         [] {
             Tape().input({0, Index{1} << 40, Index{1} << 40});
         },
         ErrorCode::memory,
         {}},
        {"filled_huge", [] { Tape().filled({Index{1} << 40}, 1); }, ErrorCode::memory, {"not enough memory"}},
        {"rewrite_unknown",
         [] { Tape().recording.set_rewrite("none", false); },
         invalid,
         {"none", "log-sigmoid"}},
    };
}

}  // namespace

std::vector<Misuse> misused_vars() {
    std::vector<Misuse> rows = of_tapes();
    for (Misuse& row : of_operations()) {
        rows.push_back(std::move(row));
    }
    std::vector<Callable> all = elementwise();
    for (Callable& callable : others()) {
        all.push_back(std::move(callable));
    }
    for (const Callable& callable : all) {
        const std::string said = callable.said != nullptr ? callable.said : callable.name;
        for (std::size_t position = 0; position < callable.shapes.size(); ++position) {
            const std::string name = callable.name + std::string("_") + std::to_string(position);
            const auto with = [callable, position](Kind kind) {
                return [callable, position, kind] { call(callable, position, kind); };
            };
            rows.push_back({name + "_empty", with(Kind::empty), invalid, {"[" + said + "]", "empty Var"}});
            rows.push_back({name + "_beyond", with(Kind::beyond), invalid, {"[" + said + "]", "number 999"}});
            if (callable.shapes.size() > 1) {
                rows.push_back(
                    {name + "_foreign", with(Kind::foreign), invalid, {"[" + said + "]", "another tape"}});
            }
        }
    }
    return rows;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
