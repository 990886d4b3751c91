#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "random.hpp"
#include "shape.hpp"
#include "tape.hpp"
#include "threads.hpp"

/// What an operation is: one record. The library's own are each written in a file under operations/, with a
/// row in operations/table.cpp; an embedder's own are recorded with record() in the same way. What passes
/// know of an operation stands in its record, and its name is for people alone.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Memory an operation reads or writes: contiguous, row-major.
struct ConstTensor {
    const Real* data;
    const Shape& shape;
    std::size_t size() const { return static_cast<std::size_t>(element_count(shape)); }
};
struct Tensor {
    Real* data;
    const Shape& shape;
    std::size_t size() const { return static_cast<std::size_t>(element_count(shape)); }
};

/// What every operation of one run shares.
struct Execution {
    ThreadPool& pool;
    std::uint64_t seed = 0;
    std::uint64_t step = 0;  ///< counts runs; random operations and `step_number` depend on it
};

/// One execution of one operation. Shapes were checked when the operation was recorded: kernels assume valid
/// input.
struct Call {
    const Attributes& attributes;
    std::span<const ConstTensor> inputs;
    Tensor output;              ///< never overlaps an input
    std::span<Real> workspace;  ///< as many elements as Operation::workspace asked for
    const Execution& execution;
};

/// Inputs and result of one of several calls that run together.
struct Operands {
    std::span<const ConstTensor> inputs;
    Tensor output;
};

/// A piece of a result that is a matrix: rows row .. row + rows, columns likewise.
struct Tile {
    Index row, column;
    Index rows, columns;
};

/// What a vector-Jacobian product is made from.
struct VjpCall {
    Var output;
    std::span<const Var> inputs;
    Var cotangent;  ///< has the output's shape
    const Attributes& attributes;
    std::span<const bool> wanted;  ///< which inputs' gradients are asked for; others may be left invalid
};

/// Inputs of an operation with a `kernel`, at most; operands and results of a FusedKernel.
inline constexpr std::size_t max_kernel_inputs = 6;

/// Elementwise work on a block of contiguous numbers; out may be the same memory as an input.
using BlockKernel = void (*)(Real* out, const Real* const* inputs, std::size_t count, const double* numbers);

/// Elementwise operations that one pass over their operands computes faster than one pass each; the numbers
/// are the same. A result whose `kept` is false is seen by nobody outside, and not written.
struct FusedKernel {
    struct Part {
        const Operation* operation;
        std::vector<int>
            sources;  ///< 0, 1, ...: an earlier part's result; -1, -2, ...: an operand from outside
        bool kept;
    };
    std::vector<Part> parts;
    /// Results in the order of the parts, operands in the order of their numbers, the parts' numbers one
    /// after another.
    void (*kernel)(Real* const* results, const Real* const* operands, std::size_t count,
                   const double* numbers);
};

/// An example from which the forward check, the gradient checks and the benchmark all draw.
struct Sample {
    std::string name;           ///< "broadcast bias", "kernel 5 stride 2"
    std::vector<Shape> shapes;  ///< of the inputs
    std::function<Var(std::span<const Var>)> build;
    double low = -2, high = 2;       ///< inputs are drawn uniformly from here
    std::vector<double> kinks = {};  ///< inputs keep a distance of 0.05 from these
    bool whole = false;  ///< the fixed inputs, or all where none is, are whole numbers in [low, high)
    std::vector<bool> fixed = {};  ///< inputs that have no gradient (indices); empty: all have one
    bool smooth = true;  ///< false: the gradient is zero or undefined by design; must then not be given
    /// `build` makes of its inputs what the operation can compute with, such as a positive definite matrix:
    /// random graphs record all of it.
    bool prepares = false;
};

