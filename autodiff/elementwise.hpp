#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "autodiff/kernels/partition.hpp"
#include "autodiff/kernels/sums.hpp"
#include "autodiff/operation.hpp"

/// Elementwise operations of one shape, run together: a block of numbers small enough for the first-level
/// cache goes through all of them before the next block is touched, so that memory is read and written once.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Registers are addressed by a byte; more work than this is cut into several programs.
inline constexpr std::size_t max_registers = 48;
/// Numbers that go through all operations before the next.
inline constexpr std::size_t elementwise_block = 512;
/// Numbers that one thread computes at a time.
inline constexpr std::size_t part_size = 8192;
/// Sums of one program.
inline constexpr std::size_t max_sums = 4;

/// Operands that no memory holds: matrices of the domain's shape, computed a tile at a time by the thread
/// that reads them.
struct FusedProducers {
    Partition rows, columns;  ///< how the domain is cut
    std::vector<std::size_t>
        operands;  ///< their indices in the program; their registers are at Storage::tile
    /// Writes the tile (row, column) of operand `which` of these, its rows as far apart as it has columns.
    std::function<void(std::size_t which, std::size_t row, std::size_t column, Real* tile)> compute;
};

struct ElementwiseProgram {
    /// Where a register's block is during a run.
    enum class Storage : std::uint8_t {
        operand,  ///< in the operand's own memory
        scratch,  ///< in the worker's scratch memory
        tile,     ///< in the worker's tile of an operand that is computed as it is read
        output,   ///< in an output's memory
    };
    struct Register {
        Storage storage;
        std::size_t index;  ///< of the operand, scratch block or output
    };
    struct Operand {
        std::vector<Index> strides;  ///< along `sizes`; 0 where broadcast
        bool contiguous = false;
        /// After how many numbers the same ones come again, if only the last axis counts and a block has
        /// whole cycles of it; else 0. A single number: 1.
        std::size_t period = 0;
        std::size_t target = 0;  ///< its register; one in scratch unless contiguous, and its own there
    };
    struct Step {
        BlockKernel kernel;
        std::vector<double> numbers;
        std::array<std::uint8_t, max_kernel_inputs> sources{};
        std::size_t arity;
        std::size_t target;
        const FusedKernel* combination = nullptr;  ///< computed instead of `kernel`, into `targets`
        std::array<std::uint8_t, max_kernel_inputs> targets{};
    };
    std::vector<Index> sizes;  ///< the domain, neighbouring axes joined where every operand allows
    Index count = 0;
    std::vector<Operand> operands;
    std::vector<Register> registers;
    std::vector<Step> steps;
    std::size_t scratch_blocks = 0;
    /// Registers whose numbers are summed as they are computed, all in the same way.
    std::vector<std::size_t> summed;
    FusedReduction sum;
    FusedProducers tiled;
};

/// Joins the axes of `domain` that all operands walk alike, and fills in sizes, count, and the operands'
/// strides.
void set_domain(ElementwiseProgram& program, const Shape& domain, std::span<const Shape> operand_shapes);

/// Elements of scratch memory a run with so many threads needs.
std::size_t scratch_size(const ElementwiseProgram& program, std::size_t threads);

/// Every number depends on its own position alone, and sums on how the program is cut into slices, so the
/// number of threads does not matter. `sums` are the results of the summed registers; a program with tiled
/// operands has none.
void run(const ElementwiseProgram& program, std::span<const Real* const> operands,
         std::span<Real* const> outputs, std::span<Real* const> sums, std::span<Real> scratch,
         ThreadPool& pool);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
