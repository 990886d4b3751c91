#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/suites.hpp"

/// Functions at the edges of their domains, with ties, NaN, zeros and nothing at all; and what their
/// arguments may not be.
namespace gandsl_test {

using namespace gandsl;

namespace {

using Numbers = std::vector<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();
const double nan = std::numeric_limits<double>::quiet_NaN();

Numbers of(Var x) {
    return to_numbers(x.value());
}

Var vector(Tape& tape, const Numbers& numbers) {
    return tape.constant(to_array({static_cast<Index>(numbers.size())}, numbers));
}

// NaN stands for any NaN.
void require_same(const Numbers& found, const Numbers& expected) {
    BOOST_TEST_REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        const bool same = std::isnan(expected[i]) ? std::isnan(found[i])
                          : std::isinf(expected[i])
                              ? found[i] == expected[i]
                              : std::abs(found[i] - expected[i]) <= 1e-12 * (1 + std::abs(expected[i]));
        BOOST_TEST(same, "element " << i << " is " << found[i] << ", expected " << expected[i]);
    }
}

void check_edges_of_domains() {
    struct Row {
        Var (*function)(Var);
        Numbers inputs, values, slopes;
    };
    const double e = std::exp(1.0);
    const Row rows[] = {
        {asin,
         {-1, 1, 1.5, -infinity, nan},
         {-std::numbers::pi / 2, std::numbers::pi / 2, nan, nan, nan},
         {0, 0, nan, nan, nan}},
        {acos, {-1, 1, 1.5, infinity, nan}, {std::numbers::pi, 0, nan, nan, nan}, {0, 0, nan, nan, nan}},
        {atan,
         {infinity, -infinity, 1},
         {std::numbers::pi / 2, -std::numbers::pi / 2, std::numbers::pi / 4},
         {0, 0, 0.5}},
        {log1p, {-1, -2, infinity, 0}, {-infinity, nan, infinity, 0}, {infinity, -1, 0, 1}},
        {expm1, {-infinity, infinity, 1}, {-1, infinity, e - 1}, {0, infinity, e}},
        {erf, {-infinity, infinity, 0}, {-1, 1, 0}, {0, 0, 2 / std::sqrt(std::numbers::pi)}},
        {sinh, {-infinity, infinity, 0}, {-infinity, infinity, 0}, {infinity, infinity, 1}},
        {cosh, {-infinity, infinity, 0}, {infinity, infinity, 1}, {-infinity, infinity, 0}},
        {tan, {0, infinity}, {0, nan}, {1, nan}},
        {round,
         {0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 2.6, infinity},
         {0, 2, 2, 0, -2, 2, 3, infinity},
         {0, 0, 0, 0, 0, 0, 0, 0}},
        {ceil, {0.5, -0.5, 2, infinity}, {1, 0, 2, infinity}, {0, 0, 0, 0}},
        {[](Var x) { return clamp(x, -1, 2); },
         {-3, -1, 0, 2, 5, -infinity, infinity, nan},
         {-1, -1, 0, 2, 2, -1, 2, nan},
         {0, 1, 1, 1, 0, 0, 0, 0}},
    };
    for (const Row& row : rows) {
        Tape tape;
        const Var x = vector(tape, row.inputs);
        require_same(of(row.function(x)), row.values);
        require_same(of(gradient(row.function(x), x)), row.slopes);
    }
    // Near 0, where 1 + x and exp(x) have lost x.
    Tape tape;
    const Var tiny = vector(tape, {1e-17});
    BOOST_TEST(of(log1p(tiny))[0] == 1e-17);
    BOOST_TEST(of(expm1(tiny))[0] == 1e-17);
}

void check_logsumexp() {
    Tape tape;
    const Var x = tape.constant(to_array(
        {6, 2}, {-infinity, -infinity, 1000, 1000, -1000, -1001, 0, -infinity, infinity, 0, nan, 0}));
    const Var y = logsumexp(x, 1);
    const double ln2 = std::log(2.0);
    require_same(of(y), {-infinity, 1000 + ln2, -1000 + std::log1p(std::exp(-1.0)), 0, infinity, nan});
    const double share = 1 / (1 + std::exp(-1.0));
    Numbers slopes = of(gradient(y, x));
    slopes.resize(8);  // behind, where there is an infinity or a NaN, is no slope to be had
    require_same(slopes, {0, 0, 0.5, 0.5, share, 1 - share, 1, 0});
    const Var second = gradient(square(y), x);
    BOOST_TEST(std::isfinite(of(second)[2]));
    require_same(of(logsumexp(tape.constant(make_array({2, 0})), 1)), {-infinity, -infinity});
    BOOST_TEST(logsumexp(x, {0, 1}, true).shape() == (Shape{1, 1}));
    require_same(of(logsumexp(tape.constant(3))), {3});
}

// A product's gradient is the product of the other factors, of which one may be 0, and so at the next order.
void check_prod() {
    Tape tape;
    const Var one_zero = vector(tape, {0, 2, 3, 4, 5});
    const Var slope = gradient(prod(one_zero), one_zero);
    require_same(of(slope), {120, 0, 0, 0, 0});
    require_same(of(gradient(sum(slope), one_zero)), {60 + 40 + 30 + 24, 60, 40, 30, 24});
    const Var two_zeros = vector(tape, {0, 2, 0});
    const Var first = gradient(prod(two_zeros), two_zeros);
    require_same(of(first), {0, 0, 0});
    require_same(of(gradient(first[0], two_zeros)), {0, 0, 2});
    for (const Index count : {1, 2, 3, 7, 1000}) {
        Tape each;
        const Var x = each.filled({count, 2}, 1.01);
        const double expected = std::pow(1.01, static_cast<double>(count));
        require_same(of(prod(x, 0)), {expected, expected});
        require_same(of(prod(x)), {expected * expected});
        BOOST_TEST(std::abs(of(gradient(sum(prod(x, 0)), x))[0] - expected / 1.01) <= 1e-12 * expected);
    }
    require_same(of(prod(tape.constant(make_array({2, 0})), 1)), {1, 1});
    require_same(of(prod(tape.constant(make_array({0})))), {1});
    BOOST_TEST(prod(tape.filled({2, 3, 4}, 1), {0, 2}, true).shape() == (Shape{1, 3, 1}));
}

void check_order() {
    Tape tape;
    const Var x = vector(tape, {2, nan, -infinity, 5, 5, nan, 0});
    require_same(of(argmax(x)), {1});
    require_same(of(argmin(x)), {1});
    require_same(of(argsort(x)), {2, 6, 0, 3, 4, 1, 5});
    require_same(of(argsort(x, -1, true)), {1, 5, 3, 4, 0, 6, 2});
    require_same(of(sort(x)), {-infinity, 0, 2, 5, 5, nan, nan});
    const Var ties = tape.constant(to_array({2, 4}, {1, 3, 3, 0, -1, -1, -2, -1}));
    require_same(of(argmax(ties, 1)), {1, 0});
    require_same(of(argmax(ties, 0)), {0, 0, 0, 0});
    require_same(of(argmin(ties, -1)), {3, 2});
    require_same(of(argmax(ties)), {1});
    BOOST_TEST(argmax(ties, 1, true).shape() == (Shape{2, 1}));
    BOOST_TEST(argmax(ties).shape() == Shape{});
    const TopK top = topk(ties, 2);
    require_same(of(top.values), {3, 3, -1, -1});
    require_same(of(top.indices), {1, 2, 0, 1});
    require_same(of(gradient(sum(top.values), ties)), {0, 1, 1, 0, 1, 1, 0, 0});
    require_same(of(gradient(sum(argmax(ties, 1)), ties)), Numbers(8, 0));
    // Sizes at which lines are cut into parts and columns into blocks, against sorting by the standard
    // library.
    for (const Shape& shape : {Shape{40, 1500}, Shape{1500, 130}}) {
        for (const Index axis : {0, 1}) {
            const Var drawn = random_normal(tape, shape, 1);
            const Var sorted = sort(drawn, axis);
            const Var largest = argmax(drawn, axis, true);
            const Numbers numbers = of(drawn);
            const Numbers found = of(sorted);
            const Numbers indices = of(largest);
            const Index length = shape[static_cast<std::size_t>(axis)];
            const Index step = axis == 0 ? shape[1] : 1;
            std::size_t wrong = 0;
            for (Index line = 0; line < element_count(shape) / length; ++line) {
                const Index begin = axis == 0 ? line : line * length;
                Numbers expected;
                for (Index i = 0; i < length; ++i) {
                    expected.push_back(numbers[static_cast<std::size_t>(begin + i * step)]);
                }
                const auto best = std::max_element(expected.begin(), expected.end()) - expected.begin();
                wrong += indices[static_cast<std::size_t>(line)] != static_cast<double>(best);
                std::sort(expected.begin(), expected.end());
                for (Index i = 0; i < length; ++i) {
                    wrong += found[static_cast<std::size_t>(begin + i * step)] !=
                             expected[static_cast<std::size_t>(i)];
                }
            }
            BOOST_TEST(wrong == 0U);
        }
    }
}

// Long sums do not drift, and have the gradient of a sum: how often each number is counted.
void check_cumsum() {
    Tape tape;
    const Var x = tape.filled({3000, 70}, 0.1);
    const Numbers sums = of(cumsum(x, 0));
    const Numbers slopes = of(gradient(sum(cumsum(x, 0)), x));
    for (std::size_t row : {std::size_t{0}, std::size_t{1234}, std::size_t{2999}}) {
        BOOST_TEST(std::abs(sums[row * 70 + 69] - 0.1 * static_cast<double>(row + 1)) < 1e-10);
        BOOST_TEST(slopes[row * 70 + 69] == static_cast<double>(3000 - row));
    }
    require_same(of(cumsum(tape.constant(to_array({2, 3}, {1, 2, 3, 4, 5, 6})), -1)), {1, 3, 6, 4, 9, 15});
}

void check_new_arrays() {
    Tape tape;
    require_same(of(eye(tape, 2, 3)), {1, 0, 0, 0, 1, 0});
    BOOST_TEST(eye(tape, 3).shape() == (Shape{3, 3}));
    require_same(of(arange(tape, 4)), {0, 1, 2, 3});
    require_same(of(arange(tape, 2, 0, -0.5)), {2, 1.5, 1, 0.5});
    require_same(of(arange(tape, 0, 1, 0.3)), {0, 0.3, 0.6, 0.9});
    BOOST_TEST(arange(tape, 3, 0).shape() == Shape{0});
    BOOST_TEST(arange(tape, -1e300).shape() == Shape{0});
    require_same(of(linspace(tape, -1, 2, 4)), {-1, 0, 1, 2});
    require_same(of(linspace(tape, 5, 7, 1)), {5});
    BOOST_TEST(linspace(tape, 5, 7, 0).shape() == Shape{0});
    const Numbers tenth = of(linspace(tape, 0, 0.1, 1001));
    BOOST_TEST(tenth.back() == 0.1);
    require_same(of(linspace(tape, -1.7e308, 1.7e308, 3)), {-1.7e308, 0, 1.7e308});
}

void check_operators() {
    Tape tape;
    const Var x = vector(tape, {-1, 0, 2});
    require_same(of(x < 0), {1, 0, 0});
    require_same(of(x <= 0.0), {1, 1, 0});
    require_same(of(x > 0), {0, 0, 1});
    require_same(of(x >= 0), {0, 1, 1});
    require_same(of(0 < x), {0, 0, 1});
    require_same(of(0 <= x), {0, 1, 1});
    require_same(of(0 > x), {1, 0, 0});
    require_same(of(0 >= x), {1, 1, 0});
    require_same(of(x < square(x)), {1, 0, 1});
    require_same(of(equal(x, 2)), {0, 0, 1});
    require_same(of(not_equal(2, x)), {1, 1, 0});
    require_same(of(where(x > 0, x, -5)), {-5, -5, 2});
    require_same(of(where(x > 0, 7, x)), {-1, 0, 7});
    require_same(of(where(x > 0, 1, 2)), {2, 2, 1});
    require_same(of(maximum(x, 0.5)), {0.5, 0.5, 2});
    require_same(of(minimum(0.5, x)), {-1, 0, 0.5});
    require_same(of(pow(x, 2)), {1, 0, 4});
    require_same(of(pow(2, x)), {0.5, 1, 4});
    require_same(of(power(x, x)), {-1, 1, 4});
    require_same(of(abs(x)), {1, 0, 2});
    // A handle is given another value; other handles keep theirs.
    Var y = x;
    const Var before = y;
    y += x;
    y *= 3;
    y -= 1;
    y /= x + 3.0;
    require_same(of(y), {-7.0 / 2, -1.0 / 3, 11.0 / 5});
    BOOST_TEST((before == x));
    BOOST_TEST((y != x));
    require_same(of(gradient(y, x)), {19.0 / 4, 19.0 / 9, 19.0 / 25});
}

void check_indexing() {
    Tape tape;
    const Var x = tape.constant(to_array({3, 2}, {1, 2, 3, 4, 5, 6}));
    require_same(of(x[0]), {1, 2});
    require_same(of(x[-1]), {5, 6});
    require_same(of(x[2][1]), {6});
    BOOST_TEST(x[2][1].shape() == Shape{});
    require_same(of(gradient(x[1][0] * 2.0, x)), {0, 0, 2, 0, 0, 0});
    require_same(of(slice(x, 0, -2)), {3, 4, 5, 6});
    require_same(of(slice(x, 0, -3, -1)), {1, 2, 3, 4});
    require_same(of(slice(x, 1, -1)), {2, 4, 6});
    require_same(of(slice(x, 0, 0, {}, 2)), {1, 2, 5, 6});
    require_same(of(transpose(x)), {1, 3, 5, 2, 4, 6});
    BOOST_TEST(transpose(tape.filled({2, 3, 4}, 0)).shape() == (Shape{4, 3, 2}));
    require_same(of(sum(x, 0)), {9, 12});
    require_same(of(sum(x, {0, -1})), {21});
    require_same(of(max(x, 1)), {2, 4, 6});
    BOOST_TEST(mean(x, 1, true).shape() == (Shape{3, 1}));
    const std::vector<Index> axes{1};
    require_same(of(variance(x, axes)), {0.25, 0.25, 0.25});
}

void check_shapes() {
    Tape tape;
    const Var x = tape.filled({2, 1, 3}, 1);
    BOOST_TEST(squeeze(x).shape() == (Shape{2, 3}));
    BOOST_TEST(squeeze(x, -2).shape() == (Shape{2, 3}));
    BOOST_TEST(expand_dims(x, 0).shape() == (Shape{1, 2, 1, 3}));
    BOOST_TEST(expand_dims(x, -1).shape() == (Shape{2, 1, 3, 1}));
    BOOST_TEST(stack({x, x, x}).shape() == (Shape{3, 2, 1, 3}));
    BOOST_TEST(stack({x, x}, -1).shape() == (Shape{2, 1, 3, 2}));
    const Var line = arange(tape, 7);
    const std::vector<Var> parts = split(line, {2, 3});
    BOOST_TEST_REQUIRE(parts.size() == 3U);
    require_same(of(parts[0]), {0, 1});
    require_same(of(parts[1]), {2});
    require_same(of(parts[2]), {3, 4, 5, 6});
    BOOST_TEST(split(line, {2}).size() == 2U);  // one position, not two parts
    BOOST_TEST(split(reshape(slice(line, 0, 0, 6), {3, 2}), 3)[2].shape() == (Shape{1, 2}));
    require_same(of(roll(line, 2)), {5, 6, 0, 1, 2, 3, 4});
    require_same(of(roll(line, -9, 0)), {2, 3, 4, 5, 6, 0, 1});
    const Var matrix = reshape(arange(tape, 1, 7), {2, 3});
    require_same(of(roll(matrix, 1)), {6, 1, 2, 3, 4, 5});
    require_same(of(roll(matrix, 1, 1)), {3, 1, 2, 6, 4, 5});
    require_same(of(flip(matrix)), {6, 5, 4, 3, 2, 1});
    require_same(of(flip(matrix, 0)), {4, 5, 6, 1, 2, 3});
    require_same(of(tril(matrix)), {1, 0, 0, 4, 5, 0});
    require_same(of(tril(matrix, 1)), {1, 2, 0, 4, 5, 6});
    require_same(of(triu(matrix)), {1, 2, 3, 0, 5, 6});
    require_same(of(triu(matrix, -1)), {1, 2, 3, 4, 5, 6});
    // What is left out may be anything.
    require_same(of(triu(tape.constant(to_array({2, 2}, {1, 2, nan, 4})))), {1, 2, 0, 4});
}

void check_mistakes() {
    struct Row {
        std::function<void(Tape&)> act;
        ErrorCode code;
        std::vector<std::string> words;
    };
    const ErrorCode shape = ErrorCode::shape;
    const ErrorCode invalid = ErrorCode::invalid_argument;
    const auto x = [](Tape& t) { return t.filled({3, 4}, 1); };
    const Row rows[] = {
        {[&](Tape& t) { x(t)[7]; }, shape, {"index 7", "size 3", "(3, 4)"}},
        {[&](Tape& t) { x(t)[-4]; }, shape, {"index -4", "size 3"}},
        {[&](Tape& t) { t.constant(1)[0]; }, shape, {"index 0", "single number"}},
        {[&](Tape& t) { slice(x(t), 1, -5); }, shape, {"[slice]", "-5 to the end", "(3, 4)"}},
        {[&](Tape& t) { sum(x(t), 2); }, shape, {"[sum]", "2"}},
        {[&](Tape& t) {
             sum(x(t), {0, -2});
         },
         shape,
         {"[sum]", "twice"}},
        {[&](Tape& t) { clamp(x(t), 2, 1); }, invalid, {"[clamp]", "2.0", "1.0", "lower bound first"}},
        {[&](Tape& t) { clamp(x(t), nan, 1); }, invalid, {"[clamp]"}},
        {[&](Tape& t) { squeeze(x(t), 0); }, shape, {"[squeeze]", "axis 0", "(3, 4)", "size 1"}},
        {[&](Tape& t) { expand_dims(x(t), 4); }, shape, {"[expand_dims]", "4"}},
        {[&](Tape& t) {
             stack({x(t), t.filled({3}, 1)});
         },
         shape,
         {"[stack]", "(3, 4)", "(3)"}},
        {[&](Tape& t) {
             stack(std::span<const Var>{});
             static_cast<void>(t);
         },
         invalid,
         {"[stack]"}},
        {[&](Tape& t) { split(x(t), 2); }, shape, {"[split]", "(3, 4)", "2 equal parts"}},
        {[&](Tape& t) { split(x(t), 0); }, shape, {"[split]"}},
        {[&](Tape& t) {
             split(x(t), {2, 1});
         },
         shape,
         {"[split]", "(2, 1)", "rising"}},
        {[&](Tape& t) { split(x(t), {3}); }, shape, {"[split]"}},
        {[&](Tape& t) { tril(t.filled({3}, 1)); }, shape, {"[tril]", "(3)", "matrix"}},
        {[&](Tape& t) {
             argmax(t.filled({3, 0}, 1), 1);
         },
         shape,
         {"[argmax]", "(3, 0)"}},
        {[&](Tape& t) { cumsum(x(t), 2); }, shape, {"[cumsum]", "2"}},
        {[&](Tape& t) { topk(x(t), 5); }, shape, {"[topk]", "5", "1 to 4"}},
        {[&](Tape& t) { topk(x(t), 0); }, shape, {"[topk]", "0"}},
        {[&](Tape& t) {
             take_along_axis(x(t), t.filled({2, 4}, 1), 1);
         },
         shape,
         {"[take_along_axis]", "(3, 4)", "(2, 4)"}},
        {[&](Tape& t) {
             take_along_axis(x(t), t.filled({2, 4}, 3), 0);
         },
         invalid,
         {"[take_along_axis]", "0 to 2"}},
        {[&](Tape& t) { add_along_axis(x(t), x(t) * 0.5, 0, 3); }, invalid, {"[add_along_axis]", "0.5"}},
        {[&](Tape& t) { add_along_axis(x(t), x(t), 0, -1); }, shape, {"[add_along_axis]", "-1"}},
        {[&](Tape& t) { arange(t, 0, 1, 0); }, invalid, {"[arange]", "not 0"}},
        {[&](Tape& t) { arange(t, nan); }, invalid, {"[arange]"}},
        {[&](Tape& t) { arange(t, 0, 1, 1e-30); }, invalid, {"[arange]"}},
        {[&](Tape& t) { linspace(t, 0, 1, -1); }, invalid, {"[linspace]", "-1"}},
        {[&](Tape& t) { eye(t, -2); }, shape, {"-2"}},
    };
    for (const Row& row : rows) {
        Tape tape;
        try {
            row.act(tape);
            BOOST_ERROR("no error with " << row.words[0]);
        } catch (const Error& error) {
            BOOST_TEST((error.code() == row.code), error.message());
            for (const std::string& word : row.words) {
                BOOST_TEST(error.message().find(word) != std::string::npos,
                           "'" << word << "' is missing from: " << error.message());
            }
        }
    }
}

}  // namespace

void add_function_edge_cases() {
    add_case("function_edges", "domains", check_edges_of_domains);
    add_case("function_edges", "logsumexp", check_logsumexp);
    add_case("function_edges", "prod", check_prod);
    add_case("function_edges", "order", check_order);
    add_case("function_edges", "cumsum", check_cumsum);
    add_case("function_edges", "new_arrays", check_new_arrays);
    add_case("function_edges", "operators", check_operators);
    add_case("function_edges", "indexing", check_indexing);
    add_case("function_edges", "shapes", check_shapes);
    add_case("function_edges", "mistakes", check_mistakes);
}

}  // namespace gandsl_test
