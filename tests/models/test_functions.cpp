#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "autodiff/gradient.hpp"
#include "autodiff/operations.hpp"
#include "models/layouts.hpp"
#include "tests/models/apply.hpp"

BOOST_AUTO_TEST_SUITE(functions)

using namespace gandsl;
using namespace gandsl::test;

namespace {

models::Value constant(Tape& tape, double number) {
    return {.var = tape.constant(number), .type = type_of({}, 0, false), .number = number};
}

Array column(std::initializer_list<double> numbers) {
    Array array = make_array({static_cast<Index>(numbers.size()), 1});
    std::copy(numbers.begin(), numbers.end(), array.data());
    return array;
}

const auto close = boost::test_tools::tolerance(1e-10);

}  // namespace

BOOST_AUTO_TEST_CASE(reductions) {
    Tape tape;
    const Array x = random({2, 3, 4, 5});
    const models::Value first = value(tape, x);
    const models::Value last = models::channels_last(first);
    for (const models::Value& each : {first, last}) {
        double total = 0, squares = 0, max = -1e9;
        for (Index c = 0; c < 3; ++c) {
            for (Index i = 0; i < 4; ++i) {
                for (Index j = 0; j < 5; ++j) {
                    total += x(1, c, i, j);
                    squares += x(1, c, i, j) * x(1, c, i, j);
                    max = std::max<double>(max, x(1, c, i, j));
                }
            }
        }
        BOOST_TEST(numbers(apply(tape, "sum", {}, {each}).results[0])(1) == total, close);
        BOOST_TEST(numbers(apply(tape, "mean", {}, {each}).results[0])(1) == total / 60, close);
        BOOST_TEST(numbers(apply(tape, "norm", {}, {each}).results[0])(1) == std::sqrt(squares), close);
        BOOST_TEST(numbers(apply(tape, "max", {}, {each}).results[0])(1) == max, close);
        const Array channels = numbers(apply(tape, "sum", {.numbers = {{"axis", 0}}}, {each}).results[0]);
        BOOST_TEST(to_string(shape_of(channels)) == "(2, 4, 5)");
        BOOST_TEST(channels(1, 3, 4) == x(1, 0, 3, 4) + x(1, 1, 3, 4) + x(1, 2, 3, 4), close);
        const Array rows = numbers(apply(tape, "min", {.numbers = {{"axis", -2}}}, {each}).results[0]);
        BOOST_TEST(to_string(shape_of(rows)) == "(2, 3, 5)");
        BOOST_TEST(rows(0, 2, 1) == std::min({x(0, 2, 0, 1), x(0, 2, 1, 1), x(0, 2, 2, 1), x(0, 2, 3, 1)}));
    }
    BOOST_TEST(refusal("sum", {.numbers = {{"axis", 3}}}, {type_of({3, 4, 5})}) != "");
    BOOST_TEST(refusal("sum", {.numbers = {{"axis", -4}}}, {type_of({3, 4, 5})}) != "");
}

BOOST_AUTO_TEST_CASE(reductions_of_one_number) {
    Tape tape;
    Array x = make_array({2}, -3);
    BOOST_TEST(numbers(apply(tape, "norm", {}, {value(tape, x)}).results[0])(1) == 3);
    BOOST_TEST(numbers(apply(tape, "sum", {}, {value(tape, x)}).results[0])(1) == -3);
    BOOST_TEST(numbers(apply(tape, "norm", {}, {constant(tape, -2)}).results[0])() == 2);
}

BOOST_AUTO_TEST_CASE(labels_as_numbers) {
    Tape tape;
    Array labels = make_array({2, 2});
    labels(0, 0) = 2;
    labels(1, 1) = 1;
    const Application applied = apply(tape, "one_hot", {}, {value(tape, labels, 3)});
    const Array found = numbers(applied.results[0]);
    BOOST_TEST(to_string(shape_of(found)) == "(2, 2, 3)");
    for (Index example = 0; example < 2; ++example) {
        for (Index step = 0; step < 2; ++step) {
            for (Index i = 0; i < 3; ++i) {
                BOOST_TEST(found(example, step, i) ==
                           (labels(example, step) == static_cast<double>(i) ? 1 : 0));
            }
        }
    }
    BOOST_TEST(refusal("one_hot", {}, {type_of({3})}) != "");
}

