#include "autodiff/elementwise.hpp"

#include <algorithm>

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr std::size_t block = 512;
constexpr std::size_t blocks_per_part = 16;
constexpr std::size_t part_size = block * blocks_per_part;

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
        for (std::size_t axis = rank - 1; axis-- > 0;) {
            offset += (remaining % sizes[axis]) * operand.strides[axis];
            remaining /= sizes[axis];
        }
        const Real* run = data + offset + inner * inner_stride;
        const std::size_t length = std::min(count, static_cast<std::size_t>(inner_size - inner));
        if (inner_stride == 0) {
            std::fill_n(out, length, *run);
        } else if (inner_stride == 1) {
            std::copy_n(run, length, out);
        } else {
            for (std::size_t place = 0; place < length; ++place) {
                out[place] = run[static_cast<Index>(place) * inner_stride];
            }
        }
        out += length;
        count -= length;
        inner = 0;
        ++rest;
    }
}

void run_part(const ElementwiseProgram& program, std::span<const Real* const> operands,
              std::span<Real* const> outputs, Real* scratch, std::size_t begin, std::size_t end) {
    std::array<const Real*, most_registers> read{};
    std::array<Real*, most_registers> written{};
    for (std::size_t index = 0; index < program.registers.size(); ++index) {
        if (program.registers[index].place == ElementwiseProgram::Place::scratch) {
            read[index] = written[index] = scratch + program.registers[index].index * block;
        }
    }
    for (std::size_t index = 0; index < program.operands.size(); ++index) {
        const auto& operand = program.operands[index];
        if (operand.scalar) {
            std::fill_n(written[operand.target], std::min(block, end - begin), *operands[index]);
        }
    }
    for (std::size_t first = begin; first < end; first += block) {
        const std::size_t count = std::min(block, end - first);
        for (std::size_t index = 0; index < program.registers.size(); ++index) {
            const auto& place = program.registers[index];
            if (place.place == ElementwiseProgram::Place::operand) {
                read[index] = operands[place.index] + first;
            } else if (place.place == ElementwiseProgram::Place::output) {
                read[index] = written[index] = outputs[place.index] + first;
            }
        }
        for (std::size_t index = 0; index < program.operands.size(); ++index) {
            const auto& operand = program.operands[index];
            if (!operand.contiguous && !operand.scalar) {
                expand(operand, program.sizes, operands[index], first, count, written[operand.target]);
            }
        }
        for (const auto& step : program.steps) {
            std::array<const Real*, most_arguments> inputs{};
            for (std::size_t place = 0; place < step.arity; ++place) {
                inputs[place] = read[step.sources[place]];
            }
            step.kernel(written[step.target], inputs.data(), count, step.numbers.data());
        }
    }
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
        // An axis joins the one before it where a step of that one is a full turn of this one, for every operand.
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
        operand.scalar = !operand.contiguous && element_count(operand_shapes[index]) == 1;
    }
}

std::size_t scratch_size(const ElementwiseProgram& program, std::size_t threads) {
    return program.scratch_blocks * block * threads;
}

void run(const ElementwiseProgram& program, std::span<const Real* const> operands, std::span<Real* const> outputs,
         std::span<Real> scratch, ThreadPool& pool) {
    const auto count = static_cast<std::size_t>(program.count);
    pool.parallel((count + part_size - 1) / part_size, [&](std::size_t part, std::size_t worker) {
        Real* own = scratch.data() + worker * program.scratch_blocks * block;
        run_part(program, operands, outputs, own, part * part_size, std::min(count, (part + 1) * part_size));
    });
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
