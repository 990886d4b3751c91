#include <algorithm>

#include "autodiff/operation.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/misuse.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

namespace {

Shape first_shape(const Attributes&, std::span<const Shape> inputs) {
    return inputs[0];
}
Shape longer_shape(const Attributes&, std::span<const Shape> inputs) {
    return {inputs[0][0] + 1};
}
Shape negative_shape(const Attributes&, std::span<const Shape>) {
    return {-1};
}
void add_all(Real* out, const Real* const* inputs, std::size_t count, const double* numbers) {
    for (std::size_t index = 0; index < count; ++index) {
        Real total = 0;
        for (int input = 0; input < static_cast<int>(numbers[0]); ++input) {
            total += inputs[input][index];
        }
        out[index] = total;
    }
}
void forward_nothing(const Call&) {}
void own_tile(const Attributes&, std::span<const ConstTensor>, const Tile&, Real*, Index) {}
bool own_batches(const Attributes&, std::span<const Shape>) {
    return false;
}

Tape& elsewhere() {
    static Tape tape;
    return tape;
}

using Gradients = std::vector<Var>;

const Operation no_shape{.name = "no_shape", .doc = "", .arity = -1, .kernel = add_all};
const Operation no_way{.name = "no_way", .doc = "", .arity = -1, .shape = first_shape};
const Operation two_ways{.name = "two_ways",
                         .doc = "",
                         .arity = -1,
                         .shape = first_shape,
                         .kernel = add_all,
                         .forward = forward_nothing};
const Operation alias_and_forward{
    .name = "alias_and_forward", .doc = "", .shape = first_shape, .forward = forward_nothing, .alias = true};
const Operation tile_alone{
    .name = "tile_alone", .doc = "", .shape = first_shape, .forward = forward_nothing, .tile = own_tile};
const Operation gathers_alone{.name = "gathers_alone",
                              .doc = "",
                              .shape = first_shape,
                              .forward = forward_nothing,
                              .batches = own_batches};
const Operation negative{.name = "negative", .doc = "", .shape = negative_shape, .forward = forward_nothing};
const Operation longer_alias{.name = "longer_alias", .doc = "", .shape = longer_shape, .alias = true};
const Operation own_sum{.name = "own_sum", .doc = "", .arity = -1, .shape = first_shape, .kernel = add_all};
const Operation too_many{
    .name = "too_many", .doc = "", .shape = first_shape, .kernel = add_all, .vjp = [](const VjpCall& c) {
        return Gradients{c.cotangent, c.cotangent};
    }};
const Operation too_few{.name = "too_few",
                        .doc = "",
                        .arity = 2,
                        .shape = first_shape,
                        .kernel = add_all,
                        .vjp = [](const VjpCall& c) { return Gradients{c.cotangent}; }};
const Operation foreign{
    .name = "foreign", .doc = "", .shape = first_shape, .kernel = add_all, .vjp = [](const VjpCall&) {
        return Gradients{elsewhere().filled({2}, 1)};
    }};
const Operation misshapen{
    .name = "misshapen", .doc = "", .shape = first_shape, .kernel = add_all, .vjp = [](const VjpCall& c) {
        return Gradients{c.cotangent.tape().filled({3}, 1)};
    }};
// Named like the library's, and something else.
const Operation own_multiply{
    .name = "multiply", .doc = "", .arity = 2, .shape = first_shape, .kernel = add_all};
const Operation own_transpose{.name = "transpose", .doc = "", .shape = first_shape, .kernel = add_all};
const Operation own_negate{
    .name = "negate",
    .doc = "",
    .shape = first_shape,
    .kernel = [](Real* out, const Real* const* inputs, std::size_t count, const double*) {
        std::transform(inputs[0], inputs[0] + count, out, [](Real x) { return x + 1; });
    }};
const Operation widened{.name = "widened",
                        .doc = "",
                        .shape = [](const Attributes&, std::span<const Shape>) { return Shape{7}; },
                        .kernel = add_all};
const Operation own_sigmoid{.name = "sigmoid", .doc = "", .shape = first_shape, .kernel = add_all};
const Operation own_pad{.name = "pad", .doc = "", .shape = first_shape, .kernel = add_all};

Var of(const Operation& operation, std::initializer_list<Var> inputs) {
    return record(operation, inputs, {{}, {static_cast<double>(inputs.size())}});
}

// Recorded from as many Vars of shape (2).
std::function<void()> of_inputs(const Operation& operation, std::size_t count) {
    return [&operation, count] {
        Tape tape;
        const std::vector<Var> inputs(count, tape.filled({2}, 3));
        record(operation, inputs, {{}, {static_cast<double>(count)}});
    };
}

std::function<void()> gradient_of(const Operation& operation, std::size_t count) {
    return [&operation, count] {
        Tape tape;
        const Var x = tape.filled({2}, 3);
        const std::vector<Var> inputs(count, x);
        gradient(record(operation, inputs, {{}, {static_cast<double>(count)}}), x);
    };
}

}  // namespace

