#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "autodiff/blas.hpp"
#include "autodiff/error.hpp"
#include "autodiff/kernels/copy.hpp"
#include "autodiff/kernels/partition.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/records.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

struct Sizes {
    Index batch = 1, rows = 0, columns = 0, inner = 0;
    bool transpose_a = false, transpose_b = false;
    bool leading = false;  ///< axes before the matrices'

    double flops_each() const {
        return 2 * static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(inner);
    }
};

[[noreturn]] void refuse(const Shape& a, const Shape& b, bool transpose_a, bool transpose_b,
                         const char* expected) {
    throw Error(ErrorCode::shape, "[matmul] first operand " + to_string(a) +
                                      (transpose_a ? " transposed" : "") + ", second " + to_string(b) +
                                      (transpose_b ? " transposed" : "") + ": " + expected);
}

Sizes sizes_of(const Attributes& attributes, const Shape& a, const Shape& b) {
    Sizes sizes;
    sizes.transpose_a = attributes.integers[0] != 0;
    sizes.transpose_b = attributes.integers[1] != 0;
    const std::size_t rank = a.size();
    if (rank < 2 || b.size() != rank) {
        refuse(a, b, sizes.transpose_a, sizes.transpose_b,
               "expected two matrices, or as many leading axes on both");
    }
    sizes.leading = rank > 2;
    for (std::size_t axis = 0; axis + 2 < rank; ++axis) {
        if (a[axis] != b[axis]) {
            refuse(a, b, sizes.transpose_a, sizes.transpose_b, "the leading axes must be equal");
        }
        sizes.batch *= a[axis];
    }
    sizes.rows = a[sizes.transpose_a ? rank - 1 : rank - 2];
    sizes.inner = a[sizes.transpose_a ? rank - 2 : rank - 1];
    sizes.columns = b[sizes.transpose_b ? rank - 2 : rank - 1];
    if (sizes.inner != b[sizes.transpose_b ? rank - 1 : rank - 2]) {
        refuse(a, b, sizes.transpose_a, sizes.transpose_b,
               "the first operand's columns must be as many as the second's rows");
    }
    return sizes;
}

Shape shape_of_matmul(const Attributes& attributes, std::span<const Shape> inputs) {
    const Sizes sizes = sizes_of(attributes, inputs[0], inputs[1]);
    Shape result = inputs[0];
    result[result.size() - 2] = sizes.rows;
    result[result.size() - 1] = sizes.columns;
    element_count(result);                                    // throws where there are too many to be counted
    constexpr Index limit = std::numeric_limits<int>::max();  // BLAS counts in these
    if (std::max({sizes.rows, sizes.columns, sizes.inner}) > limit) {
        refuse(inputs[0], inputs[1], sizes.transpose_a, sizes.transpose_b,
               "BLAS multiplies matrices of at most 2147483647 rows and columns");
    }
    return result;
}

// How one product is cut: into panels of rows and of columns, with tiles as square as they get, as each part
// copies its share of both operands into BLAS's own order; few and large ones where it copies much.
struct Grid {
    Partition rows, columns;
};

Grid grid_of(const Sizes& sizes, Index most) {
    constexpr double min_flops = 1e6;
    constexpr Index few_rows = 128;
    const Index min_side = sizes.inner < 512 ? 64 : 128;
    most = sizes.rows > few_rows && sizes.inner >= 256 ? (most + 1) / 2 : most;
    Index row_parts = 1;
    Index column_parts = 1;
    double flops = sizes.flops_each();
    while (flops >= 2 * min_flops && row_parts * column_parts * 2 <= most) {
        const Index height = sizes.rows / row_parts;
        const Index width = sizes.columns / column_parts;
        // Two threads at least have work, whatever copying that costs.
        const Index least = row_parts * column_parts == 1 ? 64 : min_side;
        if (std::max(height, width) < 2 * least) {
            break;
        }
        (height >= width ? row_parts : column_parts) *= 2;
        flops /= 2;
    }
    const auto cut = [](Index count, Index parts) {
        const Index grain = (count + parts - 1) / parts;
        return Partition{count, std::max(Index{16}, (grain + 15) / 16 * 16)};
    };
    return {cut(sizes.rows, row_parts), cut(sizes.columns, column_parts)};
}

