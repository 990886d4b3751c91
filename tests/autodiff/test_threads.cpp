#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <thread>

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/suites.hpp"

/// The same bits for 1, 2, 3 and 4 threads, at sizes that are cut into parts.
namespace gandsl_test {

using namespace gandsl;

namespace {

using Outputs = std::vector<Var>;

Var normal(Tape& tape, Shape shape, std::uint32_t stream) {
    return random_normal(tape, std::move(shape), stream);
}

// Whole numbers from 0 to `count` - 1.
Var indices(Tape& tape, Shape shape, double count, std::uint32_t stream) {
    return floor(random_uniform(tape, std::move(shape), stream) * count);
}

Outputs with_gradients(Var value, std::initializer_list<Var> variables) {
    Outputs outputs{value};
    for (const Var& one : gradient(sum(square(value)), variables)) {
        outputs.push_back(one);
    }
    return outputs;
}

Outputs product(Tape& tape, Shape a, Shape b, bool transpose_a, bool transpose_b) {
    const Var left = normal(tape, std::move(a), 1);
    const Var right = normal(tape, std::move(b), 2);
    return with_gradients(matmul(left, right, transpose_a, transpose_b), {left, right});
}

Outputs convolved(Tape& tape, Shape x, Shape weight, Index stride) {
    const Var image = normal(tape, x, 1);
    const Var kernel = normal(tape, weight, 2);
    const ConvolutionGeometry geometry =
        same_geometry({x[1], x[2]}, {weight[0], weight[1]}, {stride, stride}, {1, 1});
    return with_gradients(convolution(image, kernel, geometry), {image, kernel});
}

struct ThreadCase {
    const char* name;
    Outputs (*build)(Tape& tape);
};

const ThreadCase thread_cases[] = {
    {"matmul",
     [](Tape& t) {
         return product(t, {130, 301}, {301, 517}, false, false);
     }},
    {"matmul_first_transposed",
     [](Tape& t) {
         return product(t, {301, 130}, {301, 517}, true, false);
     }},
    {"matmul_second_transposed",
     [](Tape& t) {
         return product(t, {530, 301}, {117, 301}, false, true);
     }},
    {"matmul_batched",
     [](Tape& t) {
         return product(t, {12, 65, 64}, {12, 64, 66}, false, false);
     }},
    {"matmul_one_column",
     [](Tape& t) {
         return product(t, {3000, 700}, {700, 1}, false, false);
     }},
    {"linear_algebra",
     [](Tape& t) {
         const Var x = normal(t, {9, 40, 40}, 1);
         const Var b = normal(t, {9, 40, 5}, 2);
         const Var l = cholesky(matmul(x, x, false, true));
         const auto [values, vectors] = eigen_symmetric(matmul(x, x, true, false));
         return with_gradients(solve(x, b) + solve_triangular(l, b, Triangle::lower) + matmul(vectors, b) +
                                   sum(values) + sum(log_determinant(x)),
                               {x, b});
     }},
    {"convolution",
     [](Tape& t) {
         return convolved(t, {9, 14, 14, 20}, {5, 5, 20, 40}, 2);
     }},
    {"convolution_one_channel",
     [](Tape& t) {
         return convolved(t, {16, 28, 28, 1}, {5, 5, 1, 32}, 2);
     }},
    {"convolution_to_few_channels",
     [](Tape& t) {
         return convolved(t, {4, 32, 32, 48}, {3, 3, 48, 3}, 1);
     }},
    {"convolution_strided_to_few",
     [](Tape& t) {
         return convolved(t, {4, 32, 32, 64}, {4, 4, 64, 1}, 2);
     }},
    {"convolution_pointwise",
     [](Tape& t) {
         return convolved(t, {8, 16, 16, 32}, {1, 1, 32, 48}, 1);
     }},
    {"unfold",
     [](Tape& t) {
         const Var x = normal(t, {7, 20, 21, 5}, 1);
         return with_gradients(unfold(x, {.stride = {2, 2}}, 3, 3), {x});
     }},
    {"sum_rows",
     [](Tape& t) {
         const Var x = normal(t, {700, 301}, 1);
         return with_gradients(sum(x, {1}), {x});
     }},
    {"sum_columns",
     [](Tape& t) {
         const Var x = normal(t, {700, 301}, 1);
         return with_gradients(sum(x, {0}), {x});
     }},
    {"sum_all",
     [](Tape& t) {
         const Var x = normal(t, {700, 301}, 1);
         return with_gradients(sum(x * x), {x});
     }},
    {"sum_outer_and_inner",
     [](Tape& t) {
         const Var x = normal(t, {60, 13, 300}, 1);
         return with_gradients(sum(x, {0, 2}), {x});
     }},
    {"mean_and_variance",
     [](Tape& t) {
         std::vector<Var> results;
         for (const std::vector<Index>& axes : {std::vector<Index>{0}, {2}, {0, 1}, {0, 2}, {1}, {}}) {
             const Var x = normal(t, {60, 13, 300}, 1);
             const auto [mean, variance] = mean_and_variance(x, axes);
             for (const Var& result : with_gradients(mean * variance, {x})) {
                 results.push_back(result);
             }
         }
         return results;
     }},
    {"max",
     [](Tape& t) {
         const Var x = normal(t, {700, 301}, 1);
         return with_gradients(max(x, {0}), {x});
     }},
    {"elementwise",
     [](Tape& t) {
         const Var x = normal(t, {500, 403}, 1);
         const Var bias = normal(t, {403}, 2);
         return with_gradients(tanh(x + bias) * sigmoid(x) + leaky_relu(x - bias, 0.2), {x, bias});
     }},
    {"batch_statistics",
     [](Tape& t) {
         const Var x = normal(t, {32, 14, 14, 24}, 1);
         const Var centred = x - mean(x, {0, 1, 2}, true);
         return with_gradients(centred / sqrt(mean(square(centred), {0, 1, 2}, true) + 1e-5), {x});
     }},
    {"softmax",
     [](Tape& t) {
         const Var x = normal(t, {900, 87}, 1);
         return with_gradients(softmax(x), {x});
     }},
    {"log_softmax",
     [](Tape& t) {
         const Var x = normal(t, {900, 87}, 1);
         return with_gradients(log_softmax(x), {x});
     }},
    {"gather_and_scatter",
     [](Tape& t) {
         const Var table = normal(t, {86, 200}, 1);
         return with_gradients(gather(table, indices(t, {32, 50}, 86, 2)), {table});
     }},
    {"pick",
     [](Tape& t) {
         const Var x = normal(t, {900, 87}, 1);
         return with_gradients(pick(x, indices(t, {900}, 87, 2)), {x});
     }},
    {"transpose",
     [](Tape& t) {
         const Var x = normal(t, {20, 15, 30, 33}, 1);
         return with_gradients(transpose(x, {0, 2, 3, 1}) * 2.0, {x});
     }},
    {"moves",
     [](Tape& t) {
         const Var x = normal(t, {300, 40, 20}, 1);
         const Var y = concatenate({slice(x, 1, 3, 37), pad(slice(x, 2, 0, 20, 2), 2, 1, 0, 2)}, 1);
         return with_gradients(y, {x});
     }},
    {"random",
     [](Tape& t) {
         return Outputs{random_uniform(t, {100001}, 1), normal(t, {100001}, 2)};
     }},
};

std::vector<std::vector<Real>> run(const ThreadCase& one, std::size_t threads) {
    Tape tape(Evaluation::planned, 5);
    const Outputs outputs = one.build(tape);
    PlanOptions options;
    options.pool = std::make_shared<ThreadPool>(threads);
    Plan plan(outputs, {}, options);
    plan.run(3);
    std::vector<std::vector<Real>> values;
    for (const Var& output : outputs) {
        const std::span<const Real> value = plan.read(output);
        values.emplace_back(value.begin(), value.end());
    }
    return values;
}

void check_threads(const ThreadCase& one) {
    const auto expected = run(one, 1);
    for (const std::size_t threads : {2U, 3U, 4U}) {
        const auto found = run(one, threads);
        for (std::size_t i = 0; i < expected.size(); ++i) {
            BOOST_TEST_REQUIRE(found[i].size() == expected[i].size());
            BOOST_TEST(
                std::memcmp(found[i].data(), expected[i].data(), expected[i].size() * sizeof(Real)) == 0,
                "output " << i << " differs at " << threads << " threads");
        }
    }
}

// Every part waits for all the others to begin, so that no thread can take a second one.
void check_shares() {
    for (const std::size_t threads : {1U, 2U, 3U, 4U}) {
        ThreadPool pool(threads);
        for (int loop = 0; loop < 50; ++loop) {
            std::vector<std::size_t> workers(threads, threads);
            std::atomic<std::size_t> begun{0};
            pool.parallel(threads, [&](std::size_t part, std::size_t worker) {
                workers[part] = worker;
                ++begun;
                while (begun.load() < threads) {
                    std::this_thread::yield();
                }
            });
            for (std::size_t part = 0; part < threads; ++part) {
                BOOST_TEST(workers[part] == part);
            }
        }
    }
}

void check_every_part_once() {
    for (const std::size_t threads : {1U, 2U, 3U, 4U}) {
        ThreadPool pool(threads);
        for (const std::size_t parts : {0U, 1U, 2U, 3U, 5U, 8U, 1000U}) {
            for (int loop = 0; loop < 200; ++loop) {
                std::vector<std::atomic<int>> calls(parts);
                pool.parallel(parts, [&](std::size_t part, std::size_t) { ++calls[part]; });
                BOOST_TEST(
                    std::all_of(calls.begin(), calls.end(), [](const auto& call) { return call == 1; }),
                    parts << " parts, " << threads << " threads");
            }
        }
        const auto fail = [](std::size_t part, std::size_t) {
            if (part == 3) {
                throw Error(ErrorCode::internal, "part 3");
            }
        };
        BOOST_CHECK_THROW(pool.parallel(5, fail), Error);
        pool.parallel(5, [](std::size_t, std::size_t) {});
    }
}

}  // namespace

void add_thread_cases() {
    add_case("threads", "own_share_first", check_shares);
    add_case("threads", "every_part_once", check_every_part_once);
    for (const ThreadCase& one : thread_cases) {
        add_case("threads", one.name, [&one] { check_threads(one); });
    }
}

}  // namespace gandsl_test
