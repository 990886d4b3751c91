#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>

#include "autodiff/gradient.hpp"
#include "autodiff/operations.hpp"
#include "models/layouts.hpp"
#include "tests/models/apply.hpp"

BOOST_AUTO_TEST_SUITE(norms)

using namespace gandsl;
using namespace gandsl::test;

namespace {

struct Moments {
    double mean = 0;
    double variance = 0;
};

/// Over the elements of a (n, c, h, w) array that share the key of (n, c).
Moments moments(const Array& x, const std::function<bool(Index n, Index c)>& counts) {
    const Shape shape = shape_of(x);
    double total = 0, squares = 0, count = 0;
    for (Index n = 0; n < shape[0]; ++n) {
        for (Index c = 0; c < shape[1]; ++c) {
            for (Index i = 0; counts(n, c) && i < shape[2]; ++i) {
                for (Index j = 0; j < shape[3]; ++j) {
                    total += x(n, c, i, j);
                    squares += x(n, c, i, j) * x(n, c, i, j);
                    count += 1;
                }
            }
        }
    }
    const double mean = total / count;
    return {mean, squares / count - mean * mean};
}

/// What normalising over groups of (n, c) gives.
Array normalized(const Array& x, const std::function<bool(Index n, Index c, Index m, Index d)>& together,
                 const Array* scale = nullptr, const Array* shift = nullptr) {
    const Shape shape = shape_of(x);
    Array y = make_array(shape);
    for (Index n = 0; n < shape[0]; ++n) {
        for (Index c = 0; c < shape[1]; ++c) {
            const Moments of = moments(x, [&](Index m, Index d) { return together(n, c, m, d); });
            for (Index i = 0; i < shape[2]; ++i) {
                for (Index j = 0; j < shape[3]; ++j) {
                    y(n, c, i, j) = (x(n, c, i, j) - of.mean) / std::sqrt(of.variance + 1e-5);
                    if (scale != nullptr) {
                        y(n, c, i, j) = y(n, c, i, j) * (*scale)(c) + (*shift)(c);
                    }
                }
            }
        }
    }
    return y;
}

}  // namespace

