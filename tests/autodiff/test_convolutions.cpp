#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "autodiff/kernels/convolution.hpp"
#include "tests/autodiff/suites.hpp"

/// The algorithms of convolution against the plain sum of products, over kernels, strides, paddings,
/// dilations and channels; each gives the same bits for every number of threads.
namespace gandsl_test {

using namespace gandsl;

namespace {

struct Case {
    const char* name;
    Index examples;
    Index size[2];
    Index kernel[2];
    Index stride[2];
    Index dilation[2];
    Index in, out;
};

const Case cases[] = {
    {"kernel_1", 16, {5, 6}, {1, 1}, {1, 1}, {1, 1}, 16, 32},
    {"kernel_1_stride_2", 17, {7, 6}, {1, 1}, {2, 2}, {1, 1}, 16, 16},
    {"kernel_2", 2, {9, 8}, {2, 2}, {1, 1}, {1, 1}, 16, 32},
    {"kernel_2_stride_2", 16, {9, 8}, {2, 2}, {2, 2}, {1, 1}, 16, 16},
    {"kernel_3", 3, {13, 11}, {3, 3}, {1, 1}, {1, 1}, 32, 16},
    {"kernel_3_stride_2", 3, {13, 16}, {3, 3}, {2, 2}, {1, 1}, 16, 48},
    {"kernel_3_stride_3", 18, {13, 11}, {3, 3}, {3, 3}, {1, 1}, 16, 16},
    {"kernel_3_dilation_2", 16, {13, 11}, {3, 3}, {1, 1}, {2, 2}, 16, 16},
    {"kernel_4", 2, {9, 10}, {4, 4}, {1, 1}, {1, 1}, 16, 16},
    {"kernel_4_stride_2", 4, {17, 14}, {4, 4}, {2, 2}, {1, 1}, 32, 16},
    {"kernel_4_stride_2_in_whole_tiles", 5, {16, 16}, {4, 4}, {2, 2}, {1, 1}, 32, 16},
    {"kernel_5_stride_2_in_whole_tiles", 3, {16, 32}, {5, 5}, {2, 2}, {1, 1}, 16, 32},
    {"kernel_5", 2, {7, 7}, {5, 5}, {1, 1}, {1, 1}, 16, 32},
    {"kernel_5_stride_2", 5, {14, 15}, {5, 5}, {2, 2}, {1, 1}, 16, 32},
    {"kernel_5_stride_2_of_a_batch", 40, {7, 6}, {5, 5}, {2, 2}, {1, 1}, 32, 16},
    {"kernel_5_on_a_small_picture", 2, {2, 1}, {5, 5}, {1, 1}, {1, 1}, 16, 16},
    {"kernel_6_stride_2", 2, {12, 11}, {6, 6}, {2, 2}, {1, 1}, 16, 16},
    {"kernel_7", 16, {9, 8}, {7, 7}, {1, 1}, {1, 1}, 16, 16},
    {"kernel_7_stride_2", 2, {11, 12}, {7, 7}, {2, 2}, {1, 1}, 16, 16},
    {"kernel_2_in_short_tiles", 21, {7, 3}, {2, 2}, {1, 1}, {1, 1}, 16, 32},
    {"kernel_3_in_short_tiles", 9, {15, 7}, {3, 3}, {1, 1}, {1, 1}, 16, 16},
    {"kernel_3_in_tiles_short_along_x", 18, {8, 11}, {3, 3}, {1, 1}, {1, 1}, 32, 16},
    {"kernel_4_stride_2_in_short_tiles", 19, {14, 22}, {4, 4}, {2, 2}, {1, 1}, 16, 32},
    {"kernel_5_in_tiles_short_along_y", 7, {11, 5}, {5, 5}, {1, 1}, {1, 1}, 16, 32},
    {"kernel_5_stride_2_in_short_tiles", 35, {14, 14}, {5, 5}, {2, 2}, {1, 1}, 32, 16},
    {"many_tiles_of_an_example", 2, {43, 39}, {3, 3}, {1, 1}, {1, 1}, 16, 16},
    {"one_example", 1, {13, 11}, {3, 3}, {1, 1}, {1, 1}, 16, 16},
    {"one_example_stride_2", 1, {14, 15}, {5, 5}, {2, 2}, {1, 1}, 32, 16},
    {"kernel_1_by_3", 16, {1, 20}, {1, 3}, {1, 1}, {1, 2}, 16, 16},
    {"odd_channels", 16, {9, 7}, {3, 3}, {1, 1}, {1, 1}, 5, 19},
    {"odd_channels_stride_2", 19, {9, 7}, {5, 5}, {2, 2}, {1, 1}, 3, 17},
    {"one_channel", 16, {12, 12}, {5, 5}, {2, 2}, {1, 1}, 1, 64},
    {"to_one_channel", 16, {12, 12}, {5, 5}, {2, 2}, {1, 1}, 64, 1},
    {"unequal_strides", 16, {9, 10}, {3, 3}, {1, 2}, {1, 1}, 16, 16},
    {"many_parts", 64, {14, 14}, {3, 3}, {1, 1}, {1, 1}, 64, 64},
};

// Root mean square of the errors, relative to that of the results: what the transforms cost in rounding, and
// nothing else. One wrong number among a hundred thousand is beyond it.
constexpr double tolerance(const ConvolutionAlgorithm& algorithm) {
    const double rounding = std::numeric_limits<Real>::epsilon();
    return algorithm.name[0] == 'w' ? 100 * rounding : 10 * rounding;
}

std::vector<Real> numbers(Index count, unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> uniform(-1, 1);
    std::vector<Real> values(static_cast<std::size_t>(count));
    for (Real& value : values) {
        value = static_cast<Real>(uniform(generator));
    }
    return values;
}

Convolution job_of(const Case& one, bool padded) {
    Convolution job{
        Product::forward,
        {one.examples, {one.size[0], one.size[1]}, {}, {one.kernel[0], one.kernel[1]}, one.in, one.out},
        same_geometry(one.size, one.kernel, one.stride, one.dilation)};
    if (!padded) {
        for (std::size_t axis = 0; axis < 2; ++axis) {
            job.geometry.pad_before[axis] = job.geometry.pad_after[axis] = 0;
        }
    }
    for (std::size_t axis = 0; axis < 2; ++axis) {
        job.sizes.out[axis] = output_size(job.geometry, axis, one.size[axis], one.kernel[axis], "test", one.name);
    }
    return job;
}

struct Operands {
    std::vector<Real> first, second;
    std::size_t results;
};

Operands operands_of(const Convolution& job) {
    const ConvolutionSizes& sizes = job.sizes;
    const Index inputs = sizes.examples * sizes.in[0] * sizes.in[1] * sizes.in_channels;
    const Index outputs = sizes.examples * sizes.out[0] * sizes.out[1] * sizes.out_channels;
    const Index weights = sizes.kernel[0] * sizes.kernel[1] * sizes.in_channels * sizes.out_channels;
    const bool by_input = job.product == Product::by_input;
    const bool by_weight = job.product == Product::by_weight;
    return {numbers(by_input ? outputs : inputs, 1), numbers(by_weight ? outputs : weights, 2),
            static_cast<std::size_t>(by_weight  ? weights
                                     : by_input ? inputs
                                                : outputs)};
}

// Which pixel of the input a tap of the kernel meets from a place of the output; beyond the sides in the
// padding.
Index met(const ConvolutionGeometry& geometry, std::size_t axis, Index place, Index tap) {
    return place * geometry.stride[axis] + tap * geometry.dilation[axis] - geometry.pad_before[axis];
}

// One product after the other, in a type that rounds less than any tested here.
std::vector<long double> plain_sum(const Convolution& job) {
    const ConvolutionSizes& sizes = job.sizes;
    const Operands operands = operands_of(job);
    std::vector<long double> result(operands.results);
    const auto add = [&](Index input, Index weight, Index output) {
        const auto product = [&](Index first, Index second) {
            return static_cast<long double>(operands.first[static_cast<std::size_t>(first)]) *
                   static_cast<long double>(operands.second[static_cast<std::size_t>(second)]);
        };
        switch (job.product) {
            case Product::forward:
                result[static_cast<std::size_t>(output)] += product(input, weight);
                break;
            case Product::by_input:
                result[static_cast<std::size_t>(input)] += product(output, weight);
                break;
            case Product::by_weight:
                result[static_cast<std::size_t>(weight)] += product(input, output);
                break;
        }
    };
    const auto channels = [&](Index input, Index tap, Index output) {
        for (Index in = 0; in < sizes.in_channels; ++in) {
            for (Index out = 0; out < sizes.out_channels; ++out) {
                add(input * sizes.in_channels + in, (tap * sizes.in_channels + in) * sizes.out_channels + out,
                    output * sizes.out_channels + out);
            }
        }
    };
    const auto each_tap = [&](Index example, Index y, Index x) {
        for (Index tap = 0; tap < sizes.kernel[0] * sizes.kernel[1]; ++tap) {
            const Index row = met(job.geometry, 0, y, tap / sizes.kernel[1]);
            const Index column = met(job.geometry, 1, x, tap % sizes.kernel[1]);
            if (row >= 0 && row < sizes.in[0] && column >= 0 && column < sizes.in[1]) {
                channels((example * sizes.in[0] + row) * sizes.in[1] + column, tap,
                         (example * sizes.out[0] + y) * sizes.out[1] + x);
            }
        }
    };
    for (Index example = 0; example < sizes.examples; ++example) {
        for (Index y = 0; y < sizes.out[0]; ++y) {
            for (Index x = 0; x < sizes.out[1]; ++x) {
                each_tap(example, y, x);
            }
        }
    }
    return result;
}

std::vector<Real> compute(const ConvolutionAlgorithm& algorithm, const Convolution& job,
                          std::size_t threads) {
    const Operands operands = operands_of(job);
    // What an algorithm does not write stays no number, and so does scratch memory that it reads unwritten.
    const Real nothing = std::numeric_limits<Real>::quiet_NaN();
    std::vector<Real> result(operands.results, nothing);
    std::vector<Real> scratch(algorithm.workspace(job, threads), nothing);
    ThreadPool pool(threads);
    algorithm.run(job, result.data(), operands.first.data(), operands.second.data(), scratch, pool);
    return result;
}

void check_product(const Convolution& job, std::size_t& compared) {
    const std::vector<long double> reference = plain_sum(job);
    long double squares = 0;
    for (const long double value : reference) {
        squares += value * value;
    }
    for (const ConvolutionAlgorithm* algorithm : convolution_algorithms()) {
        if (!algorithm->handles(job)) {
            continue;
        }
        ++compared;
        BOOST_TEST_CONTEXT(algorithm->name << ", product " << static_cast<int>(job.product)) {
            const std::vector<Real> one = compute(*algorithm, job, 1);
            long double errors = 0;
            for (std::size_t i = 0; i < one.size(); ++i) {
                const long double error = static_cast<long double>(one[i]) - reference[i];
                errors += error * error;
            }
            BOOST_TEST(std::sqrt(errors / squares) < tolerance(*algorithm));
            for (const std::size_t threads : {2U, 3U, 4U}) {
                const std::vector<Real> many = compute(*algorithm, job, threads);
                BOOST_TEST(std::memcmp(one.data(), many.data(), one.size() * sizeof(Real)) == 0,
                           threads << " threads give other bits");
            }
        }
    }
}

void check(const Case& one) {
    std::size_t compared = 0;
    for (const bool padded : {true, false}) {
        if (!padded && (one.size[0] < one.kernel[0] || one.size[1] < one.kernel[1])) {
            continue;
        }
        Convolution job = job_of(one, padded);
        for (const Product product : {Product::forward, Product::by_input, Product::by_weight}) {
            job.product = product;
            check_product(job, compared);
        }
    }
    BOOST_TEST(compared >= 3U);
}

const ConvolutionAlgorithm& named(const std::string& name) {
    for (const ConvolutionAlgorithm* algorithm : convolution_algorithms()) {
        if (algorithm->name == name) {
            return *algorithm;
        }
    }
    BOOST_FAIL("no algorithm is called " << name);
    return *convolution_algorithms()[0];
}

// The second convolution of a DCGAN's discriminator: what it is all for.
void check_choice() {
    Convolution job = job_of({"", 64, {14, 14}, {5, 5}, {2, 2}, {1, 1}, 64, 128}, true);
    for (const Product product : {Product::forward, Product::by_input, Product::by_weight}) {
        job.product = product;
        const char* const fast = sizeof(Real) == sizeof(float) ? "winograd" : "columns";
        BOOST_TEST(choose_algorithm(job, false).name == fast);
        BOOST_TEST(choose_algorithm(job, true).name == "columns");
    }
    BOOST_TEST(!named("winograd").handles(job_of({"", 1, {9, 9}, {3, 3}, {1, 1}, {1, 1}, 16, 17}, true)));
}

}  // namespace

void add_convolution_cases() {
    for (const Case& one : cases) {
        add_case("convolutions", one.name, [&one] { check(one); });
    }
    add_case("convolutions", "choice", check_choice);
}

}  // namespace gandsl_test
