#include "autodiff/gradient_check.hpp"
#include "autodiff/operation.hpp"
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
template <Var (*function)(Var)>
Callable unary_of_matrix(const char* name) {
    return {name, {{2, 2}}, [](Vars x) { function(x[0]); }};
}
template <Var (*function)(Var, Var)>
Callable binary(const char* name) {
    return {name, {{2, 3}, {2, 3}}, [](Vars x) { function(x[0], x[1]); }};
}

std::vector<Callable> elementwise() {
    return {
        binary<add>("add"),
        binary<subtract>("subtract"),
        binary<multiply>("multiply"),
        binary<divide>("divide"),
        binary<divide_or_zero>("divide_or_zero"),
        binary<power>("power"),
        binary<maximum>("maximum"),
        binary<minimum>("minimum"),
        binary<less>("less"),
        binary<less_equal>("less_equal"),
        binary<greater>("greater"),
        binary<greater_equal>("greater_equal"),
        binary<equal>("equal"),
        binary<not_equal>("not_equal"),
        unary<negate>("negate"),
        unary<absolute>("absolute"),
        unary<sign>("sign"),
        unary<square>("square"),
        unary<gandsl::sqrt>("sqrt"),
        unary<gandsl::exp>("exp"),
        unary<gandsl::log>("log"),
        unary<gandsl::sin>("sin"),
        unary<gandsl::cos>("cos"),
        unary<gandsl::floor>("floor"),
        unary<relu>("relu"),
        unary<gelu>("gelu"),
        unary<silu>("silu"),
        unary<softplus>("softplus"),
        unary<gandsl::tanh>("tanh"),
        unary<sigmoid>("sigmoid"),
        {"leaky_relu", {{2, 3}}, [](Vars x) { leaky_relu(x[0], 0.2); }},
        {"elu", {{2, 3}}, [](Vars x) { elu(x[0]); }},
        {"where", {{2, 3}, {2, 3}, {2, 3}}, [](Vars x) { where(x[0], x[1], x[2]); }},
        {"blend", {{2, 3}, {2, 3}}, [](Vars x) { blend(x[0], x[1], 0.5); }},
        {"blend_square", {{2, 3}, {2, 3}}, [](Vars x) { blend_square(x[0], x[1], 0.5); }},
        {"divide_by_root", {{2}, {2}, {2}}, [](Vars x) { divide_by_root(x[0], x[1], x[2]); }},
        {"subtract_product", {{2}, {2}, {2}}, [](Vars x) { subtract_product(x[0], x[1], x[2]); }},
        {"plus", {{2}, {2}}, [](Vars x) { x[0] + x[1]; }, "add"},
        {"take", {{2}, {2}}, [](Vars x) { x[0] - x[1]; }, "subtract"},
        {"times", {{2}, {2}}, [](Vars x) { x[0] * x[1]; }, "multiply"},
        {"over", {{2}, {2}}, [](Vars x) { x[0] / x[1]; }, "divide"},
        {"minus", {{2}}, [](Vars x) { -x[0]; }, "negate"},
        {"plus_number", {{2}}, [](Vars x) { x[0] + 2.0; }, "add"},
        {"minus_number", {{2}}, [](Vars x) { x[0] - 2.0; }, "subtract"},
        {"times_number", {{2}}, [](Vars x) { x[0] * 2.0; }, "multiply"},
        {"over_number", {{2}}, [](Vars x) { x[0] / 2.0; }, "divide"},
        {"number_plus", {{2}}, [](Vars x) { 2.0 + x[0]; }, "add"},
        {"number_minus", {{2}}, [](Vars x) { 2.0 - x[0]; }, "subtract"},
        {"number_times", {{2}}, [](Vars x) { 2.0 * x[0]; }, "multiply"},
        {"number_over", {{2}}, [](Vars x) { 2.0 / x[0]; }, "divide"},
    };
}