BOOST_AUTO_TEST_CASE(max_and_min_of_several_values) {
    Tape tape;
    const Array x = random({4, 3}, 1);
    const Array y = random({4}, 2);
    const Array found =
        numbers(apply(tape, "max", {}, {value(tape, x), value(tape, y), constant(tape, 0)}).results[0]);
    BOOST_TEST(to_string(shape_of(found)) == "(4, 3)");
    for (Index n = 0; n < 4; ++n) {
        BOOST_TEST(found(n, 1) == std::max({x(n, 1), y(n), 0.0}));
    }
    BOOST_TEST(numbers(apply(tape, "min", {}, {value(tape, x), value(tape, y)}).results[0])(3, 2) ==
               std::min(x(3, 2), y(3)));
}

BOOST_AUTO_TEST_CASE(batch_statistics) {
    Tape tape;
    const Array x = random({3, 2});
    const models::Value mean = apply(tape, "batch_mean", {}, {value(tape, x)}).results[0];
    const models::Value deviation = apply(tape, "batch_std", {}, {value(tape, x)}).results[0];
    BOOST_TEST(!mean.type.batched);
    const double centre = (x(0, 1) + x(1, 1) + x(2, 1)) / 3;
    double squares = 0;
    for (Index n = 0; n < 3; ++n) {
        squares += (x(n, 1) - centre) * (x(n, 1) - centre) / 3;
    }
    BOOST_TEST(numbers(mean)(1) == centre, close);
    BOOST_TEST(numbers(deviation)(1) == std::sqrt(squares), close);
}

BOOST_AUTO_TEST_CASE(bce_is_the_textbook_formula) {
    Tape tape;
    const Array p = column({0.2, 0.9});
    const Array t = column({0.7, 0.1});
    const Array found = numbers(apply(tape, "bce", {}, {value(tape, p), value(tape, t)}).results[0]);
    BOOST_TEST(found(0, 0) == -(0.7 * std::log(0.2) + 0.3 * std::log(0.8)), close);
    BOOST_TEST(found(1, 0) == -(0.1 * std::log(0.9) + 0.9 * std::log(0.1)), close);
    const Array one = numbers(apply(tape, "bce", {}, {value(tape, p), constant(tape, 1)}).results[0]);
    const Array zero = numbers(apply(tape, "bce", {}, {value(tape, p), constant(tape, 0)}).results[0]);
    BOOST_TEST(one(0, 0) == -std::log(0.2), close);
    BOOST_TEST(zero(0, 0) == -std::log(0.8), close);
}

BOOST_AUTO_TEST_CASE(bce_of_a_sigmoid_is_the_same_formula) {
    for (const bool rewritten : {true, false}) {
        Tape tape;
        tape.recording.set_rewrite("log-sigmoid", rewritten);
        const models::Value x = value(tape, column({-3, 0.5}));
        const models::Value p = apply(tape, "sigmoid", {}, {x}).results[0];
        const models::Value t = value(tape, column({0.7, 0.1}));
        const Var loss = apply(tape, "bce", {}, {p, t}).results[0].var;
        const auto formula = [](double logit, double target) {
            const double probability = 1 / (1 + std::exp(-logit));
            return -(target * std::log(probability) + (1 - target) * std::log(1 - probability));
        };
        BOOST_TEST(loss.value()(0, 0) == formula(-3, 0.7), close);
        BOOST_TEST(loss.value()(1, 0) == formula(0.5, 0.1), close);
        const Var slope = gradient(sum(loss), x.var);
        BOOST_TEST(slope.value()(0, 0) == 1 / (1 + std::exp(3)) - 0.7, close);
        BOOST_TEST(slope.value()(1, 0) == 1 / (1 + std::exp(-0.5)) - 0.1, close);
    }
}

