#include "autodiff/elementwise.hpp"

#include <algorithm>

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr std::size_t block = elementwise_block;
static_assert(part_size % block == 0);
constexpr std::size_t never = static_cast<std::size_t>(-1);

// Copies `count` numbers of a broadcast operand, from flat position `first` of the domain on, into a block.
void expand(const ElementwiseProgram::Operand& operand, const std::vector<Index>& sizes, const Real* data,
            std::size_t first, std::size_t count, Real* out) {
    const std::size_t rank = sizes.size();
    const Index inner_size = sizes[rank - 1];
    const Index inner_stride = operand.strides[rank - 1];
    auto rest = static_cast<Index>(first);
    Index inner = rest % inner_size;
    rest /= inner_size;
    while (count > 0) {
        Index offset = 0;
        Index remaining = rest;
        for (std::size_t axis = rank - 1; axis-- > 1;) {
            offset += (remaining % sizes[axis]) * operand.strides[axis];
            remaining /= sizes[axis];
        }
        offset += rank > 1 ? remaining * operand.strides[0] : 0;
        const Real* run = data + offset + inner * inner_stride;
        const std::size_t length = std::min(count, static_cast<std::size_t>(inner_size - inner));
        if (inner_stride == 0) {
            std::fill_n(out, length, *run);
        } else if (inner_stride == 1) {
            std::copy_n(run, length, out);
        } else {
            for (std::size_t i = 0; i < length; ++i) {
                out[i] = run[static_cast<Index>(i) * inner_stride];
            }
        }
        out += length;
        count -= length;
        inner = 0;
        ++rest;
    }
}

// A program at work on one thread: where each register's block is.
class Runner {
  public:
    Runner(const ElementwiseProgram& program, std::span<const Real* const> operands,
           std::span<Real* const> outputs, Real* scratch)
        : program_(program), operands_(operands), outputs_(outputs) {
        for (std::size_t index = 0; index < program.registers.size(); ++index) {
            if (program.registers[index].storage == ElementwiseProgram::Storage::scratch) {
                read_[index] = written_[index] = scratch + program.registers[index].index * block;
            }
        }
        phases_.fill(never);
    }

    /// At longest `block` numbers from position `first` on.
    void run(std::size_t first, std::size_t count) {
        for (std::size_t index = 0; index < program_.registers.size(); ++index) {
            const auto& own = program_.registers[index];
            if (own.storage == ElementwiseProgram::Storage::operand) {
                read_[index] = operands_[own.index] + first;
            } else if (own.storage == ElementwiseProgram::Storage::output) {
                read_[index] = written_[index] = outputs_[own.index] + first;
            }
        }
        for (std::size_t index = 0; index < program_.operands.size(); ++index) {
            const auto& operand = program_.operands[index];
            if (operand.contiguous) {
                continue;
            }
            if (operand.period == 0) {
                expand(operand, program_.sizes, operands_[index], first, count, written_[operand.target]);
            } else if (const std::size_t phase = first % operand.period; phase != phases_[index]) {
                const std::size_t longest = std::min(block, static_cast<std::size_t>(program_.count));
                expand(operand, program_.sizes, operands_[index], phase, longest, written_[operand.target]);
                phases_[index] = phase;
            }
        }
        for (const auto& step : program_.steps) {
            std::array<const Real*, max_kernel_inputs> inputs{};
            for (std::size_t i = 0; i < step.arity; ++i) {
                inputs[i] = read_[step.sources[i]];
            }
            if (step.combination != nullptr) {
                std::array<Real*, max_kernel_inputs> results{};
                for (std::size_t part = 0; part < step.combination->parts.size(); ++part) {
                    results[part] = written_[step.targets[part]];
                }
                step.combination->kernel(results.data(), inputs.data(), count, step.numbers.data());
                continue;
            }
            step.kernel(written_[step.target], inputs.data(), count, step.numbers.data());
        }
    }

    /// Where a tiled operand's numbers are in the next run.
    void bind(std::size_t operand, const Real* numbers) {
        read_[program_.operands[operand].target] = numbers;
    }

    const Real* numbers(std::size_t register_index) const { return read_[register_index]; }

  private:
    const ElementwiseProgram& program_;
    std::span<const Real* const> operands_;
    std::span<Real* const> outputs_;
    std::array<const Real*, max_registers> read_{};
    std::array<Real*, max_registers> written_{};
    std::array<std::size_t, max_registers> phases_{};  ///< where in its period an operand's block begins
};

// One run of numbers, from `begin` up to `end`, and its sums.
void sum_run(Runner& runner, const ElementwiseProgram& program, std::size_t begin, std::size_t end,
             double* totals) {
    std::array<RunningSum, max_sums> sums{};
    for (std::size_t first = begin; first < end; first += block) {
        const std::size_t count = std::min(block, end - first);
        runner.run(first, count);
        for (std::size_t index = 0; index < program.summed.size(); ++index) {
            add_piece(sums[index], runner.numbers(program.summed[index]), count);
        }
    }
    for (std::size_t index = 0; index < program.summed.size(); ++index) {
        totals[index] = finish(sums[index]);
    }
}

