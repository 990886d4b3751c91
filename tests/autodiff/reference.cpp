#include "tests/autodiff/reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gandsl_test {

using gandsl::Index;
using gandsl::Shape;

namespace {

using Call = ReferenceCall;
using Numbers = std::vector<double>;

// Row-major position of a place, and back.
std::vector<Index> place_at(const Shape& shape, Index position) {
    std::vector<Index> place(shape.size());
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        place[axis] = position % shape[axis];
        position /= shape[axis];
    }
    return place;
}

std::size_t position_at(const Shape& shape, const std::vector<Index>& place) {
    Index position = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        position = position * shape[axis] + place[axis];
    }
    return static_cast<std::size_t>(position);
}

// The element that broadcasting reads at `place` of a larger shape.
double broadcast_at(const Values& values, const std::vector<Index>& place) {
    std::vector<Index> own(values.shape.size());
    for (std::size_t axis = 0; axis < own.size(); ++axis) {
        own[axis] = values.shape[axis] == 1 ? 0 : place[place.size() - own.size() + axis];
    }
    return values.numbers[position_at(values.shape, own)];
}

template <double (*function)(double)>
Numbers unary(const Call& call) {
    Numbers result;
    for (const double x : call.inputs[0].numbers) {
        result.push_back(function(x));
    }
    return result;
}

template <double (*function)(double, double)>
Numbers binary(const Call& call) {
    Numbers result;
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        const auto place = place_at(call.output, position);
        result.push_back(function(broadcast_at(call.inputs[0], place), broadcast_at(call.inputs[1], place)));
    }
    return result;
}

double add(double a, double b) {
    return a + b;
}
double subtract(double a, double b) {
    return a - b;
}
double multiply(double a, double b) {
    return a * b;
}
double divide(double a, double b) {
    return a / b;
}
double divide_or_zero(double a, double b) {
    return b == 0 ? 0 : a / b;
}
double power(double a, double b) {
    return std::pow(a, b);
}
double maximum(double a, double b) {
    return a > b ? a : b;
}
double minimum(double a, double b) {
    return a < b ? a : b;
}
double less(double a, double b) {
    return a < b ? 1 : 0;
}
double less_equal(double a, double b) {
    return a <= b ? 1 : 0;
}
double greater(double a, double b) {
    return a > b ? 1 : 0;
}
double greater_equal(double a, double b) {
    return a >= b ? 1 : 0;
}
double equal(double a, double b) {
    return a == b ? 1 : 0;
}
double not_equal(double a, double b) {
    return a != b ? 1 : 0;
}
double negate(double x) {
    return -x;
}
double absolute(double x) {
    return x < 0 ? -x : x;
}
double sign(double x) {
    return x > 0 ? 1 : (x < 0 ? -1 : 0);
}
double square(double x) {
    return x * x;
}
double square_root(double x) {
    return std::sqrt(x);
}
double exponential(double x) {
    return std::exp(x);
}
double logarithm(double x) {
    return std::log(x);
}
double sine(double x) {
    return std::sin(x);
}
double cosine(double x) {
    return std::cos(x);
}
double round_down(double x) {
    return std::floor(x);
}
double relu(double x) {
    return x > 0 ? x : 0;
}
double normal_density(double x) {
    return std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1.0));
}
double normal_distribution(double x) {
    return 0.5 * std::erfc(-x / std::sqrt(2.0));
}
double softplus(double x) {
    return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}
double hyperbolic_tangent(double x) {
    return std::tanh(x);
}
double sigmoid(double x) {
    return x > 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

double blend(double a, double b, double keep) {
    return keep * a + (1 - keep) * b;
}
double blend_square(double a, double b, double keep) {
    return blend(a, b * b, keep);
}
double divide_by_root(double a, double b, double c) {
    return a / (std::sqrt(b) + c);
}
double subtract_product(double a, double b, double c) {
    return a - b * c;
}

// Operations whose third argument is an operand, or a number.
template <double (*function)(double, double, double)>
Numbers ternary(const Call& call) {
    Numbers result;
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        const auto place = place_at(call.output, position);
        const double third = call.inputs.size() > 2 ? broadcast_at(call.inputs[2], place) : call.numbers[0];
        result.push_back(
            function(broadcast_at(call.inputs[0], place), broadcast_at(call.inputs[1], place), third));
    }
    return result;
}

