#pragma once

#include <array>
#include <span>

#include "autodiff/kernels/costs.hpp"
#include "autodiff/kernels/partition.hpp"
#include "autodiff/kernels/patches.hpp"
#include "autodiff/threads.hpp"

/// The three products between an image, its columns of patches and a weight matrix (width of the columns x
/// channels of the anchors). Columns are made in blocks that stay in the cache; 1 x 1 kernels need none. What
/// is computed in which order depends on sizes alone.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// anchors (rows x channels) = columns(source) weight
void gather_product(Real* anchors, Index channels, const Real* source, const Real* weight,
                    const Patches& patches, std::span<Real> scratch, ThreadPool& pool);
std::size_t gather_scratch(const Patches& patches, Index channels, std::size_t threads);

/// source = fold(anchors weight^T): the adjoint of gather_product by its source
void scatter_product(Real* source, const Real* anchors, Index channels, const Real* weight,
                     const Patches& patches, std::span<Real> scratch, ThreadPool& pool);
std::size_t scatter_scratch(const Patches& patches, Index channels, std::size_t threads);

/// weight = columns(source)^T anchors: the adjoint of gather_product by its weight
void weight_product(Real* weight, const Real* source, const Real* anchors, Index channels,
                    const Patches& patches, std::span<Real> scratch, ThreadPool& pool);
std::size_t weight_scratch(const Patches& patches, Index channels, std::size_t threads);

/// What one of these products counts, for each of columns_costs; a weight is not reversed here.
std::array<double, columns_costs.size()> product_counts(const Patches& patches, Index channels,
                                                        bool scatters);

/// A weight (kernel height, kernel width, a, b) as (kernel height, kernel width, b, a), its taps in reverse.
void reverse_weight(Real* out, const Real* weight, Index taps, Index a, Index b, ThreadPool& pool);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
