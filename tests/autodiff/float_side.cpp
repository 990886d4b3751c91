#include "tests/autodiff/float_side.hpp"

#include <array>

#include "autodiff/autodiff.hpp"
#include "autodiff/operation.hpp"
#include "tests/autodiff/draw.hpp"

namespace gandsl_test::float_side {

using namespace gandsl;

std::vector<std::vector<double>> value_and_gradients(std::size_t operation, std::size_t sample,
                                                     const std::vector<std::vector<double>>& inputs) {
    const Sample chosen = operations()[operation]->samples()[sample];
    Tape tape;
    std::vector<Var> vars;
    for (const Array& input : to_arrays(chosen.shapes, inputs)) {
        vars.push_back(tape.constant(input));
    }
    const Var value = chosen.build(vars);
    std::vector<std::vector<double>> results{to_numbers(value.value())};
    for (const Var& one : gradient(value, vars)) {
        results.push_back(to_numbers(one.value()));
    }
    return results;
}

std::vector<std::vector<double>> value_and_slope(std::size_t operation, const std::vector<double>& numbers) {
    Tape tape;
    const Var x = tape.constant(to_array({static_cast<Index>(numbers.size())}, numbers));
    const Var y = operations()[operation]->samples().front().build(std::array{x});
    return {to_numbers(y.value()), to_numbers(gradient(y, x).value())};
}

}  // namespace gandsl_test::float_side