Numbers where(const Call& call) {
    Numbers result;
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        const auto place = place_at(call.output, position);
        const bool first = broadcast_at(call.inputs[0], place) != 0;
        result.push_back(broadcast_at(call.inputs[first ? 1 : 2], place));
    }
    return result;
}

double leaky_relu_gradient(double side, double cotangent, double slope) {
    return side < 0 ? slope * cotangent : cotangent;
}

Numbers leaky_relu(const Call& call) {
    Numbers result = call.inputs[0].numbers;
    for (double& x : result) {
        x = x > 0 ? x : call.numbers[0] * x;
    }
    return result;
}

Numbers elu(const Call& call) {
    Numbers result = call.inputs[0].numbers;
    for (double& x : result) {
        x = x > 0 ? x : call.numbers[0] * std::expm1(x);
    }
    return result;
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

Numbers same(const Call& call) {
    return call.inputs[0].numbers;
}

Numbers broadcast_to(const Call& call) {
    Numbers result;
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        result.push_back(broadcast_at(call.inputs[0], place_at(call.output, position)));
    }
    return result;
}

Numbers transpose(const Call& call) {
    Numbers result;
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        const auto place = place_at(call.output, position);
        std::vector<Index> from(place.size());
        for (std::size_t axis = 0; axis < place.size(); ++axis) {
            from[static_cast<std::size_t>(call.integers[axis])] = place[axis];
        }
        result.push_back(call.inputs[0].numbers[position_at(call.inputs[0].shape, from)]);
    }
    return result;
}

// integers: axis, begin, end, stride
Numbers slice(const Call& call) {
    Numbers result;
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        auto place = place_at(call.output, position);
        Index& along = place[static_cast<std::size_t>(call.integers[0])];
        along = call.integers[1] + along * call.integers[3];
        result.push_back(call.inputs[0].numbers[position_at(call.inputs[0].shape, place)]);
    }
    return result;
}

// integers: axis, before, after, stride
Numbers pad(const Call& call) {
    Numbers result(static_cast<std::size_t>(gandsl::element_count(call.output)), 0.0);
    for (std::size_t position = 0; position < call.inputs[0].numbers.size(); ++position) {
        auto place = place_at(call.inputs[0].shape, static_cast<Index>(position));
        Index& along = place[static_cast<std::size_t>(call.integers[0])];
        along = call.integers[1] + along * call.integers[3];
        result[position_at(call.output, place)] = call.inputs[0].numbers[position];
    }
    return result;
}

Numbers concatenate(const Call& call) {
    Numbers result;
    const auto axis = static_cast<std::size_t>(call.integers[0]);
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        auto place = place_at(call.output, position);
        std::size_t part = 0;
        while (place[axis] >= call.inputs[part].shape[axis]) {
            place[axis] -= call.inputs[part++].shape[axis];
        }
        result.push_back(call.inputs[part].numbers[position_at(call.inputs[part].shape, place)]);
    }
    return result;
}

Numbers matmul(const Call& call) {
    const bool transpose_a = call.integers[0] != 0;
    const bool transpose_b = call.integers[1] != 0;
    const Values& a = call.inputs[0];
    const Values& b = call.inputs[1];
    const std::size_t rank = a.shape.size();
    const Index inner = a.shape[transpose_a ? rank - 2 : rank - 1];
    Numbers result;
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        const auto place = place_at(call.output, position);
        double total = 0;
        for (Index k = 0; k < inner; ++k) {
            auto from_a = place;
            auto from_b = place;
            from_a[transpose_a ? rank - 1 : rank - 2] = place[rank - 2];
            from_a[transpose_a ? rank - 2 : rank - 1] = k;
            from_b[transpose_b ? rank - 1 : rank - 2] = k;
            from_b[transpose_b ? rank - 2 : rank - 1] = place[rank - 1];
            total += a.numbers[position_at(a.shape, from_a)] * b.numbers[position_at(b.shape, from_b)];
        }
        result.push_back(total);
    }
    return result;
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

// How many numbers one index stands for.
std::size_t width_of(const Values& values, const Values& indices) {
    return indices.numbers.empty() ? 0 : values.numbers.size() / indices.numbers.size();
}

