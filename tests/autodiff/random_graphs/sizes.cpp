#include "tests/autodiff/random_graphs/sizes.hpp"

#include <algorithm>
#include <cmath>

namespace gandsl_test {

using gandsl::Index;
using gandsl::Shape;

namespace {

// Sizes and counts of elements at which an algorithm, a cut, a tile or a pass begins to act:
//
//        3  columns of a product that is cut (blas.cpp)
//        8  numbers in a vector of doubles; axes of a transpose
//       16  lanes of a sum, numbers in a vector of floats, tiles of a transpose (kernels), examples of a
//       convolution by
//           batch rows, examples of one part of an LSTM, rows of a flat tile (blas.cpp), parts of a sum
//           (units.cpp)
//    20, 24  operands and nodes of a unit (units.hpp)
//       48  rows of a tile of a product (matmul.cpp, blas.cpp)
//       64  terms of a product that is tiled; columns of a panel (blas.cpp); side of a part (matmul.cpp);
//       counters that
//           are drawn together (random.cpp)
//      128  rows of products that are gathered; few rows and few terms (blas.cpp, matmul.cpp); rows of a part
//      of a
//           weight's gradient (columns.cpp)
//      256  terms from which on rows are cut into fewer parts (matmul.cpp)
//      320  terms of a panel (blas.cpp)
//      512  numbers of a block (elementwise.cpp); terms (matmul.cpp); a stride that clashes (blas.cpp)
//      960  terms of flat products (blas.cpp)
//     1024  columns of a tile of a product; random numbers of a part (operations/random.cpp)
//     8192  numbers of a part (elementwise.hpp), of a slice of a sum (sums.cpp)
//    16384  elements from which on copies, transposes, indexing, unfolding and reductions are cut
//    32768  multiplications of a product that is cut (blas.cpp)
//    65536  elements of a product that is tiled, of a weight that products are gathered by (matmul.cpp)
//   262144  elements of a small result (blas.cpp)
//   524288  elements of two megabytes of floats: huge pages (memory.cpp), blocks of columns (columns.cpp);
//   10^6
//           multiplications cut a product, 5 10^5 and 10^6 elements a convolution's columns and tiles
constexpr Index thresholds[] = {3,   8,   16,   20,   24,    48,    64,    128,    256,   320,
                                512, 960, 1024, 8192, 16384, 32768, 65536, 262144, 524288};

}  // namespace

Index draw_size(Dice& dice, Index limit) {
    if (limit < 3 || dice.chance(0.1)) {
        return 1 + static_cast<Index>(dice.below(static_cast<std::size_t>(std::clamp<Index>(limit, 1, 3))));
    }
    if (dice.chance(0.3)) {
        return static_cast<Index>(std::exp(dice.unit() * std::log(static_cast<double>(limit))));
    }
    const auto known = static_cast<std::size_t>(
        std::upper_bound(std::begin(thresholds), std::end(thresholds), limit) - std::begin(thresholds));
    const Index size =
        thresholds[dice.below(known)] + (dice.chance(0.5) ? 0 : static_cast<Index>(dice.below(3)) - 1);
    return std::clamp<Index>(size, 1, limit);
}

Shape draw_shape(Dice& dice, std::size_t rank, Index limit) {
    Shape shape(rank, 1);
    Index left = limit;
    const std::size_t first = rank == 0 ? 0 : dice.below(rank);
    for (std::size_t step = 0; step < rank; ++step) {
        Index& size = shape[(first + step) % rank];
        // The last one to be drawn takes what is left, or nearly.
        size = step + 1 == rank && left > 64 && dice.chance(0.5) ? left - static_cast<Index>(dice.below(4))
                                                                 : draw_size(dice, left);
        left /= size;
    }
    return shape;
}

Index draw_element_limit(Dice& dice) {
    const double kind = dice.unit();
    return kind < 0.45 ? 48 : kind < 0.7 ? 1500 : kind < 0.88 ? 20000 : kind < 0.99 ? 90000 : 600000;
}

}  // namespace gandsl_test