BOOST_AUTO_TEST_CASE(bce_and_cross_entropy_stay_finite) {
    // Probabilities that round to 0 and 1 even in double, behind a reshape.
    Tape tape;
    const Array logits = column({-2000, 2000});
    models::Value p = apply(tape, "sigmoid", {}, {value(tape, logits)}).results[0];
    p = apply(tape, "reshape", {.lists = {{"sizes", {1, 1}}}}, {p}).results[0];
    const Array wrong = column({1, 0});
    const models::Value target =
        apply(tape, "reshape", {.lists = {{"sizes", {1, 1}}}}, {value(tape, wrong)}).results[0];
    const Array loss = numbers(apply(tape, "bce", {}, {p, target}).results[0]);
    BOOST_TEST(loss(0, 0, 0) == 2000, close);
    BOOST_TEST(loss(1, 0, 0) == 2000, close);
    BOOST_TEST(numbers(apply(tape, "bce", {}, {p, constant(tape, 0)}).results[0])(1, 0, 0) == 2000, close);

    Array scores = make_array({1, 3});
    scores(0, 0) = 3000;
    const models::Value probabilities = apply(tape, "softmax", {}, {value(tape, scores)}).results[0];
    const Array label = make_array({1}, 2);
    const models::Value entropy =
        apply(tape, "cross_entropy", {}, {probabilities, value(tape, label, 3)}).results[0];
    BOOST_TEST(numbers(entropy)(0) == 3000, close);
}

BOOST_AUTO_TEST_CASE(what_never_happens_and_is_not_foreseen_costs_nothing) {
    // bce(0, 0), bce(1, 1), and beside them two common ones.
    Tape tape;
    const Array numbers_p = column({0, 1, 0.25, 0.5});
    const Array numbers_t = column({0, 1, 0, 0.75});
    const models::Value p = value(tape, numbers_p);
    const models::Value t = value(tape, numbers_t);
    const Var loss = apply(tape, "bce", {}, {p, t}).results[0].var;
    BOOST_TEST(loss.value()(0, 0) == 0);
    BOOST_TEST(loss.value()(1, 0) == 0);
    BOOST_TEST(loss.value()(2, 0) == -std::log(0.75), close);
    BOOST_TEST(loss.value()(3, 0) == -0.75 * std::log(0.5) - 0.25 * std::log(0.5), close);
    const Var slope = gradient(sum(loss), p.var);
    const Var bend = gradient(sum(slope), p.var);
    for (Index row = 0; row < 4; ++row) {
        BOOST_TEST(std::isfinite(bend.value()(row, 0)));
        BOOST_TEST(std::isfinite(gradient(sum(loss), t.var).value()(row < 2 ? row : 0, 0)));
    }
    BOOST_TEST(slope.value()(0, 0) == 1, close);   // of -log(1 - p)
    BOOST_TEST(slope.value()(1, 0) == -1, close);  // of -log(p)
    BOOST_TEST(slope.value()(2, 0) == 4.0 / 3, close);
    BOOST_TEST(slope.value()(3, 0) == -0.75 / 0.5 + 0.25 / 0.5, close);
    // Where the target says what the prediction excludes there is no finite answer.
    const models::Value wrong = value(tape, column({1, 0, 1, 1}));
    BOOST_TEST(std::isinf(apply(tape, "bce", {}, {p, wrong}).results[0].var.value()(0, 0)));
    BOOST_TEST(std::isinf(apply(tape, "bce", {}, {p, wrong}).results[0].var.value()(1, 0)));

    Array sure = make_array({2, 3});
    sure(0, 1) = 1;
    sure(1, 0) = sure(1, 2) = 0.5;
    const models::Value q = value(tape, sure);
    const Var self = apply(tape, "cross_entropy", {}, {q, q}).results[0].var;
    BOOST_TEST(self.value()(0) == 0);
    BOOST_TEST(self.value()(1) == std::log(2), close);
    Array labels = make_array({2}, 1);
    labels(1) = 2;
    const Var of_labels = apply(tape, "cross_entropy", {}, {q, value(tape, labels, 3)}).results[0].var;
    BOOST_TEST(of_labels.value()(0) == 0);
    for (const Var each : {self, of_labels}) {
        const Var first = gradient(sum(each), q.var);
        const Var second = gradient(sum(first * first), q.var);
        for (Index row = 0; row < 2; ++row) {
            for (Index k = 0; k < 3; ++k) {
                BOOST_TEST(std::isfinite(first.value()(row, k)));
                BOOST_TEST(std::isfinite(second.value()(row, k)));
            }
        }
    }
    BOOST_TEST(gradient(sum(of_labels), q.var).value()(1, 2) == -2, close);
}