Numbers gather(const Call& call) {
    const std::size_t width =
        call.inputs[0].numbers.size() / static_cast<std::size_t>(call.inputs[0].shape[0]);
    Numbers result;
    for (const double index : call.inputs[1].numbers) {
        for (std::size_t i = 0; i < width; ++i) {
            result.push_back(call.inputs[0].numbers[static_cast<std::size_t>(index) * width + i]);
        }
    }
    return result;
}

Numbers scatter_add(const Call& call) {
    const std::size_t width = width_of(call.inputs[0], call.inputs[1]);
    Numbers result(static_cast<std::size_t>(gandsl::element_count(call.output)), 0.0);
    for (std::size_t position = 0; position < call.inputs[0].numbers.size(); ++position) {
        const auto row = static_cast<std::size_t>(call.inputs[1].numbers[position / width]);
        result[row * width + position % width] += call.inputs[0].numbers[position];
    }
    return result;
}

Numbers pick(const Call& call) {
    const std::size_t width = width_of(call.inputs[0], call.inputs[1]);
    Numbers result;
    for (std::size_t row = 0; row < call.inputs[1].numbers.size(); ++row) {
        result.push_back(
            call.inputs[0].numbers[row * width + static_cast<std::size_t>(call.inputs[1].numbers[row])]);
    }
    return result;
}

Numbers one_hot(const Call& call) {
    Numbers result;
    for (const double index : call.inputs[0].numbers) {
        for (Index i = 0; i < call.integers[0]; ++i) {
            result.push_back(static_cast<double>(i) == index ? 1 : 0);
        }
    }
    return result;
}

// position_at for four axes, as convolutions ask it often.
std::size_t position_of_four(const Shape& shape, Index a, Index b, Index c, Index d) {
    return static_cast<std::size_t>(((a * shape[1] + b) * shape[2] + c) * shape[3] + d);
}

// integers of a geometry: stride, dilation, padding before, padding after, each by height and width.
template <typename Body>
void for_each_tap(const std::vector<Index>& at, const Shape& in, Index rows, Index columns,
                  Index kernel_height, Index kernel_width, const Body& body) {
    for (Index n = 0; n < in[0]; ++n) {
        for (Index row = 0; row < rows; ++row) {
            for (Index column = 0; column < columns; ++column) {
                for (Index ky = 0; ky < kernel_height; ++ky) {
                    for (Index kx = 0; kx < kernel_width; ++kx) {
                        const Index y = row * at[0] + ky * at[2] - at[4];
                        const Index x = column * at[1] + kx * at[3] - at[5];
                        const bool inside = y >= 0 && y < in[1] && x >= 0 && x < in[2];
                        body(n, row, column, ky, kx, y, x, inside);
                    }
                }
            }
        }
    }
}

enum class Target { output, input, weight };

template <Target target>
Numbers convolution(const Call& call) {
    const Shape in = target == Target::input ? call.output : call.inputs[0].shape;
    const Shape weight = target == Target::weight ? call.output : call.inputs[1].shape;
    const Shape out = target == Target::output  ? call.output
                      : target == Target::input ? call.inputs[0].shape
                                                : call.inputs[1].shape;
    Numbers result(static_cast<std::size_t>(gandsl::element_count(call.output)), 0.0);
    for_each_tap(call.integers, in, out[1], out[2], weight[0], weight[1],
                 [&](Index n, Index row, Index column, Index ky, Index kx, Index y, Index x, bool inside) {
                     for (Index a = 0; inside && a < weight[2]; ++a) {
                         for (Index b = 0; b < weight[3]; ++b) {
                             const std::size_t at_in = position_of_four(in, n, y, x, a);
                             const std::size_t at_weight = position_of_four(weight, ky, kx, a, b);
                             const std::size_t at_out = position_of_four(out, n, row, column, b);
                             const Numbers& first = call.inputs[0].numbers;
                             const Numbers& second = call.inputs[1].numbers;
                             if (target == Target::output) {
                                 result[at_out] += first[at_in] * second[at_weight];
                             } else if (target == Target::input) {
                                 result[at_in] += first[at_out] * second[at_weight];
                             } else {
                                 result[at_weight] += first[at_in] * second[at_out];
                             }
                         }
                     }
                 });
    return result;
}