// A sum of few outer products is soon computed and long to write: in wide tiles, for readers that need it no
// longer than the cache holds it.
std::optional<Tile> tiles_of(const Sizes& sizes) {
    constexpr Index max_inner = 64;
    constexpr Index min_size = 1 << 16;
    if (sizes.leading || !sizes.transpose_a || sizes.transpose_b || sizes.inner > max_inner ||
        sizes.inner == 0 || sizes.rows * sizes.columns < min_size) {
        return std::nullopt;
    }
    return Tile{0, 0, 48, 1024};
}

std::optional<Tile> tiles(const Attributes& attributes, std::span<const Shape> inputs) {
    return tiles_of(sizes_of(attributes, inputs[0], inputs[1]));
}

void multiply(const Sizes& sizes, const Real* a, const Real* b, const Tile& tile, Real* out, Index stride) {
    const Index a_stride = sizes.transpose_a ? sizes.rows : sizes.inner;
    const Index b_stride = sizes.transpose_b ? sizes.inner : sizes.columns;
    gemm(tile.rows, tile.columns, sizes.inner,
         {a + tile.row * (sizes.transpose_a ? 1 : a_stride), a_stride, sizes.transpose_a},
         {b + tile.column * (sizes.transpose_b ? b_stride : 1), b_stride, sizes.transpose_b}, {out, stride});
}

void tile_of_product(const Attributes& attributes, std::span<const ConstTensor> inputs, const Tile& tile,
                     Real* out, Index stride) {
    multiply(sizes_of(attributes, inputs[0].shape, inputs[1].shape), inputs[0].data, inputs[1].data, tile,
             out, stride);
}

// Few rows are multiplied faster than a large second operand comes from memory.
bool batches(const Attributes& attributes, std::span<const Shape> inputs) {
    constexpr Index max_rows = 128;
    constexpr Index min_size = 1 << 16;
    const Sizes sizes = sizes_of(attributes, inputs[0], inputs[1]);
    return !sizes.leading && !sizes.transpose_a && sizes.rows <= max_rows &&
           sizes.inner * sizes.columns >= min_size;
}

void forward_batch(const Attributes& attributes, std::span<const Operands> calls,
                   const Execution& execution) {
    const Sizes sizes = sizes_of(attributes, calls[0].inputs[0].shape, calls[0].inputs[1].shape);
    if (sizes.inner == 0 || calls[0].output.size() == 0) {
        for (const Operands& call : calls) {
            fill(call.output.data, call.output.size(), 0, execution.pool);  // sums of no products
        }
        return;
    }
    const Partition matrices = partition(sizes.batch, sizes.flops_each(), 2e6);
    Grid grid = grid_of(sizes, std::max(Index{1}, 16 / std::max(sizes.batch, Index{1})));
    if (const auto most = tiles_of(sizes)) {
        grid = {{sizes.rows, most->rows}, {sizes.columns, most->columns}};
    }
    const std::size_t across = grid.columns.parts();
    const std::size_t each = grid.rows.parts() * across;
    execution.pool.parallel(matrices.parts() * each, [&](std::size_t part, std::size_t) {
        const std::size_t down = part % each / across;
        const Index row = grid.rows.begin(down);
        const Index column = grid.columns.begin(part % across);
        const Tile piece{row, column, grid.rows.end(down) - row, grid.columns.end(part % across) - column};
        for (const Operands& call : calls) {
            for (Index matrix = matrices.begin(part / each); matrix < matrices.end(part / each); ++matrix) {
                Real* const c = call.output.data + matrix * sizes.rows * sizes.columns;
                multiply(sizes, call.inputs[0].data + matrix * sizes.rows * sizes.inner,
                         call.inputs[1].data + matrix * sizes.inner * sizes.columns, piece,
                         c + row * sizes.columns + column, sizes.columns);
            }
        }
    });
}