BOOST_AUTO_TEST_CASE(cross_entropy_of_symbols_and_of_probabilities) {
    Tape tape;
    const models::Value p = apply(tape, "softmax", {}, {value(tape, random({2, 3, 4}))}).results[0];
    Array symbols = make_array({2, 3});
    symbols(1, 2) = 3;
    const models::Value entropy = apply(tape, "cross_entropy", {}, {p, value(tape, symbols, 4)}).results[0];
    BOOST_TEST((entropy.type == type_of({3})));
    BOOST_TEST(numbers(entropy)(1, 2) == -std::log(p.var.value()(1, 2, 3)), close);
    BOOST_TEST(numbers(entropy)(0, 1) == -std::log(p.var.value()(0, 1, 0)), close);
    const models::Value self = apply(tape, "cross_entropy", {}, {p, p}).results[0];
    double expected = 0;
    for (Index k = 0; k < 4; ++k) {
        expected -= p.var.value()(1, 1, k) * std::log(p.var.value()(1, 1, k));
    }
    BOOST_TEST(numbers(self)(1, 1) == expected, close);
    BOOST_TEST(refusal("cross_entropy", {}, {type_of({3, 4}), type_of({3}, 5)}) != "");
    BOOST_TEST(refusal("cross_entropy", {}, {type_of({3, 4}), type_of({2}, 4)}) != "");
    BOOST_TEST(refusal("cross_entropy", {}, {type_of({4}), type_of({3})}) != "");
}

BOOST_AUTO_TEST_CASE(concat_joins) {
    Tape tape;
    const Array a = random({2, 3}, 1);
    const Array b = random({2}, 2);
    const Array joined =
        numbers(apply(tape, "concat", {}, {value(tape, a), value(tape, b), constant(tape, 7)}).results[0]);
    BOOST_TEST(to_string(shape_of(joined)) == "(2, 5)");
    BOOST_TEST(joined(1, 2) == a(1, 2));
    BOOST_TEST(joined(1, 3) == b(1));
    BOOST_TEST(joined(0, 4) == 7);
    // Pictures along their channels, in whichever layout they are held.
    const Array x = random({2, 3, 2, 4}, 3);
    const Array y = random({2, 1, 2, 4}, 4);
    const models::Value pictures =
        apply(tape, "concat", {}, {models::channels_last(value(tape, x)), value(tape, y)}).results[0];
    BOOST_TEST((pictures.type == type_of({4, 2, 4})));
    BOOST_TEST(numbers(pictures)(1, 3, 1, 2) == y(1, 0, 1, 2));
    BOOST_TEST(numbers(pictures)(1, 2, 1, 2) == x(1, 2, 1, 2));
    const Array wide = numbers(apply(tape, "concat", {.numbers = {{"axis", -1}}},
                                     {models::channels_last(value(tape, x)), value(tape, x)})
                                   .results[0]);
    BOOST_TEST(to_string(shape_of(wide)) == "(2, 3, 2, 8)");
    BOOST_TEST(wide(1, 2, 1, 7) == x(1, 2, 1, 3));
    BOOST_TEST(refusal("concat", {}, {type_of({3, 2, 4}), type_of({3, 3, 4})}) != "");
    BOOST_TEST(refusal("concat", {}, {type_of({3}), type_of({}, 10)}) != "");
}