Numbers unfold(const Call& call) {
    const Shape& in = call.inputs[0].shape;
    Numbers result(static_cast<std::size_t>(gandsl::element_count(call.output)), call.numbers[0]);
    for_each_tap(call.integers, in, call.output[1], call.output[2], call.integers[8], call.integers[9],
                 [&](Index n, Index row, Index column, Index ky, Index kx, Index y, Index x, bool inside) {
                     for (Index c = 0; inside && c < in[3]; ++c) {
                         result[position_at(call.output, {n, row, column, ky * call.integers[9] + kx, c})] =
                             call.inputs[0].numbers[position_at(in, {n, y, x, c})];
                     }
                 });
    return result;
}

Numbers fold(const Call& call) {
    const Shape& patches = call.inputs[0].shape;
    Numbers result(static_cast<std::size_t>(gandsl::element_count(call.output)), 0.0);
    for_each_tap(call.integers, call.output, patches[1], patches[2], call.integers[8], call.integers[9],
                 [&](Index n, Index row, Index column, Index ky, Index kx, Index y, Index x, bool inside) {
                     for (Index c = 0; inside && c < patches[4]; ++c) {
                         result[position_at(call.output, {n, y, x, c})] += call.inputs[0].numbers[position_at(
                             patches, {n, row, column, ky * call.integers[9] + kx, c})];
                     }
                 });
    return result;
}

double opened(double x) {
    return 1 / (1 + std::exp(-x));
}

// Parts of a trace: i, f, g, o, c, h, each (steps, examples, units).
Numbers lstm_trace(const Call& call) {
    const Index steps = call.output[1];
    const Index examples = call.output[2];
    const Index units = call.output[3];
    Numbers trace(static_cast<std::size_t>(gandsl::element_count(call.output)));
    const auto at = [&](Index part, Index step, Index example, Index unit) -> double& {
        return trace[position_at(call.output, {part, step, example, unit})];
    };
    for (Index step = 0; step < steps; ++step) {
        for (Index example = 0; example < examples; ++example) {
            for (Index unit = 0; unit < units; ++unit) {
                double gates[4];
                for (Index gate = 0; gate < 4; ++gate) {
                    const Index column = gate * units + unit;
                    double x =
                        call.inputs[0].numbers[position_at(call.inputs[0].shape, {step, example, column})];
                    for (Index other = 0; step > 0 && other < units; ++other) {
                        x += at(5, step - 1, example, other) *
                             call.inputs[1].numbers[position_at(call.inputs[1].shape, {other, column})];
                    }
                    gates[gate] = gate == 2 ? std::tanh(x) : opened(x);
                    at(gate, step, example, unit) = gates[gate];
                }
                const double before = step > 0 ? at(4, step - 1, example, unit) : 0;
                const double memory = gates[1] * before + gates[0] * gates[2];
                at(4, step, example, unit) = memory;
                at(5, step, example, unit) = gates[3] * std::tanh(memory);
            }
        }
    }
    return trace;
}

Numbers lstm_gradient(const Call& call) {
    const Values& trace = call.inputs[0];
    const Index steps = trace.shape[1];
    const Index examples = trace.shape[2];
    const Index units = trace.shape[3];
    const bool whole = call.inputs[2].shape[0] == 6;
    Numbers drive(static_cast<std::size_t>(gandsl::element_count(call.output)));
    for (Index example = 0; example < examples; ++example) {
        Numbers to_state(static_cast<std::size_t>(units));
        Numbers to_memory(static_cast<std::size_t>(units));
        for (Index step = steps; step-- > 0;) {
            const auto value = [&](Index part, Index unit, Index earlier = 0) {
                return step < earlier
                           ? 0.0
                           : trace.numbers[position_at(trace.shape, {part, step - earlier, example, unit})];
            };
            const auto given = [&](Index part, Index unit) {
                return !whole && part != 5
                           ? 0.0
                           : call.inputs[2].numbers[position_at(call.inputs[2].shape,
                                                                {whole ? part : 0, step, example, unit})];
            };
            Numbers next(static_cast<std::size_t>(units));
            for (Index unit = 0; unit < units; ++unit) {
                const auto place = static_cast<std::size_t>(unit);
                const double bent = std::tanh(value(4, unit));
                const double by_state = given(5, unit) + to_state[place];
                const double by_memory =
                    given(4, unit) + to_memory[place] + by_state * value(3, unit) * (1 - bent * bent);
                const double by_gate[4] = {given(0, unit) + by_memory * value(2, unit),
                                           given(1, unit) + by_memory * value(4, unit, 1),
                                           given(2, unit) + by_memory * value(0, unit),
                                           given(3, unit) + by_state * bent};
                for (Index gate = 0; gate < 4; ++gate) {
                    const double x = value(gate, unit);
                    drive[position_at(call.output, {step, example, gate * units + unit})] =
                        by_gate[gate] * (gate == 2 ? 1 - x * x : x * (1 - x));
                }
                to_memory[place] = by_memory * value(1, unit);
            }
            for (Index unit = 0; unit < units; ++unit) {
                for (Index column = 0; column < 4 * units; ++column) {
                    next[static_cast<std::size_t>(unit)] +=
                        drive[position_at(call.output, {step, example, column})] *
                        call.inputs[1].numbers[position_at(call.inputs[1].shape, {unit, column})];
                }
            }
            to_state = next;
        }
    }
    return drive;
}

}  // namespace