// Rows from `begin` up to `end`, each with sums of its own: as many whole rows at a time as fit a block.
void sum_rows(Runner& runner, const ElementwiseProgram& program, std::size_t begin, std::size_t end,
              std::span<Real* const> results) {
    const std::size_t inner = program.sum.inner;
    std::array<double, max_sums> totals{};
    if (inner > block) {
        for (std::size_t row = begin; row < end; ++row) {
            sum_run(runner, program, row * inner, (row + 1) * inner, totals.data());
            for (std::size_t index = 0; index < results.size(); ++index) {
                results[index][row] = static_cast<Real>(totals[index]);
            }
        }
        return;
    }
    const std::size_t together = block / inner;
    for (std::size_t first = begin; first < end; first += together) {
        const std::size_t rows = std::min(together, end - first);
        runner.run(first * inner, rows * inner);
        for (std::size_t index = 0; index < results.size(); ++index) {
            const Real* const numbers = runner.numbers(program.summed[index]);
            for (std::size_t row = 0; row < rows; ++row) {
                RunningSum sum;
                add_piece(sum, numbers + row * inner, inner);
                results[index][first + row] = static_cast<Real>(finish(sum));
            }
        }
    }
}

// The columns' sums over the rows from `begin` up to `end`, into `totals`: one set for each summed register.
void sum_columns_of(Runner& runner, const ElementwiseProgram& program, std::size_t begin, std::size_t end,
                    double* totals) {
    const std::size_t inner = program.sum.inner;
    std::fill_n(totals, program.summed.size() * inner, 0.0);
    const std::size_t together = std::max<std::size_t>(1, block / inner);
    const std::size_t piece = std::min(block, inner);
    for (std::size_t first = begin; first < end; first += together) {
        const std::size_t rows = std::min(together, end - first);
        for (std::size_t column = 0; column < inner; column += piece) {
            const std::size_t count = std::min(piece, inner - column);
            runner.run(first * inner + column, inner > block ? count : rows * inner);
            for (std::size_t index = 0; index < program.summed.size(); ++index) {
                const Real* const numbers = runner.numbers(program.summed[index]);
                sum_columns(totals + index * inner + column, numbers, count, rows, inner);
            }
        }
    }
}

void run_sums(const ElementwiseProgram& program, std::span<const Real* const> operands,
              std::span<Real* const> outputs, std::span<Real* const> results, std::span<Real> scratch,
              ThreadPool& pool) {
    const FusedReduction& sum = program.sum;
    const auto runner_of = [&](std::size_t worker) {
        return Runner(program, operands, outputs, scratch.data() + worker * program.scratch_blocks * block);
    };
    if (sum.pattern == FusedReduction::Pattern::trailing) {
        const std::size_t rows = std::max<std::size_t>(1, part_size / sum.inner);
        const std::size_t together = std::max<std::size_t>(1, block / sum.inner);
        const std::size_t grain = (rows + together - 1) / together * together;
        pool.parallel((sum.outer + grain - 1) / grain, [&](std::size_t part, std::size_t worker) {
            Runner runner = runner_of(worker);
            sum_rows(runner, program, part * grain, std::min(sum.outer, (part + 1) * grain), results);
        });
        return;
    }
    const std::size_t each = sum.results();
    const std::size_t set = program.summed.size() * each;
    auto* const totals =
        reinterpret_cast<double*>(scratch.data() + pool.size() * program.scratch_blocks * block);
    pool.parallel(sum.slices, [&](std::size_t slice, std::size_t worker) {
        Runner runner = runner_of(worker);
        const bool all = sum.pattern == FusedReduction::Pattern::all;
        const std::size_t length = all ? sum.inner : sum.outer;
        const std::size_t begin = length * slice / sum.slices;
        const std::size_t end = length * (slice + 1) / sum.slices;
        (all ? sum_run : sum_columns_of)(runner, program, begin, end, totals + slice * set);
    });
    for (std::size_t index = 0; index < results.size(); ++index) {
        for (std::size_t i = 0; i < each; ++i) {
            double total = totals[index * each + i];
            for (std::size_t slice = 1; slice < sum.slices; ++slice) {
                total += totals[slice * set + index * each + i];
            }
            results[index][i] = static_cast<Real>(total);
        }
    }
}

std::size_t tile_size(const FusedProducers& tiled) {
    return static_cast<std::size_t>(tiled.rows.grain * tiled.columns.grain);
}

std::size_t scratch_of_worker(const ElementwiseProgram& program) {
    return program.scratch_blocks * block + program.tiled.operands.size() * tile_size(program.tiled);
}

