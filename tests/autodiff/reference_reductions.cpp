#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/autodiff/reference_support.hpp"

namespace gandsl_test {

namespace {

double add(double a, double b) {
    return a + b;
}
double maximum(double a, double b) {
    return a > b ? a : b;
}

// The axes in `integers` shrink to 1.
template <double (*combine)(double, double)>
Numbers reduction(const Call& call, double start) {
    Numbers result(static_cast<std::size_t>(gandsl::element_count(call.output)), start);
    for (std::size_t position = 0; position < call.inputs[0].numbers.size(); ++position) {
        std::vector<Index> place = place_at(call.inputs[0].shape, static_cast<Index>(position));
        for (const Index axis : call.integers) {
            place[static_cast<std::size_t>(axis)] = 0;
        }
        double& total = result[position_at(call.output, place)];
        total = combine(total, call.inputs[0].numbers[position]);
    }
    return result;
}
Numbers sum(const Call& call) {
    return reduction<add>(call, 0);
}
Numbers max(const Call& call) {
    return reduction<maximum>(call, -std::numeric_limits<double>::infinity());
}

double add_square(double total, double x) {
    return total + x * x;
}
Numbers norm(const Call& call) {
    Numbers result = reduction<add_square>(call, 0);
    for (double& each : result) {
        each = std::sqrt(each) * call.numbers[0];
    }
    return result;
}

// In two passes: the means, then the squared distances to them.
Numbers mean_and_variance(const Call& call) {
    const Numbers& x = call.inputs[0].numbers;
    const std::size_t results = static_cast<std::size_t>(gandsl::element_count(call.output)) / 2;
    const double count = static_cast<double>(x.size()) / static_cast<double>(results);
    const Shape kept(call.output.begin() + 1, call.output.end());
    std::vector<std::size_t> result_of;
    for (std::size_t position = 0; position < x.size(); ++position) {
        std::vector<Index> place = place_at(call.inputs[0].shape, static_cast<Index>(position));
        for (const Index axis : call.integers) {
            place[static_cast<std::size_t>(axis)] = 0;
        }
        result_of.push_back(position_at(kept, place));
    }
    Numbers both(2 * results, 0.0);
    for (std::size_t position = 0; position < x.size(); ++position) {
        both[result_of[position]] += x[position] / count;
    }
    for (std::size_t position = 0; position < x.size(); ++position) {
        const double distance = x[position] - both[result_of[position]];
        both[results + result_of[position]] += distance * distance / count;
    }
    return both;
}

Numbers log_softmax(const Call& call) {
    Numbers result;
    const auto width = static_cast<std::size_t>(call.output.back());
    for (std::size_t row = 0; row < call.inputs[0].numbers.size(); row += width) {
        const auto begin = call.inputs[0].numbers.begin() + static_cast<std::ptrdiff_t>(row);
        const double largest = *std::max_element(begin, begin + static_cast<std::ptrdiff_t>(width));
        double total = 0;
        for (std::size_t i = 0; i < width; ++i) {
            total += std::exp(begin[static_cast<std::ptrdiff_t>(i)] - largest);
        }
        for (std::size_t i = 0; i < width; ++i) {
            result.push_back(begin[static_cast<std::ptrdiff_t>(i)] - largest - std::log(total));
        }
    }
    return result;
}

Numbers softmax(const Call& call) {
    Numbers result = log_softmax(call);
    for (double& x : result) {
        x = std::exp(x);
    }
    return result;
}

// The positions of the numbers that differ from that of element `position` along one axis only, in order.
std::vector<std::size_t> line_of(const Values& values, Index axis, std::size_t position) {
    std::vector<Index> place = place_at(values.shape, static_cast<Index>(position));
    std::vector<std::size_t> line;
    for (Index index = 0; index < values.shape[static_cast<std::size_t>(axis)]; ++index) {
        place[static_cast<std::size_t>(axis)] = index;
        line.push_back(position_at(values.shape, place));
    }
    return line;
}

// integers: axis, whether from the end
Numbers cumsum(const Call& call) {
    const Values& x = call.inputs[0];
    Numbers result;
    for (std::size_t position = 0; position < x.numbers.size(); ++position) {
        double total = 0;
        bool behind = false;
        for (const std::size_t each : line_of(x, call.integers[0], position)) {
            const bool counts = call.integers[1] != 0 ? behind || each == position : !behind;
            total += counts ? x.numbers[each] : 0;
            behind = behind || each == position;
        }
        result.push_back(total);
    }
    return result;
}

// How many numbers of a line stand before each of it: its rank, which says where its index goes.
Numbers argsort(const Call& call) {
    const Values& x = call.inputs[0];
    const auto axis = static_cast<std::size_t>(call.integers[0]);
    Numbers result(static_cast<std::size_t>(gandsl::element_count(call.output)));
    for (std::size_t position = 0; position < x.numbers.size(); ++position) {
        std::vector<Index> place = place_at(x.shape, static_cast<Index>(position));
        const Index own = place[axis];
        Index rank = 0;
        Index index = 0;
        for (const std::size_t each : line_of(x, call.integers[0], position)) {
            const double a = x.numbers[each];
            const double b = x.numbers[position];
            rank += (call.integers[1] != 0 ? a > b : a < b) || (a == b && index < own) ? 1 : 0;
            ++index;
        }
        if (rank < call.integers[2]) {
            place[axis] = rank;
            result[position_at(call.output, place)] = static_cast<double>(own);
        }
    }
    return result;
}

Numbers argmax(const Call& call) {
    ReferenceCall first = call;
    first.integers = {call.integers[0], 1, 1};
    return argsort(first);
}

}  // namespace

References reduction_references() {
    return {
        {"sum", sum},         {"max", max},
        {"norm", norm},       {"mean_and_variance", mean_and_variance},
        {"softmax", softmax}, {"log_softmax", log_softmax},
        {"cumsum", cumsum},   {"argmax", argmax},
        {"argsort", argsort},
    };
}

}  // namespace gandsl_test