const std::map<std::string, Reference>& references() {
    static const std::map<std::string, Reference> table{
        {"add", binary<add>},
        {"subtract", binary<subtract>},
        {"multiply", binary<multiply>},
        {"divide", binary<divide>},
        {"divide_or_zero", binary<divide_or_zero>},
        {"power", binary<power>},
        {"maximum", binary<maximum>},
        {"minimum", binary<minimum>},
        {"where", where},
        {"less", binary<less>},
        {"less_equal", binary<less_equal>},
        {"greater", binary<greater>},
        {"greater_equal", binary<greater_equal>},
        {"equal", binary<equal>},
        {"not_equal", binary<not_equal>},
        {"negate", unary<negate>},
        {"absolute", unary<absolute>},
        {"sign", unary<sign>},
        {"square", unary<square>},
        {"sqrt", unary<square_root>},
        {"exp", unary<exponential>},
        {"log", unary<logarithm>},
        {"sin", unary<sine>},
        {"cos", unary<cosine>},
        {"floor", unary<round_down>},
        {"blend", ternary<blend>},
        {"blend_square", ternary<blend_square>},
        {"divide_by_root", ternary<divide_by_root>},
        {"subtract_product", ternary<subtract_product>},
        {"relu", unary<relu>},
        {"leaky_relu", leaky_relu},
        {"leaky_relu_gradient", ternary<leaky_relu_gradient>},
        {"elu", elu},
        {"normal_distribution", unary<normal_distribution>},
        {"normal_density", unary<normal_density>},
        {"softplus", unary<softplus>},
        {"tanh", unary<hyperbolic_tangent>},
        {"sigmoid", unary<sigmoid>},
        {"sum", sum},
        {"max", max},
        {"norm", norm},
        {"mean_and_variance", mean_and_variance},
        {"matmul", matmul},
        {"reshape", same},
        {"stop_gradient", same},
        {"broadcast_to", broadcast_to},
        {"slice", slice},
        {"pad", pad},
        {"concatenate", concatenate},
        {"transpose", transpose},
        {"softmax", softmax},
        {"log_softmax", log_softmax},
        {"gather", gather},
        {"scatter_add", scatter_add},
        {"pick", pick},
        {"one_hot", one_hot},
        {"convolution", convolution<Target::output>},
        {"convolution_by_input", convolution<Target::input>},
        {"convolution_by_weight", convolution<Target::weight>},
        {"unfold", unfold},
        {"fold", fold},
        {"lstm_trace", lstm_trace},
        {"lstm_gradient", lstm_gradient},
    };
    static const std::map<std::string, Reference> all = [] {
        std::map<std::string, Reference> joined = linear_algebra_references();
        joined.insert(table.begin(), table.end());
        return joined;
    }();
    return all;
}

PhiloxWords philox(PhiloxWords counter, std::uint32_t key0, std::uint32_t key1) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t first = std::uint64_t{0xD2511F53} * counter.word[0];
        const std::uint64_t second = std::uint64_t{0xCD9E8D57} * counter.word[2];
        counter = {{static_cast<std::uint32_t>(second >> 32) ^ counter.word[1] ^ key0,
                    static_cast<std::uint32_t>(second),
                    static_cast<std::uint32_t>(first >> 32) ^ counter.word[3] ^ key1,
                    static_cast<std::uint32_t>(first)}};
        key0 += 0x9E3779B9U;
        key1 += 0xBB67AE85U;
    }
    return counter;
}

}  // namespace gandsl_test