void forward_matmul(const Call& call) {
    const Operands operands{call.inputs, call.output};
    forward_batch(call.attributes, {&operands, 1}, call.execution);
}

std::vector<Var> vjp_of_matmul(const VjpCall& call) {
    const Var a = call.inputs[0];
    const Var b = call.inputs[1];
    const bool transpose_a = call.attributes.integers[0] != 0;
    const bool transpose_b = call.attributes.integers[1] != 0;
    std::vector<Var> gradients(2);
    if (call.wanted[0]) {
        gradients[0] = transpose_a ? matmul(b, call.cotangent, transpose_b, true)
                                   : matmul(call.cotangent, b, false, !transpose_b);
    }
    if (call.wanted[1]) {
        gradients[1] = transpose_b ? matmul(call.cotangent, a, true, transpose_a)
                                   : matmul(a, call.cotangent, !transpose_a, false);
    }
    return gradients;
}

double flops_of_matmul(const Attributes& attributes, std::span<const Shape> inputs, const Shape&) {
    const Sizes sizes = sizes_of(attributes, inputs[0], inputs[1]);
    return static_cast<double>(sizes.batch) * sizes.flops_each();
}

template <bool transpose_a, bool transpose_b>
Var build(std::span<const Var> x) {
    return matmul(x[0], x[1], transpose_a, transpose_b);
}

std::vector<Sample> samples_of_matmul() {
    return {
        {.name = "plain", .shapes = {{3, 4}, {4, 5}}, .build = build<false, false>},
        {.name = "first transposed", .shapes = {{4, 3}, {4, 5}}, .build = build<true, false>},
        {.name = "second transposed", .shapes = {{3, 4}, {5, 4}}, .build = build<false, true>},
        {.name = "both transposed", .shapes = {{4, 3}, {5, 4}}, .build = build<true, true>},
        {.name = "row times column", .shapes = {{1, 6}, {6, 1}}, .build = build<false, false>},
        {.name = "column times row", .shapes = {{3, 1}, {1, 2}}, .build = build<false, false>},
        {.name = "one leading axis", .shapes = {{3, 2, 4}, {3, 4, 2}}, .build = build<false, false>},
        {.name = "two leading axes, first transposed",
         .shapes = {{2, 1, 4, 3}, {2, 1, 4, 2}},
         .build = build<true, false>},
        {.name = "leading axis, second transposed",
         .shapes = {{2, 3, 2}, {2, 3, 2}},
         .build = build<false, true>},
        {.name = "leading axis, both transposed",
         .shapes = {{2, 2, 3}, {2, 3, 2}},
         .build = build<true, true>},
        {.name = "several tiles", .shapes = {{19, 5}, {5, 70}}, .build = build<false, false>},
        {.name = "with itself",
         .shapes = {{3, 3}},
         .build = [](std::span<const Var> x) { return matmul(x[0], x[0]); }},
        {.name = "with itself transposed",
         .shapes = {{3, 2}},
         .build = [](std::span<const Var> x) { return matmul(x[0], x[0], true, false); }},
    };
}

}  // namespace

const Operation matmul_operation{
    .name = "matmul",
    .doc = "Matrix product, over equal leading axes; either operand may be read transposed.",
    .arity = 2,
    .shape = shape_of_matmul,
    .forward = forward_matmul,
    .vjp = vjp_of_matmul,
    .flops = flops_of_matmul,
    .tiles = tiles,
    .tile = tile_of_product,
    .batches = batches,
    .forward_batch = forward_batch,
    .samples = samples_of_matmul,
};