std::vector<Misuse> misused_records() {
    return {
        {"record_without_shape", of_inputs(no_shape, 1), invalid, {"[no_shape]", "`shape`"}},
        {"record_without_kernel_or_forward", of_inputs(no_way, 1), invalid, {"[no_way]", "0 ways"}},
        {"record_with_kernel_and_forward", of_inputs(two_ways, 1), invalid, {"[two_ways]", "2 ways"}},
        {"record_alias_with_forward",
         of_inputs(alias_and_forward, 1),
         invalid,
         {"[alias_and_forward]", "2 ways"}},
        {"record_tile_without_tiles", of_inputs(tile_alone, 1), invalid, {"[tile_alone]", "`tile`"}},
        {"record_gathers_without_forward_together",
         of_inputs(gathers_alone, 1),
         invalid,
         {"[gathers_alone]"}},
        {"record_shape_beyond_its_inputs",
         of_inputs(widened, 1),
         ErrorCode::shape,
         {"[widened]", "(7)", "(2)"}},
        {"record_negative_shape", of_inputs(negative, 1), ErrorCode::shape, {"(-1)"}},
        {"record_longer_alias",
         of_inputs(longer_alias, 1),
         ErrorCode::shape,
         {"[longer_alias]", "(3)", "(2)"}},
        {"record_no_inputs", of_inputs(own_sum, 0), invalid, {"[own_sum]", "at least one input"}},
        {"record_arity", of_inputs(too_few, 3), invalid, {"[too_few]", "takes 2 inputs, not 3"}},
        {"record_seven_inputs", of_inputs(own_sum, 7), invalid, {"[own_sum]", "7 inputs", "at most 6"}},
        {"record_many_inputs", of_inputs(own_sum, 1000), invalid, {"[own_sum]", "1000 inputs"}},
        {"vjp_too_many", gradient_of(too_many, 1), invalid, {"'too_many'", "2 gradients for 1 inputs"}},
        {"vjp_too_few", gradient_of(too_few, 2), invalid, {"'too_few'", "1 gradients for 2 inputs"}},
        {"vjp_foreign", gradient_of(foreign, 1), invalid, {"'foreign'", "not of the tape"}},
        {"vjp_shape", gradient_of(misshapen, 1), ErrorCode::shape, {"'misshapen'", "(3)", "(2)"}},
    };
}

namespace {

Array planned(const std::function<Var(Var)>& build) {
    Tape tape(Evaluation::planned);
    const Var x = tape.input({2});
    const Var y = build(x);
    Plan plan({y});
    plan.set(x, to_array({2}, {1, 2}));
    plan.run();
    return plan.value(y);
}

Allowed own(const char* name, std::function<Var(Var)> build, std::vector<double> numbers) {
    return {name, [build = std::move(build)] { return planned(build); }, {2}, std::move(numbers)};
}

}  // namespace

std::vector<Allowed> allowed_records() {
    return {
        own("own_multiply",
            [](Var x) {
                return of(own_multiply, {x, x.tape().filled({2}, 1)});
            },
            {2, 3}),
        own("own_transpose_twice", [](Var x) { return of(own_transpose, {of(own_transpose, {x})}); }, {1, 2}),
        own("own_negate_twice", [](Var x) { return of(own_negate, {of(own_negate, {x})}); }, {3, 4}),
        own("log_of_own_sigmoid", [](Var x) { return log(of(own_sigmoid, {x * 0.0 + 1.0})); }, {0, 0}),
        own("own_pad", [](Var x) { return of(own_pad, {x}); }, {1, 2}),
        own("six_inputs",
            [](Var x) {
                return of(own_sum, {x, x * 2.0, x * 3.0, x * 4.0, x * 5.0, x * 6.0});
            },
            {21, 42}),
        {"six_inputs_eager",
         [] {
             Tape tape;
             const Var x = tape.constant(to_array({2}, {1, 2}));
             return Array(of(own_sum, {x, x * 2.0, x * 3.0, x * 4.0, x * 5.0, x * 6.0}).value());
         },
         {2},
         {21, 42}},
    };
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
