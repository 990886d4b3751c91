#pragma once

#include <span>

#include "autodiff/kernels/costs.hpp"
#include "autodiff/operations/geometry.hpp"
#include "autodiff/threads.hpp"

/// A convolution relates an input, a weight and an output (all with channels last): given two of them, an
/// algorithm computes the third. What is computed in which order depends on sizes alone.
namespace gandsl {
inline namespace GANDSL_PRECISION {

enum class Product {
    forward,    ///< the output, from input and weight
    by_input,   ///< the input's gradient, from the output's and the weight
    by_weight,  ///< the weight's gradient, from input and the output's gradient
};

struct Convolution {
    Product product;
    ConvolutionSizes sizes;
    ConvolutionGeometry geometry;
};

struct ConvolutionAlgorithm {
    const char* name;
    const char* doc;
    bool (*handles)(const Convolution& job);
    /// What it counts, and how many of each a job has: `counts` has as many elements.
    std::span<const CostConstant> costs;
    void (*count)(const Convolution& job, std::span<double> counts);
    /// Elements of scratch memory.
    std::size_t (*workspace)(const Convolution& job, std::size_t threads);
    /// `first` and `second` are the two given, in the order of Product's comments.
    void (*run)(const Convolution& job, Real* result, const Real* first, const Real* second,
                std::span<Real> workspace, ThreadPool& pool);
};

/// Every algorithm; the first is exact (a plain sum of products), handles everything and is the others'
/// reference.
std::span<const ConvolutionAlgorithm* const> convolution_algorithms();

/// An estimate of the time on one thread, in nanoseconds: the sum of counts times constants.
double estimated_cost(const ConvolutionAlgorithm& algorithm, const Convolution& job);

/// The algorithm with the least estimated cost; the first one if `exact`.
const ConvolutionAlgorithm& choose_algorithm(const Convolution& job, bool exact);

/// Multiplications and additions of a plain sum of products.
double convolution_flops(const ConvolutionSizes& sizes);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
