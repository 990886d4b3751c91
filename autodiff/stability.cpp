#include "autodiff/stability.hpp"

#include <array>
#include <string>

#include "autodiff/assignment_clock.hpp"
#include "autodiff/error.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/leaves.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

const Node& node_of(Var x) {
    return x.tape().node(x.id());
}

bool is(Var x, const Operation& operation) {
    return node_of(x).operation == &operation;
}

// What the stable form is made of; not where an eager value was computed from what is no longer there to be
// read.
bool is_of(Var x, const Operation& operation) {
    return is(x, operation) && assigned_since(x.tape(), x.id()) == no_node;
}

Var input_of(Var x, std::size_t index) {
    return {x.tape(), node_of(x).inputs[index]};
}

std::optional<Var> log_of_sigmoid(Var x) {
    if (!is_of(x, sigmoid_operation)) {
        return std::nullopt;
    }
    return -softplus(-input_of(x, 0));
}

// Follows operations that only move numbers about: what was found behind them is moved the same way.
template <typename Found>
std::optional<Var> through_moves(Var x, const Found& found) {
    if (const auto direct = found(x)) {
        return direct;
    }
    if (node_of(x).operation->moves) {
        if (const auto inner = through_moves(input_of(x, 0), found)) {
            const Node& move = node_of(x);
            return record(*move.operation, {*inner}, Attributes(move.attributes));
        }
    }
    return std::nullopt;
}

std::optional<Var> input_of_sigmoid(Var x) {
    return is_of(x, sigmoid_operation) ? std::optional(input_of(x, 0)) : std::nullopt;
}

std::optional<Var> log_of_one_minus_sigmoid(Var x) {
    if (!is(x, subtract_operation) || constant_number(input_of(x, 0)) != 1.0 ||
        input_of(x, 1).shape() != x.shape()) {
        return std::nullopt;
    }
    return through_moves(input_of(x, 1), [](Var inner) -> std::optional<Var> {
        if (!is_of(inner, sigmoid_operation)) {
            return std::nullopt;
        }
        return -softplus(input_of(inner, 0));
    });
}

std::optional<Var> log_of_softmax(Var x) {
    if (!is_of(x, softmax_operation)) {
        return std::nullopt;
    }
    return log_softmax(input_of(x, 0));
}

constexpr std::array rewrite_table{
    Rewrite{"log-sigmoid", "log(sigmoid(x)) is -softplus(-x)", log_of_sigmoid},
    Rewrite{"log-one-minus-sigmoid", "log(1 - sigmoid(x)) is -softplus(x)", log_of_one_minus_sigmoid},
    Rewrite{"log-softmax", "log(softmax(x)) is x less its log-sum-exp", log_of_softmax},
};

}  // namespace

std::span<const Rewrite> rewrites() {
    return rewrite_table;
}

void require_rewrite(std::string_view name) {
    std::string known;
    for (const Rewrite& rewrite : rewrite_table) {
        if (rewrite.name == name) {
            return;
        }
        known += (known.empty() ? "" : ", ") + std::string(rewrite.name);
    }
    throw Error(ErrorCode::invalid_argument,
                "no rewrite is named '" + std::string(name) + "'; there are: " + known);
}

std::optional<Var> stable_log(Var x) {
    return through_moves(x, [](Var inner) -> std::optional<Var> {
        for (const Rewrite& rewrite : rewrite_table) {
            if (inner.tape().recording.rewrites(rewrite.name)) {
                if (const auto stable = rewrite.log(inner)) {
                    return stable;
                }
            }
        }
        return std::nullopt;
    });
}

std::optional<Var> logit_of(Var p) {
    return p.tape().recording.rewrites(rewrite_table[0].name) ? through_moves(p, input_of_sigmoid)
                                                              : std::nullopt;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