/// An operation must be a pure function of its inputs, its attributes, and the run's seed and step: equal
/// nodes are computed once, and a result may be computed again where that is faster. What draws numbers takes
/// them from these (random.hpp), with an attribute that tells its uses apart.
struct Operation {
    std::string_view name;
    std::string_view doc;  ///< one line
    int arity = 1;         ///< -1: any number of inputs
    /// Result shape; throws Error(shape) naming the operation and the shapes. Required, except of what has no
    /// inputs.
    Shape (*shape)(const Attributes& attributes, std::span<const Shape> inputs) = nullptr;
    /// Exactly one of `kernel` (elementwise: broadcasting, fusing and threading are the engine's) and
    /// `forward`, or neither for leaves and for `alias`.
    BlockKernel kernel = nullptr;
    void (*forward)(const Call& call) = nullptr;
    /// Throws Error(invalid_argument) where the operation cannot compute with the numbers of its last input:
    /// an index out of range. The other inputs' numbers may not be there yet. For operations with `forward`,
    /// which must not throw itself: a plan stores nothing before the last check is done.
    void (*check)(const Attributes& attributes, std::span<const ConstTensor> inputs,
                  const Shape& output) = nullptr;
    const FusedKernel* combination = nullptr;  ///< in which this operation is the last part
    /// Gradients of the inputs, one for each, recorded on the same tape; an invalid Var is "none". Each has
    /// its input's shape or one that this broadcasts to. The engine accumulates and undoes broadcasting.
    /// Null: no gradient flows through.
    std::vector<Var> (*vjp)(const VjpCall& call) = nullptr;
    /// Elements of scratch memory one call needs; null: none. Must depend on shapes and threads only.
    std::size_t (*workspace)(const Attributes& attributes, std::span<const Shape> inputs, const Shape& output,
                             std::size_t threads) = nullptr;
    /// Multiplications and additions of one call; null: one for each output element.
    double (*flops)(const Attributes& attributes, std::span<const Shape> inputs,
                    const Shape& output) = nullptr;
    /// How the result can be computed a tile at a time at no loss, for whoever reads it as it comes: the most
    /// rows and columns of one; none where it cannot. `tile` writes rows `stride` apart, the numbers that
    /// `forward` gives.
    std::optional<Tile> (*tiles)(const Attributes& attributes, std::span<const Shape> inputs) = nullptr;
    void (*tile)(const Attributes& attributes, std::span<const ConstTensor> inputs, const Tile& tile,
                 Real* out, Index stride) = nullptr;
    /// Whether calls of these attributes and shapes that have their last input in common gain by running
    /// together, as `forward_batch` does: what one of them read is still in the cache for the next. The
    /// numbers are `forward`'s.
    bool (*batches)(const Attributes& attributes, std::span<const Shape> inputs) = nullptr;
    void (*forward_batch)(const Attributes& attributes, std::span<const Operands> calls,
                          const Execution& execution) = nullptr;
    bool alias = false;  ///< the result is its first input's memory under another shape
    /// Elementwise, and computed about as fast as its result is read: whoever reads it may compute it again.
    bool cheap = false;
    std::vector<Sample> (*samples)() = nullptr;
    /// Each element of the result is one of the only input's: an elementwise function may be applied before
    /// or after it.
    bool moves = false;
    /// The number that, as one of two operands, leaves the other as it was, to the bit.
    std::optional<double> neutral = {};
    /// Whether an operation of this record and these attributes, applied to the result of one with the
    /// attributes `inner`, gives back that one's input.
    bool (*undoes)(const Attributes& outer, const Attributes& inner) = nullptr;
    /// How one number of an elementwise result is written, of operands a, b and c and an attribute n, each in
    /// braces:
    /// "{a} + {b}"; where `{(b)}`, a negative operand stands in parentheses. Empty: NAME(a, b).
    std::string_view notation = {};
};

/// Every operation there is, in the order of operations/table.cpp.
std::span<const Operation* const> operations();

/// Records one operation: checks the record, arity and tapes, asks for the shape, computes the value if the
/// tape is eager. `operation` must live as long as the tape.
Var record(const Operation& operation, std::span<const Var> inputs, Attributes attributes = {});
Var record(const Operation& operation, std::initializer_list<Var> inputs, Attributes attributes = {});

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