std::vector<Callable> others() {
    return {
        unary<softmax>("softmax"),
        unary<log_softmax>("log_softmax"),
        unary<stop_gradient>("stop_gradient"),
        {"sum", {{2, 3}}, [](Vars x) { sum(x[0]); }},
        {"mean", {{2, 3}}, [](Vars x) { mean(x[0]); }},
        {"mean_and_variance", {{2, 3}}, [](Vars x) { mean_and_variance(x[0]); }},
        {"max", {{2, 3}}, [](Vars x) { max(x[0]); }},
        {"min", {{2, 3}}, [](Vars x) { min(x[0]); }},
        {"norm", {{2, 3}}, [](Vars x) { norm(x[0]); }},
        {"sum_to", {{2, 3}}, [](Vars x) { sum_to(x[0], {3}); }},
        {"reshape",
         {{2, 3}},
         [](Vars x) {
             reshape(x[0], {3, 2});
         }},
        {"transpose",
         {{2, 3}},
         [](Vars x) {
             transpose(x[0], {1, 0});
         }},
        {"broadcast_to",
         {{2, 3}},
         [](Vars x) {
             broadcast_to(x[0], {2, 2, 3});
         }},
        {"slice", {{2, 3}}, [](Vars x) { slice(x[0], 0, 0, 1); }},
        {"pad", {{2, 3}}, [](Vars x) { pad(x[0], 0, 1, 1); }},
        {"concatenate", {{2}, {2}, {2}}, [](Vars x) { concatenate(x, 0); }},
        {"gather", {{2, 3}, {2}}, [](Vars x) { gather(x[0], x[1]); }},
        {"scatter_add", {{2, 3}, {2}}, [](Vars x) { scatter_add(x[0], x[1], 2); }},
        {"pick", {{2, 3}, {2}}, [](Vars x) { pick(x[0], x[1]); }},
        {"one_hot", {{2}}, [](Vars x) { one_hot(x[0], 3); }},
        {"matmul", {{2, 3}, {3, 2}}, [](Vars x) { matmul(x[0], x[1]); }},
        {"einsum", {{2, 3}, {3, 2}}, [](Vars x) { einsum("ij,jk", x); }},
        unary_of_matrix<cholesky>("cholesky"),
        unary_of_matrix<inverse>("inverse"),
        unary_of_matrix<log_determinant>("log_determinant"),
        unary_of_matrix<eigenvalues_symmetric>("eigenvalues_symmetric"),
        {"eigen_symmetric", {{2, 2}}, [](Vars x) { eigen_symmetric(x[0]); }},
        {"lower_triangle", {{2, 3}}, [](Vars x) { lower_triangle(x[0]); }},
        {"upper_triangle", {{2, 3}}, [](Vars x) { upper_triangle(x[0]); }},
        {"solve", {{2, 2}, {2, 3}}, [](Vars x) { solve(x[0], x[1]); }},
        {"solve_triangular", {{2, 2}, {2}}, [](Vars x) { solve_triangular(x[0], x[1], Triangle::lower); }},
        {"convolution", {{1, 3, 3, 1}, {2, 2, 1, 1}}, [](Vars x) { convolution(x[0], x[1], {}); }},
        {"convolution_by_input",
         {{1, 2, 2, 1}, {2, 2, 1, 1}},
         [](Vars x) { convolution_by_input(x[0], x[1], {}, 3, 3); }},
        {"convolution_by_weight",
         {{1, 3, 3, 1}, {1, 2, 2, 1}},
         [](Vars x) { convolution_by_weight(x[0], x[1], {}, 2, 2); }},
        {"unfold", {{1, 3, 3, 1}}, [](Vars x) { unfold(x[0], {}, 2, 2); }},
        {"fold", {{1, 2, 2, 4, 1}}, [](Vars x) { fold(x[0], {}, 2, 2, 3, 3); }},
        {"lstm", {{2, 1, 4}, {1, 4}}, [](Vars x) { lstm(x[0], x[1]); }},
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
        {"Var::shape", {{2}}, [](Vars x) { static_cast<void>(x[0].shape()); }},
        {"Var::value", {{2}}, [](Vars x) { static_cast<void>(x[0].value()); }},
    };
}

enum class Kind { empty, beyond, foreign };

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
