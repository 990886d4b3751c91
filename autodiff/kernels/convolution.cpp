#include "autodiff/kernels/convolution.hpp"

#include <array>

namespace gandsl {
inline namespace GANDSL_PRECISION {

extern const ConvolutionAlgorithm columns_algorithm;
extern const ConvolutionAlgorithm batch_rows_algorithm;
extern const ConvolutionAlgorithm winograd_algorithm;

namespace {

const std::array<const ConvolutionAlgorithm*, 3> table{&columns_algorithm, &batch_rows_algorithm,
                                                       &winograd_algorithm};

}  // namespace

std::span<const ConvolutionAlgorithm* const> convolution_algorithms() {
    return table;
}

double estimated_cost(const ConvolutionAlgorithm& algorithm, const Convolution& job) {
    std::array<double, 8> counts{};
    algorithm.count(job, counts);
    return cost_of(algorithm.costs, counts);
}

const ConvolutionAlgorithm& choose_algorithm(const Convolution& job, bool exact) {
    // In double it is accuracy that counts.
    if (exact || sizeof(Real) > sizeof(float)) {
        return *table[0];
    }
    const ConvolutionAlgorithm* best = table[0];
    double lowest = estimated_cost(*best, job);
    for (const ConvolutionAlgorithm* algorithm : table) {
        if (algorithm->handles(job)) {
            const double cost = estimated_cost(*algorithm, job);
            if (cost < lowest) {
                lowest = cost;
                best = algorithm;
            }
        }
    }
    return *best;
}

double convolution_flops(const ConvolutionSizes& sizes) {
    double flops = 2;
    for (const Index factor : {sizes.examples, sizes.out[0], sizes.out[1], sizes.kernel[0], sizes.kernel[1],
                               sizes.in_channels, sizes.out_channels}) {
        flops *= static_cast<double>(factor);
    }
    return flops;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
