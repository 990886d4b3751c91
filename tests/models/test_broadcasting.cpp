#include <boost/test/unit_test.hpp>

#include "models/layouts.hpp"
#include "tests/models/apply.hpp"

// Shapes meet on the example's own axes: the batch never takes part.
BOOST_AUTO_TEST_SUITE(broadcasting)

using namespace gandsl;
using namespace gandsl::test;

namespace {

models::Value shared(Tape& tape, const Array& array) {
    return {.var = tape.constant(array), .type = type_of(shape_of(array), 0, false)};
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_number_each_against_a_picture) {
    Tape tape;
    const Array t = random({2}, 1);
    const Array x = random({2, 3, 2, 2}, 2);
    for (const models::Value& picture : {value(tape, x), models::channels_last(value(tape, x))}) {
        const models::Value product = apply(tape, "multiply", {}, {value(tape, t), picture}).results[0];
        BOOST_TEST((product.layout == picture.layout));
        BOOST_TEST(numbers(product)(1, 2, 0, 1) == t(1) * x(1, 2, 0, 1));
    }
}

BOOST_AUTO_TEST_CASE(batch_and_axis_of_one_size_are_told_apart) {
    // 3 examples of 3 numbers minus one number each: NumPy alone would subtract along the wrong axis.
    Tape tape;
    const Array vectors = random({3, 3}, 1);
    const Array each = random({3}, 2);
    const Array found =
        numbers(apply(tape, "subtract", {}, {value(tape, vectors), value(tape, each)}).results[0]);
    BOOST_TEST(found(2, 0) == vectors(2, 0) - each(2));
    BOOST_TEST(found(0, 2) == vectors(0, 2) - each(0));
    // A vector that all examples share meets the last axis.
    const Array row = random({3}, 3);
    const Array scaled =
        numbers(apply(tape, "multiply", {}, {shared(tape, row), value(tape, vectors)}).results[0]);
    BOOST_TEST(scaled(2, 0) == row(0) * vectors(2, 0));
}

BOOST_AUTO_TEST_CASE(vector_against_picture_meets_the_width) {
    Tape tape;
    const Array row = random({2, 4}, 1);
    const Array x = random({2, 3, 2, 4}, 2);
    const models::Value last = models::channels_last(value(tape, x));
    const Array sum = numbers(apply(tape, "add", {}, {last, value(tape, row)}).results[0]);
    BOOST_TEST(sum(1, 2, 1, 3) == x(1, 2, 1, 3) + row(1, 3));
}

BOOST_AUTO_TEST_CASE(types) {
    const auto result = [](const dsl::Type& a, const dsl::Type& b) {
        return typed("add", {}, {a, b}).results[0];
    };
    BOOST_TEST((result(type_of({3, 1}), type_of({4})) == type_of({3, 4})));
    BOOST_TEST((result(type_of({}), type_of({1})) == type_of({1})));
    BOOST_TEST((result(type_of({5}, 0, false), type_of({5}, 0, false)) == type_of({5}, 0, false)));
    BOOST_TEST((result(type_of({5}, 0, false), type_of({})) == type_of({5})));
    BOOST_TEST((result(type_of({}, 10), type_of({}, 0, false)) == type_of({})));  // labels become numbers
    BOOST_TEST(refusal("add", {}, {type_of({3}), type_of({4})}) != "");
    BOOST_TEST(refusal("divide", {}, {type_of({1, 28, 28}), type_of({784})}) != "");
}

BOOST_AUTO_TEST_CASE(gradients) {
    check_gradients("multiply", {}, {random({2}, 1), random({2, 2, 2, 2}, 2)});
    check_gradients("add", {}, {random({3, 3}, 1), random({3}, 2)});
}

BOOST_AUTO_TEST_SUITE_END()
