#include "gradient_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <sstream>

#include "array.hpp"
#include "error.hpp"
#include "gradient.hpp"
#include "operations.hpp"
#include "random.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr std::uint32_t projection_stream = 1;
constexpr std::uint32_t choice_stream = 64;

// A sum of the elements of `value` with random weights, away from 0 so that no element goes unseen.
Var projection(Tape& tape, Var value, std::uint64_t seed, std::uint32_t stream) {
    Array weights = make_array(value.shape());
    fill_uniform({weights.data(), weights.size()}, {seed, stream, 0});
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const Real drawn = 2 * weights.data()[i] - 1;
        weights.data()[i] = drawn < 0 ? drawn - Real(0.5) : drawn + Real(0.5);
    }
    return sum(value * tape.constant(std::move(weights)));
}

struct RecordedFunction {
    Var value;                   // a scalar
    std::vector<Var> variables;  // the differentiated inputs
};

bool is_fixed(const GradientCheckOptions& options, std::size_t input) {
    return input < options.fixed.size() && options.fixed[input];
}

RecordedFunction recording(Tape& tape, const GradientCheckFunction& function, std::span<const Array> inputs,
                    const GradientCheckOptions& options) {
    std::vector<Var> vars;
    RecordedFunction result;
    for (std::size_t input = 0; input < inputs.size(); ++input) {
        vars.push_back(tape.constant(inputs[input]));
        if (!is_fixed(options, input)) {
            result.variables.push_back(vars.back());
        }
    }
    const Var value = function(tape, vars);
    require_var_of(tape, value, "check_gradient", "the function's value");
    result.value = projection(tape, value, options.seed, projection_stream);
    if (options.order == 2) {
        const std::vector<Var> gradients = gradient(result.value, result.variables);
        Var total;
        std::uint32_t stream = projection_stream;
        for (const Var& one : gradients) {
            const Var part = projection(tape, one, options.seed, ++stream);
            total = total.valid() ? total + part : part;
        }
        result.value = total;
    }
    return result;
}

double value_at(const GradientCheckFunction& function, std::span<const Array> inputs,
                const GradientCheckOptions& options) {
    Tape tape(Evaluation::eager, options.seed);
    return static_cast<double>(*recording(tape, function, inputs, options).value.value().data());
}

// The elements of an input to look at: all, or a random choice.
std::vector<std::size_t> chosen_elements(std::size_t size, std::size_t input,
                                         const GradientCheckOptions& options) {
    std::vector<std::size_t> indices(size);
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    if (size > options.elements) {
        std::vector<Real> draws(options.elements);
        fill_uniform(draws, {options.seed, choice_stream + static_cast<std::uint32_t>(input), 0});
        for (std::size_t i = 0; i < options.elements; ++i) {
            const auto rest = static_cast<double>(size - i);
            std::swap(indices[i],
                      indices[i + static_cast<std::size_t>(static_cast<double>(draws[i]) * rest)]);
        }
        indices.resize(options.elements);
    }
    return indices;
}

// The derivative by one element, from four neighbours.
double difference(const GradientCheckFunction& function, std::vector<Array>& inputs, std::size_t input,
                  std::size_t element, const GradientCheckOptions& options) {
    Real& number = inputs[input].data()[element];
    const Real origin = number;
    const auto at = [&](double steps) {
        number = origin + static_cast<Real>(steps * options.step);
        const double value = value_at(function, inputs, options);
        number = origin;
        return value;
    };
    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * options.step);
}

}  // namespace

std::string GradientReport::message() const {
    if (passed) {
        return "all of " + std::to_string(checked) + " elements agree";
    }
    std::ostringstream text;
    text.precision(10);
    text << "input " << input << ", element " << element << ": recorded " << recorded
         << ", finite differences " << expected << " (" << failed << " of " << checked
         << " elements are wrong)";
    return text.str();
}

GradientReport check_gradient(const GradientCheckFunction& function, std::span<const Array> inputs,
                              const GradientCheckOptions& options) {
    if (options.order != 1 && options.order != 2) {
        throw Error(ErrorCode::invalid_argument,
                    "[check_gradient] order " + std::to_string(options.order) + ": expected 1 or 2");
    }
    const auto refuse = [](const char* text) {
        throw Error(ErrorCode::invalid_argument, std::string("[check_gradient] ") + text);
    };
    if (!function) {
        refuse("there is no function");
    }
    if (!(options.step > 0) || !std::isfinite(options.step)) {
        refuse("the step must be a finite number above 0");
    }
    if (!(options.relative >= 0) || !(options.absolute >= 0) || !(options.relative + options.absolute > 0)) {
        refuse("the allowed differences must be numbers of at least 0, one of them above it");
    }
    if (options.elements == 0) {
        refuse("no elements are to be looked at");
    }
    if (options.fixed.size() > inputs.size()) {
        refuse("more inputs are fixed than there are");
    }
    Tape tape(Evaluation::eager, options.seed);
    const RecordedFunction recorded = recording(tape, function, inputs, options);
    if (recorded.variables.empty()) {
        throw Error(ErrorCode::invalid_argument, "[check_gradient] no input is to be differentiated");
    }
    const std::vector<Var> gradients = gradient(recorded.value, recorded.variables);

    std::vector<Array> moved(inputs.begin(), inputs.end());
    GradientReport report;
    std::size_t variable = 0;
    for (std::size_t input = 0; input < inputs.size(); ++input) {
        if (is_fixed(options, input)) {
            continue;
        }
        const Array& found = gradients[variable++].value();
        for (const std::size_t element : chosen_elements(inputs[input].size(), input, options)) {
            const auto own = static_cast<double>(found.data()[element]);
            const double expected = difference(function, moved, input, element, options);
            const double allowed =
                options.absolute + options.relative * std::max(std::abs(own), std::abs(expected));
            double error = std::abs(own - expected) / allowed;
            if (std::isnan(error)) {
                error = std::numeric_limits<double>::infinity();
            }
            ++report.checked;
            report.failed += error > 1 ? 1 : 0;
            if (error > report.error || report.checked == 1) {
                report.error = error;
                report.input = input;
                report.element = element;
                report.recorded = own;
                report.expected = expected;
            }
        }
    }
    report.passed = report.failed == 0;
    return report;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
