#include "autodiff/kernels/transpose.hpp"

#include <algorithm>

#include "autodiff/kernels/clones.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr Index tile = 16;

GANDSL_CLONES void transpose_tile(Real* __restrict out, Index out_stride, const Real* __restrict in,
                                  Index in_stride) {
    Real block[tile * tile];
    for (Index row = 0; row < tile; ++row) {
        for (Index column = 0; column < tile; ++column) {
            block[row * tile + column] = in[row * in_stride + column];
        }
    }
    for (Index column = 0; column < tile; ++column) {
        for (Index row = 0; row < tile; ++row) {
            out[column * out_stride + row] = block[row * tile + column];
        }
    }
}

GANDSL_CLONES void transpose_edge(Real* __restrict out, Index out_stride, const Real* __restrict in,
                                  Index in_stride, Index rows, Index columns) {
    for (Index column = 0; column < columns; ++column) {
        for (Index row = 0; row < rows; ++row) {
            out[column * out_stride + row] = in[row * in_stride + column];
        }
    }
}

}  // namespace

void transpose_matrix(Real* out, Index out_stride, const Real* in, Index in_stride, Index rows,
                      Index columns) {
    for (Index row = 0; row < rows; row += tile) {
        const Index tile_rows = std::min(tile, rows - row);
        for (Index column = 0; column < columns; column += tile) {
            const Index tile_columns = std::min(tile, columns - column);
            Real* const to = out + column * out_stride + row;
            const Real* const from = in + row * in_stride + column;
            if (tile_rows == tile && tile_columns == tile) {
                transpose_tile(to, out_stride, from, in_stride);
            } else {
                transpose_edge(to, out_stride, from, in_stride, tile_rows, tile_columns);
            }
        }
    }
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