BOOST_AUTO_TEST_CASE(indexing) {
    Tape tape;
    const Array x = random({2, 5, 3});
    BOOST_TEST(numbers(apply(tape, "index", {.numbers = {{"at", -1}}}, {value(tape, x)}).results[0])(1, 2) ==
               x(1, 4, 2));
    const Array part =
        numbers(apply(tape, "slice", {.numbers = {{"begin", 2}, {"end", -1}}}, {value(tape, x)}).results[0]);
    BOOST_TEST(to_string(shape_of(part)) == "(2, 2, 3)");
    BOOST_TEST(part(1, 1, 0) == x(1, 3, 0));
    const Array picture = random({2, 3, 4, 5});
    const models::Value last = models::channels_last(value(tape, picture));
    BOOST_TEST(numbers(apply(tape, "index", {.numbers = {{"at", 1}}}, {last}).results[0])(1, 3, 4) ==
               picture(1, 1, 3, 4));
    BOOST_TEST(refusal("index", {.numbers = {{"at", 5}}}, {type_of({5, 3})}) != "");
    BOOST_TEST(refusal("index", {.numbers = {{"at", 0}}}, {type_of({})}) != "");
    BOOST_TEST(refusal("slice", {.numbers = {{"begin", 3}, {"end", 3}}}, {type_of({5, 3})}) != "");
    BOOST_TEST(refusal("slice", {.numbers = {{"end", 6}}}, {type_of({5, 3})}) != "");
}

BOOST_AUTO_TEST_CASE(arithmetic_of_known_numbers_is_folded) {
    Tape tape;
    const models::Value three = apply(tape, "add", {}, {constant(tape, 1), constant(tape, 2)}).results[0];
    BOOST_TEST(three.number.value() == 3);
    BOOST_TEST(apply(tape, "negate", {}, {three}).results[0].number.value() == -3);
    BOOST_TEST(apply(tape, "power", {}, {three, constant(tape, 2)}).results[0].number.value() == 9);
    // A square is recorded as one, so that it has a gradient at 0 and below.
    const models::Value x = value(tape, column({-2, 0}));
    const models::Value squared = apply(tape, "power", {}, {x, constant(tape, 2)}).results[0];
    const Array slope = gradient(squared.var, x.var).value();
    BOOST_TEST(slope(0, 0) == -4);
    BOOST_TEST(slope(1, 0) == 0);
}

BOOST_AUTO_TEST_CASE(stop_gradient_stops) {
    Tape tape;
    const models::Value x = value(tape, column({2}));
    const models::Value stopped = apply(tape, "stop_gradient", {}, {x}).results[0];
    const models::Value product = apply(tape, "multiply", {}, {x, stopped}).results[0];
    BOOST_TEST(gradient(product.var, x.var).value()(0, 0) == 2);
}

BOOST_AUTO_TEST_CASE(sizes_are_known_before_the_run) {
    Tape tape;
    BOOST_TEST(apply(tape, "width", {}, {value(tape, random({2, 7, 3}))}).results[0].number.value() == 3);
    BOOST_TEST(apply(tape, "length", {}, {value(tape, random({2, 7, 3}))}).results[0].number.value() == 7);
    BOOST_TEST(apply(tape, "classes", {}, {value(tape, make_array({2, 7}), 86)}).results[0].number.value() ==
               86);
    BOOST_TEST(refusal("classes", {}, {type_of({7})}) != "");
}

BOOST_AUTO_TEST_CASE(gradients) {
    Array positive = random({2, 3});
    for (std::size_t i = 0; i < positive.size(); ++i) {
        positive.data()[i] = 0.5 + std::abs(positive.data()[i]);
    }
    for (const char* name : {"log", "exp", "sqrt", "sin", "cos", "sum", "mean", "norm", "batch_std"}) {
        check_gradients(name, {}, {positive});
    }
    check_gradients("max", {}, {random({2, 3}, 1), random({2}, 2)});
    check_gradients("mse", {}, {random({2, 3}, 1), random({2, 3}, 2)});
    check_gradients("power", {}, {positive, random({2, 3}, 2)});
    check_gradients("concat", {}, {random({2, 3}, 1), random({2}, 2)});
    check_gradients("slice", {.numbers = {{"begin", 1}}}, {random({2, 3, 2})});
}

BOOST_AUTO_TEST_SUITE_END()