BOOST_AUTO_TEST_CASE(batch_norm_of_pictures) {
    Tape tape;
    const Array x = random({4, 3, 2, 5});
    const Var scale = tape.constant(random({3}, 2));
    const Var shift = tape.constant(random({3}, 3));
    const Array running_mean = random({3}, 4);
    const Array running_variance = make_array({3}, 2.5);
    const std::vector<Var> weights = {scale, shift, tape.constant(running_mean),
                                      tape.constant(running_variance)};
    const Application trained = apply(tape, "batch_norm", {}, {value(tape, x)}, models::Mode::train, weights);
    require_close(numbers(trained.results[0]), normalized(
                                                   x, [](Index, Index c, Index, Index d) { return c == d; },
                                                   &scale.value(), &shift.value()));
    // The running variance moves towards the unbiased estimate.
    BOOST_REQUIRE_EQUAL(trained.updates.size(), 2u);
    BOOST_TEST(trained.updates[0].first == 2u);
    BOOST_TEST(trained.updates[1].first == 3u);
    for (Index c = 0; c < 3; ++c) {
        const Moments of = moments(x, [&](Index, Index d) { return c == d; });
        BOOST_TEST(trained.updates[0].second.value()(c) == 0.9 * running_mean(c) + 0.1 * of.mean,
                   boost::test_tools::tolerance(1e-9));
        BOOST_TEST(trained.updates[1].second.value()(c) == 0.9 * 2.5 + 0.1 * of.variance * 40 / 39,
                   boost::test_tools::tolerance(1e-9));
    }
    // Evaluation reads them and moves nothing.
    const Application evaluated =
        apply(tape, "batch_norm", {}, {value(tape, x)}, models::Mode::evaluate, weights);
    BOOST_TEST(evaluated.updates.empty());
    BOOST_TEST(
        numbers(evaluated.results[0])(1, 2, 1, 3) ==
            (x(1, 2, 1, 3) - running_mean(2)) / std::sqrt(2.5 + 1e-5) * scale.value()(2) + shift.value()(2),
        boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(batch_norm_of_vectors) {
    Tape tape;
    const Array x = random({5, 3});
    Array pictures = make_array({5, 3, 1, 1});
    std::copy(x.data(), x.data() + x.size(), pictures.data());
    const Array found = numbers(apply(tape, "batch_norm", {}, {value(tape, x)}).results[0]);
    Array expected = make_array({5, 3});
    const Array as_pictures = normalized(pictures, [](Index, Index c, Index, Index d) { return c == d; });
    std::copy(as_pictures.data(), as_pictures.data() + x.size(), expected.data());
    require_close(found, expected);
}

BOOST_AUTO_TEST_CASE(norms_of_one_example) {
    Tape tape;
    const Array x = random({2, 4, 3, 2});
    const models::Value pictures = value(tape, x);
    require_close(numbers(apply(tape, "instance_norm", {}, {pictures}).results[0]),
                  normalized(x, [](Index n, Index c, Index m, Index d) { return n == m && c == d; }));
    require_close(numbers(apply(tape, "group_norm", {.numbers = {{"groups", 2}}}, {pictures}).results[0]),
                  normalized(x, [](Index n, Index c, Index m, Index d) { return n == m && c / 2 == d / 2; }));
    require_close(numbers(apply(tape, "layer_norm", {}, {pictures}).results[0]),
                  normalized(x, [](Index n, Index, Index m, Index) { return n == m; }));
    // A sequence (length x channels) is a picture one pixel wide.
    const auto as_sequence = [&](const Array& picture) {
        Array result = make_array({2, 6, 4});
        for (Index n = 0; n < 2; ++n) {
            for (Index i = 0; i < 6; ++i) {
                for (Index c = 0; c < 4; ++c) {
                    result(n, i, c) = picture(n, c, i / 2, i % 2);
                }
            }
        }
        return result;
    };
    const Array turned = as_sequence(x);
    require_close(
        numbers(apply(tape, "instance_norm", {}, {value(tape, turned)}).results[0]),
        as_sequence(normalized(x, [](Index n, Index c, Index m, Index d) { return n == m && c == d; })));
    require_close(
        numbers(apply(tape, "group_norm", {.numbers = {{"groups", 2}}}, {value(tape, turned)}).results[0]),
        as_sequence(
            normalized(x, [](Index n, Index c, Index m, Index d) { return n == m && c / 2 == d / 2; })));
    // Of layer_norm each vector by itself.
    const Array sequence = random({2, 3, 4});
    const Array found = numbers(apply(tape, "layer_norm", {}, {value(tape, sequence)}).results[0]);
    Array vectors = make_array({6, 4, 1, 1});
    std::copy(sequence.data(), sequence.data() + sequence.size(), vectors.data());
    const Array expected = normalized(vectors, [](Index n, Index, Index m, Index) { return n == m; });
    Array shaped = make_array({2, 3, 4});
    std::copy(expected.data(), expected.data() + expected.size(), shaped.data());
    require_close(found, shaped);
}

BOOST_AUTO_TEST_CASE(gradients) {
    check_gradients("batch_norm", {}, {random({4, 3})});
    check_gradients("batch_norm", {}, {random({3, 2, 2, 2})});
    check_gradients("batch_norm", {}, {random({3, 2, 2, 2})}, models::Mode::evaluate);
    check_gradients("layer_norm", {}, {random({2, 3, 4})});
    check_gradients("instance_norm", {.flags = {{"affine", true}}}, {random({2, 2, 3, 2})});
    check_gradients("group_norm", {.numbers = {{"groups", 2}}}, {random({2, 4, 2, 2})});
    check_gradients("instance_norm", {.flags = {{"affine", true}}}, {random({2, 3, 2})});
    check_gradients("group_norm", {.numbers = {{"groups", 2}}}, {random({2, 3, 4})});
}

BOOST_AUTO_TEST_CASE(what_does_not_fit) {
    BOOST_TEST(refusal("group_norm", {.numbers = {{"groups", 3}}}, {type_of({4, 2, 2})}) != "");
    BOOST_TEST(refusal("instance_norm", {}, {type_of({4})}) != "");
    BOOST_TEST(refusal("batch_norm", {}, {type_of({})}) != "");
    BOOST_TEST(refusal("layer_norm", {}, {type_of({4}, 10)}) != "");
}

BOOST_AUTO_TEST_CASE(spectral_norm_divides_by_the_largest_singular_value) {
    Tape tape;
    Array matrix = make_array({3, 2}, 0);  // with the singular values 5 and 2
    matrix(0, 0) = 2;
    matrix(2, 1) = -5;
    models::Value weight;
    weight.var = tape.constant(matrix);
    weight.type = type_of({3, 2}, 0, false);
    const Var start = tape.constant(make_array({2}, 1));
    const Application many =
        apply(tape, "spectral_norm", {.numbers = {{"iterations", 60}}, .texts = {{"layer", ""}}}, {weight},
              models::Mode::train, {start});
    BOOST_TEST(std::abs(many.results[0].var.value()(0, 0) - 0.4) < 1e-9);
    BOOST_TEST(std::abs(many.results[0].var.value()(2, 1) + 1) < 1e-9);

    // One iteration by hand: M (1, 1) = (2, 0, -5), and M^T of that is (4, 25).
    const Application one =
        apply(tape, "spectral_norm", {.texts = {{"layer", ""}}}, {weight}, models::Mode::train, {start});
    BOOST_REQUIRE_EQUAL(one.updates.size(), 1U);
    const Array kept = one.updates[0].second.value();
    const double length = std::hypot(4.0, 25.0);
    BOOST_TEST(std::abs(kept(0) - 4 / length) < 1e-9);
    BOOST_TEST(std::abs(kept(1) - 25 / length) < 1e-9);
    // Its estimate of the singular value: the length of M^T left.
    const double estimate = length / std::hypot(2.0, 5.0);
    BOOST_TEST(std::abs(one.results[0].var.value()(2, 1) + 5 / estimate) < 1e-9);

    // Evaluation goes on from the vector and keeps nothing.
    BOOST_TEST(
        apply(tape, "spectral_norm", {.texts = {{"layer", ""}}}, {weight}, models::Mode::evaluate, {start})
            .updates.empty());

    // Of sum(W / s * W), with s = 5 and ds/dW the outer product of the singular vectors.
    const Array slope = gradient(sum(many.results[0].var * tape.constant(matrix)), weight.var).value();
    BOOST_TEST(std::abs(slope(0, 0) - 2.0 / 5) < 1e-9);
    BOOST_TEST(std::abs(slope(2, 1) - (-5.0 / 5 + 29.0 / 25)) < 1e-9);
    BOOST_TEST(std::abs(slope(1, 0)) < 1e-9);
}

BOOST_AUTO_TEST_SUITE_END()
