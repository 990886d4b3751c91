#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <vector>

#include "autodiff/kernels/convolution.hpp"

/// Times every algorithm of convolution on shapes as the zoo has them and fits the constants of
/// autodiff/kernels/costs.hpp to the times, on one thread. Prints both, and how often the estimate of each
/// finds the fastest algorithm.
namespace {

using namespace gandsl;

struct Timed {
    std::vector<double> counts;
    double nanoseconds = 0;
    std::size_t job = 0;
};

Convolution job_of(Product product, Index size, Index in, Index out, Index kernel, Index stride) {
    const Index padding = (kernel - 1) / 2;
    Convolution job{product, {}, {}};
    job.geometry.stride[0] = job.geometry.stride[1] = stride;
    for (std::size_t axis : {0U, 1U}) {
        job.geometry.dilation[axis] = 1;
        job.geometry.pad_before[axis] = padding;
        job.geometry.pad_after[axis] = kernel - 1 - padding;
        job.sizes.in[axis] = size;
        job.sizes.kernel[axis] = kernel;
        job.sizes.out[axis] = (size - 1) / stride + 1;
    }
    job.sizes.examples = 64;
    job.sizes.in_channels = in;
    job.sizes.out_channels = out;
    return job;
}

/// Pictures of 28 x 28 and 32 x 32 with 1 and 3 channels, halved layer by layer while the channels double, as
/// the convolutional models of models/ have them.
std::vector<Convolution> jobs() {
    struct Layer {
        Index size, in, out;
    };
    std::vector<Convolution> result;
    for (const Layer& layer : {Layer{28, 1, 32},
                               {28, 1, 64},
                               {32, 3, 64},
                               {14, 32, 64},
                               {14, 64, 128},
                               {16, 64, 128},
                               {8, 128, 256},
                               {7, 64, 128},
                               {7, 128, 128},
                               {4, 256, 512}}) {
        for (const Index kernel : {3, 4, 5}) {
            for (const Index stride : {1, 2}) {
                for (const Product product : {Product::forward, Product::by_input, Product::by_weight}) {
                    result.push_back(job_of(product, layer.size, layer.in, layer.out, kernel, stride));
                }
            }
        }
    }
    return result;
}

std::size_t image_size(const Convolution& job, const Index (&size)[2], Index channels) {
    return static_cast<std::size_t>(job.sizes.examples * size[0] * size[1] * channels);
}

/// The shortest of several runs; longer ones were disturbed.
double time_of(const ConvolutionAlgorithm& algorithm, const Convolution& job, ThreadPool& pool) {
    const std::size_t in = image_size(job, job.sizes.in, job.sizes.in_channels);
    const std::size_t out = image_size(job, job.sizes.out, job.sizes.out_channels);
    const std::size_t weight = static_cast<std::size_t>(job.sizes.kernel[0] * job.sizes.kernel[1] *
                                                        job.sizes.in_channels * job.sizes.out_channels);
    const std::size_t first = job.product == Product::by_input ? out : in;
    const std::size_t second = job.product == Product::by_weight ? out : weight;
    const std::size_t result = job.product == Product::forward    ? out
                               : job.product == Product::by_input ? in
                                                                  : weight;
    const std::vector<Real> a(first, Real(0.5));
    const std::vector<Real> b(second, Real(0.25));
    std::vector<Real> c(result);
    std::vector<Real> workspace(algorithm.workspace(job, 1));
    double best = 0;
    double total = 0;
    for (int run = 0; run < 3 || (run < 20 && total < 2e7); ++run) {
        const auto begin = std::chrono::steady_clock::now();
        algorithm.run(job, c.data(), a.data(), b.data(), workspace, pool);
        const double took =
            std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
        best = run == 0 ? took : std::min(best, took);
        total += took;
    }
    return best;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        sum += a[i] * b[i];
    }
    return sum;
}

/// The constants, none below zero, with the least sum of squared relative errors: coordinate by coordinate,
/// which reaches the minimum, as the sum is convex.
std::vector<double> fit(const std::vector<Timed>& times, std::vector<double> constants) {
    for (int round = 0; round < 20000; ++round) {
        for (std::size_t i = 0; i < constants.size(); ++i) {
            double slope = 0;
            double curvature = 0;
            for (const Timed& one : times) {
                const double share = one.counts[i] / one.nanoseconds;
                slope += share * (dot(one.counts, constants) / one.nanoseconds - 1);
                curvature += share * share;
            }
            if (curvature > 0) {
                constants[i] = std::max(0.0, constants[i] - slope / curvature);
            }
        }
    }
    return constants;
}

double median_error(const std::vector<Timed>& times, const std::vector<double>& constants) {
    std::vector<double> errors;
    for (const Timed& one : times) {
        errors.push_back(std::abs(dot(one.counts, constants) / one.nanoseconds - 1));
    }
    std::nth_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2),
                     errors.end());
    return errors[errors.size() / 2];
}

/// How many jobs take the algorithm that is fastest, or within 5 % of it, if estimates decide.
std::size_t well_chosen(const std::vector<std::vector<Timed>>& times,
                        const std::vector<std::vector<double>>& constants, std::size_t jobs) {
    std::vector<double> fastest(jobs, HUGE_VAL);
    std::vector<double> least(jobs, HUGE_VAL);
    std::vector<double> chosen(jobs, HUGE_VAL);
    for (std::size_t i = 0; i < times.size(); ++i) {
        for (const Timed& one : times[i]) {
            fastest[one.job] = std::min(fastest[one.job], one.nanoseconds);
            const double estimate = dot(one.counts, constants[i]);
            if (estimate < least[one.job]) {
                least[one.job] = estimate;
                chosen[one.job] = one.nanoseconds;
            }
        }
    }
    std::size_t count = 0;
    for (std::size_t job = 0; job < jobs; ++job) {
        count += chosen[job] <= 1.05 * fastest[job] ? 1 : 0;
    }
    return count;
}

}  // namespace

int main() {
    ThreadPool pool(1);
    const std::vector<Convolution> all = jobs();
    const auto algorithms = convolution_algorithms();
    std::vector<std::vector<Timed>> times(algorithms.size());
    std::vector<std::vector<double>> now;
    std::vector<std::vector<double>> fitted;
    for (std::size_t i = 0; i < algorithms.size(); ++i) {
        const ConvolutionAlgorithm& algorithm = *algorithms[i];
        for (std::size_t job = 0; job < all.size(); ++job) {
            if (algorithm.handles(all[job])) {
                Timed one{std::vector<double>(algorithm.costs.size()), time_of(algorithm, all[job], pool),
                          job};
                algorithm.count(all[job], one.counts);
                times[i].push_back(std::move(one));
            }
        }
        now.emplace_back();
        for (const CostConstant& constant : algorithm.costs) {
            now.back().push_back(constant.nanoseconds);
        }
        fitted.push_back(fit(times[i], now.back()));
        fmt::print("{}: {} shapes, median error {:.0f} % as it is, {:.0f} % fitted; nanoseconds for each\n",
                   algorithm.name, times[i].size(), 100 * median_error(times[i], now[i]),
                   100 * median_error(times[i], fitted[i]));
        for (std::size_t k = 0; k < algorithm.costs.size(); ++k) {
            fmt::print("    {:<52} {:>9.4g}    fitted {:>9.4g}\n", algorithm.costs[k].counted, now[i][k],
                       fitted[i][k]);
        }
    }
    fmt::print(
        "the fastest algorithm, or one within 5 %, is chosen for {} of {} products; with what is fitted for "
        "{}\n",
        well_chosen(times, now, all.size()), all.size(), well_chosen(times, fitted, all.size()));
}