void run_tiles(const ElementwiseProgram& program, std::span<const Real* const> operands,
               std::span<Real* const> outputs, std::span<Real> scratch, ThreadPool& pool) {
    const FusedProducers& tiled = program.tiled;
    const std::size_t across = tiled.columns.parts();
    pool.parallel(tiled.rows.parts() * across, [&](std::size_t part, std::size_t worker) {
        Real* const own = scratch.data() + worker * scratch_of_worker(program);
        Real* const tiles = own + program.scratch_blocks * block;
        Runner runner(program, operands, outputs, own);
        const std::size_t down = part / across;
        const Index column = tiled.columns.begin(part % across);
        const auto width = static_cast<std::size_t>(tiled.columns.end(part % across) - column);
        for (std::size_t which = 0; which < tiled.operands.size(); ++which) {
            tiled.compute(which, down, part % across, tiles + which * tile_size(tiled));
        }
        for (Index row = tiled.rows.begin(down); row < tiled.rows.end(down); ++row) {
            const auto first = static_cast<std::size_t>(row * tiled.columns.count + column);
            const std::size_t in_tile = static_cast<std::size_t>(row - tiled.rows.begin(down)) * width;
            for (std::size_t begin = 0; begin < width; begin += block) {
                for (std::size_t which = 0; which < tiled.operands.size(); ++which) {
                    runner.bind(tiled.operands[which], tiles + which * tile_size(tiled) + in_tile + begin);
                }
                runner.run(first + begin, std::min(block, width - begin));
            }
        }
    });
}

}  // namespace

void set_domain(ElementwiseProgram& program, const Shape& domain, std::span<const Shape> operand_shapes) {
    std::vector<std::vector<Index>> strides;
    for (const Shape& shape : operand_shapes) {
        strides.push_back(broadcast_strides(shape, domain));
    }
    program.sizes.clear();
    program.count = element_count(domain);
    program.operands.resize(operand_shapes.size());
    for (std::size_t axis = 0; axis < domain.size(); ++axis) {
        if (domain[axis] == 1) {
            continue;
        }
        // An axis joins the one before it where a step of that one is a full cycle of this one, for every
        // operand.
        bool joins = !program.sizes.empty();
        for (std::size_t index = 0; joins && index < strides.size(); ++index) {
            joins = program.operands[index].strides.back() == strides[index][axis] * domain[axis];
        }
        if (joins) {
            program.sizes.back() *= domain[axis];
        } else {
            program.sizes.push_back(domain[axis]);
        }
        for (std::size_t index = 0; index < strides.size(); ++index) {
            auto& own = program.operands[index].strides;
            if (joins) {
                own.back() = strides[index][axis];
            } else {
                own.push_back(strides[index][axis]);
            }
        }
    }
    if (program.sizes.empty()) {
        program.sizes.push_back(1);
        for (auto& operand : program.operands) {
            operand.strides.push_back(1);
        }
    }
    for (std::size_t index = 0; index < operand_shapes.size(); ++index) {
        auto& operand = program.operands[index];
        operand.contiguous = element_count(operand_shapes[index]) == program.count;
        const bool scalar = element_count(operand_shapes[index]) == 1;
        const auto inner = scalar ? 1 : static_cast<std::size_t>(program.sizes.back());
        const bool repeats = std::all_of(operand.strides.begin(), operand.strides.end() - 1,
                                         [](Index stride) { return stride == 0; });
        operand.period = repeats && inner > 0 && block % inner == 0 ? inner : 0;
    }
}

std::size_t scratch_size(const ElementwiseProgram& program, std::size_t threads) {
    std::size_t totals = 0;
    if (!program.summed.empty() && program.sum.pattern != FusedReduction::Pattern::trailing) {
        totals = program.sum.slices * program.summed.size() * program.sum.results() * sizeof(double) /
                 sizeof(Real);
    }
    return scratch_of_worker(program) * threads + totals;
}

void run(const ElementwiseProgram& program, std::span<const Real* const> operands,
         std::span<Real* const> outputs, std::span<Real* const> sums, std::span<Real> scratch,
         ThreadPool& pool) {
    if (!program.tiled.operands.empty()) {
        run_tiles(program, operands, outputs, scratch, pool);
        return;
    }
    if (!sums.empty()) {
        run_sums(program, operands, outputs, sums, scratch, pool);
        return;
    }
    const auto count = static_cast<std::size_t>(program.count);
    pool.parallel((count + part_size - 1) / part_size, [&](std::size_t part, std::size_t worker) {
        Runner runner(program, operands, outputs, scratch.data() + worker * program.scratch_blocks * block);
        const std::size_t end = std::min(count, (part + 1) * part_size);
        for (std::size_t first = part * part_size; first < end; first += block) {
            runner.run(first, std::min(block, end - first));
        }
    });
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
