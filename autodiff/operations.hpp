#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "tape.hpp"

/// The operations, as functions that record them. Shapes broadcast as NumPy's do where two operands meet. All
/// throw Error(shape) with the operation's name and the shapes when these do not fit, and
/// Error(invalid_argument) for Vars that are empty or of different tapes. Sizes may be 0: sums of nothing are
/// 0, products 1, means NaN; `max`, `min`, `argmax`, `argmin` and images without pixels are refused. Outside
/// its domain a function is NaN, at its edge what IEEE 754 says: log(0) is -infinity. Where a derivative does
/// not exist, one is taken: 0 for `sqrt`, `norm`, `absolute` and `relu` at 0 and for `asin` and `acos` at -1
/// and 1, an even share for equal operands of `maximum` and `minimum`, 1 for `clamp` at its bounds; by the
/// base 0 for 0^0, by the exponent 0 for bases of 0 and below.
namespace gandsl {
inline namespace GANDSL_PRECISION {

// Arithmetic, elementwise with broadcasting.
Var add(Var a, Var b);
Var subtract(Var a, Var b);
Var multiply(Var a, Var b);
Var divide(Var a, Var b);
Var divide_or_zero(Var a, Var b);  ///< a / b, and 0 where b is 0
Var power(Var a, Var b);
Var pow(Var a, Var b);      ///< power
Var maximum(Var a, Var b);  ///< NaN if either is; ties share the gradient evenly
Var minimum(Var a, Var b);
Var where(Var condition, Var a, Var b);  ///< a where condition is not 0, else b
Var less(Var a, Var b);                  ///< comparisons give 0 or 1 and have no gradient; see operator<
Var less_equal(Var a, Var b);
Var greater(Var a, Var b);
Var greater_equal(Var a, Var b);
Var equal(Var a, Var b);
Var not_equal(Var a, Var b);
Var negate(Var x);
Var absolute(Var x);
Var sign(Var x);
Var square(Var x);
Var sqrt(Var x);  ///< its gradient at 0 is taken as 0
Var exp(Var x);
Var log(Var x);  ///< sees a sigmoid, 1 - sigmoid or softmax behind x and records the stable form
Var sin(Var x);
Var cos(Var x);
Var floor(Var x);
Var ceil(Var x);
Var round(Var x);  ///< to whole numbers, halves to even ones
Var abs(Var x);    ///< absolute
Var tan(Var x);
Var asin(Var x);
Var acos(Var x);
Var atan(Var x);
Var sinh(Var x);
Var cosh(Var x);
Var erf(Var x);                             ///< the error function
Var expm1(Var x);                           ///< exp(x) - 1, exact near 0
Var log1p(Var x);                           ///< log(1 + x), exact near 0
Var clamp(Var x, double low, double high);  ///< x, but at least `low` and at most `high`; NaN stays

// What optimizers are made of.
Var blend(Var a, Var b, double keep);         ///< keep * a + (1 - keep) * b
Var blend_square(Var a, Var b, double keep);  ///< keep * a + (1 - keep) * b * b
Var divide_by_root(Var a, Var b, Var c);      ///< a / (sqrt(b) + c); NaN where b is infinite
Var subtract_product(Var a, Var b, Var c);    ///< a - b * c

// Operators. The comparisons give 0 or 1, as `less` does; == and != ask whether two Vars are one, and
// equal(a, b) compares numbers. += and its like make a new Var and let the left one name it: other names for
// the old one keep the old value.
Var operator+(Var a, Var b);
Var operator-(Var a, Var b);
Var operator*(Var a, Var b);
Var operator/(Var a, Var b);
Var operator<(Var a, Var b);
Var operator<=(Var a, Var b);
Var operator>(Var a, Var b);
Var operator>=(Var a, Var b);
Var operator-(Var x);
Var& operator+=(Var& a, Var b);
Var& operator-=(Var& a, Var b);
Var& operator*=(Var& a, Var b);
Var& operator/=(Var& a, Var b);

// A number beside a Var, rounded to Real.
Var operator+(Var a, double b);
Var operator-(Var a, double b);
Var operator*(Var a, double b);
Var operator/(Var a, double b);
Var operator<(Var a, double b);
Var operator<=(Var a, double b);
Var operator>(Var a, double b);
Var operator>=(Var a, double b);
Var operator+(double a, Var b);
Var operator-(double a, Var b);
Var operator*(double a, Var b);
Var operator/(double a, Var b);
Var operator<(double a, Var b);
Var operator<=(double a, Var b);
Var operator>(double a, Var b);
Var operator>=(double a, Var b);
Var& operator+=(Var& a, double b);
Var& operator-=(Var& a, double b);
Var& operator*=(Var& a, double b);
Var& operator/=(Var& a, double b);
Var power(Var a, double b);
Var pow(Var a, double b);
Var maximum(Var a, double b);
Var minimum(Var a, double b);
Var less(Var a, double b);
Var less_equal(Var a, double b);
Var greater(Var a, double b);
Var greater_equal(Var a, double b);
Var equal(Var a, double b);
Var not_equal(Var a, double b);
Var power(double a, Var b);
Var pow(double a, Var b);
Var maximum(double a, Var b);
Var minimum(double a, Var b);
Var less(double a, Var b);
Var less_equal(double a, Var b);
Var greater(double a, Var b);
Var greater_equal(double a, Var b);
Var equal(double a, Var b);
Var not_equal(double a, Var b);
Var where(Var condition, Var a, double b);
Var where(Var condition, double a, Var b);
Var where(Var condition, double a, double b);

// Activations, elementwise.
Var relu(Var x);
Var leaky_relu(Var x, double slope);  ///< its gradient is 1 where the result is 0, rounded to it or not
Var elu(Var x, double alpha = 1);
Var gelu(Var x);  ///< exact: x times the normal distribution function (Hendrycks & Gimpel, 2016)
Var silu(Var x);
Var softplus(Var x);
Var tanh(Var x);
Var sigmoid(Var x);

// Over the last axis.
Var softmax(Var x);
Var log_softmax(Var x);

/// The axes that a reduction takes away: sum(x, 0), sum(x, {0, -1}), or all of them where none is named.
/// Negative ones count from the end.
class Axes {
  public:
    Axes() = default;
    template <std::integral Whole>
    Axes(Whole axis) : axes_{static_cast<Index>(axis)} {
        static_assert(!std::same_as<Whole, bool>,
                      "axes come before keep: sum(x, axes, true), or sum(x, {}, true) over all of them");
    }
    Axes(std::initializer_list<Index> axes) : axes_(axes) {}
    Axes(std::vector<Index> axes) : axes_(std::move(axes)) {}

    template <std::floating_point T>
    Axes(T) {
        static_assert(refused<T>,
                      "an axis is a whole number; the larger of x and a number is maximum(x, number)");
    }

    const std::vector<Index>& list() const { return axes_; }

  private:
    std::vector<Index> axes_;
};

// Reductions; `keep` leaves the axes, with size 1. Sums are taken in double; a sum too large for Real is
// infinite, and so is the `mean` made from it (not that of mean_and_variance).
Var sum(Var x, Axes axes = {}, bool keep = false);
Var mean(Var x, Axes axes = {}, bool keep = false);
Var prod(Var x, Axes axes = {}, bool keep = false);  ///< in pairs; right gradients where factors are 0
/// log(sum(exp(x))), which neither overflows nor loses its gradient; -infinity, with gradient 0, where all
/// are.
Var logsumexp(Var x, Axes axes = {}, bool keep = false);
/// Both from one pass over x; the variance is that of the numbers themselves, not the estimate for those they
/// were drawn from.
struct MeanAndVariance {
    Var mean, variance;
};
MeanAndVariance mean_and_variance(Var x, Axes axes = {}, bool keep = false);
Var variance(Var x, Axes axes = {}, bool keep = false);  ///< that of mean_and_variance
Var max(Var x, Axes axes = {}, bool keep = false);       ///< ties share the gradient evenly
Var min(Var x, Axes axes = {}, bool keep = false);
template <std::same_as<Var> T>
Var max(Var, T) {
    static_assert(refused<T>, "max takes the largest along axes; of two Vars it is maximum(a, b)");
    return {};
}
template <std::same_as<Var> T>
Var min(Var, T) {
    static_assert(refused<T>, "min takes the smallest along axes; of two Vars it is minimum(a, b)");
    return {};
}
/// Euclidean length, also of numbers whose squares are too large or too small to be held; gradient 0 at the
/// origin.
Var norm(Var x, Axes axes = {}, bool keep = false);
Var root_mean_square(Var x, Axes axes = {}, bool keep = false);  ///< as safe as `norm`
Var sum_to(Var x, const Shape& shape);                           ///< the adjoint of broadcast_to

// Shape. None but `reshape` and `stop_gradient` shares memory with its input.
Var reshape(Var x, Shape shape);                       ///< one size may be -1
Var transpose(Var x, std::vector<Index> permutation);  ///< axis i of the result is axis permutation[i] of x
Var transpose(Var x);                                  ///< the axes in reverse order
Var broadcast_to(Var x, Shape shape);
/// Elements begin, begin + stride, ... before end along an axis, from its end where negative; no end: to the
/// last.
Var slice(Var x, Index axis, Index begin, std::optional<Index> end = {}, Index stride = 1);
Var pad(Var x, Index axis, Index before, Index after, Index stride = 1);  ///< zeros; the adjoint of slice
Var concatenate(std::span<const Var> parts, Index axis);
Var concatenate(std::initializer_list<Var> parts, Index axis);
Var stop_gradient(Var x);

// More of shape, made of the above and of `flip`. Names are those on which two of NumPy, PyTorch and MLX
// agree.
Var expand_dims(Var x, Index axis);  ///< a new axis of size 1, which becomes axis `axis` of the result
Var squeeze(Var x, Axes axes = {});  ///< without these axes, which have size 1; none: all that have
Var stack(std::span<const Var> parts, Index axis = 0);  ///< along a new axis
Var stack(std::initializer_list<Var> parts, Index axis = 0);
std::vector<Var> split(Var x, Index parts, Index axis = 0);  ///< into so many of equal size
/// Into parts that begin at 0 and at each of `positions`, which rise.
std::vector<Var> split(Var x, std::span<const Index> positions, Index axis = 0);
std::vector<Var> split(Var x, std::initializer_list<Index> positions, Index axis = 0);
Var flip(Var x, Axes axes = {});  ///< the elements along these axes in reverse order; none: all axes
Var roll(Var x, Index shift,
         Index axis);                 ///< each element `shift` further, and from the end to the beginning
Var roll(Var x, Index shift);         ///< of all elements in row-major order

// New arrays. Their numbers are computed in double and rounded to Real.
Var eye(Tape& tape, Index rows);  ///< the identity matrix
Var eye(Tape& tape, Index rows, Index columns);
Var arange(Tape& tape, double end);  ///< 0, 1, ... before end
Var arange(Tape& tape, double begin, double end, double step = 1);
Var linspace(Tape& tape, double begin, double end, Index count);  ///< evenly spaced, with both ends

// Along one axis. NaN counts as the largest number. Indices are whole numbers as reals, without a gradient;
// of equal numbers the first comes first.
Var cumsum(Var x, Index axis);  ///< of each element and those before it, in double
Var argmax(Var x, Index axis, bool keep = false);
Var argmax(Var x);                                 ///< in row-major order
Var argmin(Var x, Index axis, bool keep = false);  ///< NaN is the smallest here: it wins too
Var argmin(Var x);
Var sort(Var x, Index axis = -1, bool descending = false);
Var argsort(Var x, Index axis = -1, bool descending = false);
struct TopK {
    Var values, indices;
};
TopK topk(Var x, Index k);  ///< the k largest along the last axis, the largest first
/// The elements of x at `indices` along an axis; all other sizes are equal.
Var take_along_axis(Var x, Var indices, Index axis);
/// Its adjoint: zeros of `size` along the axis, with each value added at its index, in order.
Var add_along_axis(Var values, Var indices, Index axis, Index size);

// Indexed access; indices are whole numbers held as reals, so that tables have at most 2^24 rows (2^53 in
// double).
Var gather(Var table, Var indices);  ///< table (k, d...), indices (s...): (s..., d...); embedding rows
/// Adjoint of gather: (rows, d...). What meets in a row is added in the order of the indices and in Real,
/// which counts to 2^24 in float.
Var scatter_add(Var values, Var indices, Index rows);
Var pick(Var x, Var indices);             ///< x (s..., k), indices (s...): x's element at each index: (s...)
Var one_hot(Var indices, Index classes);  ///< (s...) to (s..., classes); no gradient

/// Matrix product: (m, k) x (k, n). Axes before those two are of many products; they broadcast. A vector (k)
/// is a row on the left and a column on the right, and its axis of size 1 is not in the result, as in NumPy.
/// `transpose_*` reads the last two axes swapped. BLAS computes it: the first product in a process sets
/// OpenBLAS to one thread, for all of the process, as threads are the ThreadPool's affair. Rows, columns and
/// terms are at most 2^31 - 1, as BLAS counts.
Var matmul(Var a, Var b, bool transpose_a = false, bool transpose_b = false);

/// Sums of products in NumPy's notation: einsum("ij,jk->ik", {a, b}) is a product of matrices, "ii->i" a
/// diagonal, "...ij->...ji" a transposition. An axis that the result does not name is summed; without "->" it
/// has the axes of "...", then the letters that stand once, by the alphabet. A letter is one size everywhere,
/// axes of "..." broadcast. Operands are joined from left to right, by `matmul` where something is summed.
/// Throws Error(invalid_argument) for what is no such notation.
Var einsum(std::string_view subscripts, std::span<const Var> operands);
Var einsum(std::string_view subscripts, std::initializer_list<Var> operands);

// Linear algebra (LAPACK, by OpenBLAS; gradients: Giles, 2008, "An extended collection of matrix derivative
// results for forward and reverse mode algorithmic differentiation"). Matrices are square, (n, n), or many,
// (..., n, n), each computed alone. Where one has no result, because it is singular, not positive definite or
// not finite, all elements of its result are NaN, and no error is thrown: it may be known only when a plan
// runs.

/// x of a x = b, for b (..., n) or (..., n, k) with the leading axes of a; by LU factors, which all that is
/// recorded from one matrix shares.
Var solve(Var a, Var b);
/// a^-1. To multiply by it, `solve` is faster and more exact.
Var inverse(Var a);
/// log |det a|, (...): the determinant's sign is dropped. Of a singular matrix minus infinity, with a
/// gradient of NaN.
Var log_determinant(Var a);
enum class Triangle { lower, upper };
/// As `solve`, for a matrix of which one triangle alone is read, diagonal included, or the transpose of it.
/// The gradient of the rest is 0.
Var solve_triangular(Var a, Var b, Triangle which, bool transpose_a = false);
/// x (..., m, n) with zeros above a diagonal, or below: 0 is the main one, 1 the one above it, -1 below.
Var tril(Var x, Index diagonal = 0);
Var triu(Var x, Index diagonal = 0);
/// The lower triangular l of a = l l^T, for symmetric positive definite a. Reads the lower triangle; the
/// gradient is that of a matrix that stays symmetric, and symmetric itself (Murray, 2016, "Differentiation of
/// the Cholesky decomposition").
Var cholesky(Var a);
/// a = vectors diag(values) vectors^T, for symmetric a, of which the lower triangle is read. Values (..., n)
/// ascend; each column of vectors (..., n, n) has length 1, and its element of largest size, the first of
/// equal ones, is positive. The
/// gradient is symmetric. Where eigenvalues are equal, their vectors are any of many, and what depends on
/// which they are has no gradient; the part of it that would turn them into each other is taken as 0.
struct Eigensystem {
    Var values, vectors;
};
Eigensystem eigen_symmetric(Var a);
Var eigenvalues_symmetric(Var a);

/// Where a kernel meets its input.
struct ConvolutionGeometry {
    Index stride[2] = {1, 1};
    Index dilation[2] = {1, 1};
    Index pad_before[2] = {0, 0};
    Index pad_after[2] = {0, 0};
};
/// Padding for which the output has ceil(size / stride) numbers along an axis.
ConvolutionGeometry same_geometry(const Index (&input)[2], const Index (&kernel)[2], const Index (&stride)[2],
                                  const Index (&dilation)[2]);

/// Convolutions keep channels last: x (n, height, width, in), weight (kernel height, kernel width, in, out),
/// result (n, rows, columns, out). Each of the three is the adjoint of the others, so they are closed under
/// gradients.
Var convolution(Var x, Var weight, const ConvolutionGeometry& geometry);
/// Gradient by input, which is also the transposed convolution: `height`, `width` of the result.
Var convolution_by_input(Var cotangent, Var weight, const ConvolutionGeometry& geometry, Index height,
                         Index width);
/// Gradient by weight: `kernel_height`, `kernel_width` of the result.
Var convolution_by_weight(Var x, Var cotangent, const ConvolutionGeometry& geometry, Index kernel_height,
                          Index kernel_width);

/// Patches: x (n, height, width, c) to (n, rows, columns, kernel height * kernel width, c), outside read as
/// `outside`. Pooling is a reduction over its fourth axis.
Var unfold(Var x, const ConvolutionGeometry& geometry, Index kernel_height, Index kernel_width,
           double outside = 0);
Var fold(Var patches, const ConvolutionGeometry& geometry, Index kernel_height, Index kernel_width,
         Index height,
         Index width);  ///< adjoint of unfold

/// Long short-term memory (Hochreiter & Schmidhuber, 1997; Gers et al., 2000): preactivation (steps,
/// examples, 4 units) is what reaches the gates i, f, g, o from the input; weight (units, 4 units) multiplies
/// the state before. Memory c = f c' + i g and state h = o tanh(c) are 0 before the first step. Result: the
/// states, (steps, examples, units).
Var lstm(Var preactivation, Var weight);

/// Random numbers depend on the tape's seed, `stream` and the step: the same stream is the same draw.
Var random_uniform(Tape& tape, Shape shape, std::uint32_t stream);  ///< [0, 1)
Var random_normal(Tape& tape, Shape shape, std::uint32_t stream);
/// The number of the run, from 0, times `factor` / `divisor`, rounded down; a scalar. Computed in whole
/// numbers: exact as long as `factor` * `divisor` and the result before it is rounded to Real are below 2^64.
/// An eager tape computes it as if in step 0.
Var step_number(Tape& tape, std::uint64_t factor = 1, std::uint64_t divisor = 1);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