namespace {

void refuse_transposed_vector(const Shape& a, const Shape& b, bool transpose_a, bool transpose_b) {
    const bool first = a.size() == 1 && transpose_a;
    if (first || (b.size() == 1 && transpose_b)) {
        refuse(a, b, transpose_a, transpose_b,
               first ? "a vector is not transposed; leave `transpose_a` out: on the left it is a row"
                     : "a vector is not transposed; leave `transpose_b` out: on the right it is a column");
    }
}

// The axes before the matrices', as both broadcast to.
Shape common_leading_axes(const Shape& a, const Shape& b, bool transpose_a, bool transpose_b) {
    const Shape& longer = a.size() >= b.size() ? a : b;
    const Shape& shorter = a.size() >= b.size() ? b : a;
    Shape leading(longer.begin(), longer.end() - 2);
    const std::size_t offset = longer.size() - shorter.size();
    for (std::size_t axis = 0; axis + 2 < shorter.size(); ++axis) {
        Index& size = leading[offset + axis];
        if (size != shorter[axis] && size != 1 && shorter[axis] != 1) {
            refuse(a, b, transpose_a, transpose_b, "the leading axes must be equal, or 1");
        }
        size = size == 1 ? shorter[axis] : size;
    }
    return leading;
}

Var with_leading_axes(Var x, const Shape& leading) {
    const Shape own = x.shape();
    Shape shape = leading;
    shape.insert(shape.end(), own.end() - 2, own.end());
    return broadcast_to(x, std::move(shape));
}

// Matrices of different leading axes. Where the second is one matrix, the rows of all the first ones are one
// matrix too; else both are repeated.
Var broadcast_product(Var a, Var b, bool transpose_a, bool transpose_b) {
    const Shape left = a.shape();
    const Shape right = b.shape();
    const Shape leading = common_leading_axes(left, right, transpose_a, transpose_b);
    const std::size_t rank = left.size();
    const Index inner = left[transpose_a ? rank - 2 : rank - 1];
    if (inner != right[transpose_b ? right.size() - 1 : right.size() - 2]) {
        refuse(left, right, transpose_a, transpose_b,
               "the first operand's columns must be as many as the second's rows");
    }
    const bool one = std::all_of(right.begin(), right.end() - 2, [](Index size) { return size == 1; });
    if (!one || transpose_a) {
        return record(matmul_operation, {with_leading_axes(a, leading), with_leading_axes(b, leading)},
                      {.integers = {transpose_a ? 1 : 0, transpose_b ? 1 : 0}});
    }
    Shape result = leading;
    result.push_back(left[rank - 2]);
    const Index rows = element_count(result);
    result.push_back(right[right.size() - (transpose_b ? 2 : 1)]);
    const Var product =
        matmul(reshape(a, {rows, inner}), reshape(b, {right.end() - 2, right.end()}), false, transpose_b);
    return reshape(product, std::move(result));
}

}  // namespace

Var matmul(Var a, Var b, bool transpose_a, bool transpose_b) {
    require_var(a, "matmul", "input 0");
    require_var_of(a.tape(), b, "matmul", "input 1");
    const Shape left = a.shape();
    const Shape right = b.shape();
    if (left.empty() || right.empty()) {
        refuse(left, right, transpose_a, transpose_b, "expected vectors or matrices, found a single number");
    }
    refuse_transposed_vector(left, right, transpose_a, transpose_b);
    if (left.size() > 1 && right.size() > 1) {
        return left.size() == right.size() && std::equal(left.begin(), left.end() - 2, right.begin())
                   ? record(matmul_operation, {a, b},
                            {.integers = {transpose_a ? 1 : 0, transpose_b ? 1 : 0}})
                   : broadcast_product(a, b, transpose_a, transpose_b);
    }
    const std::size_t rows = right.size() > 1 && !transpose_b ? right.size() - 2 : right.size() - 1;
    const std::size_t columns = left.size() > 1 && transpose_a ? left.size() - 2 : left.size() - 1;
    if (left[columns] != right[rows]) {
        refuse(left, right, transpose_a, transpose_b,
               "the first operand's columns must be as many as the second's rows");
    }
    const Var product = matmul(left.size() == 1 ? reshape(a, {1, left[0]}) : a,
                               right.size() == 1 ? reshape(b, {right[0], 1}) : b, transpose_a, transpose_b);
    Shape shape = product.shape();
    if (right.size() == 1) {
        shape.pop_back();
    }
    if (left.size() == 1) {
        shape.erase(shape.end() - (right.size() == 1 ? 1 : 2));
    }
    return reshape(product, std::move(shape));
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
