#include "autodiff/execute.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "autodiff/elementwise.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// An elementwise program of one operation.
ElementwiseProgram single(const Operation& operation, const Attributes& attributes,
                          std::span<const ConstTensor> inputs, const Shape& domain) {
    ElementwiseProgram program;
    std::vector<Shape> shapes;
    for (const ConstTensor& input : inputs) {
        shapes.push_back(input.shape);
    }
    set_domain(program, domain, shapes);
    using Storage = ElementwiseProgram::Storage;
    ElementwiseProgram::Step step{operation.kernel, attributes.numbers, {}, inputs.size(), inputs.size()};
    for (std::size_t index = 0; index < inputs.size(); ++index) {
        auto& operand = program.operands[index];
        operand.target = index;
        program.registers.push_back(
            operand.contiguous ? ElementwiseProgram::Register{Storage::operand, index}
                               : ElementwiseProgram::Register{Storage::scratch, program.scratch_blocks++});
        step.sources[index] = static_cast<std::uint8_t>(index);
    }
    program.registers.push_back({Storage::output, 0});
    program.steps.push_back(std::move(step));
    return program;
}

// An elementwise operation of few numbers, of which the operands have as many or one: as what `run` makes of
// it, without making it.
bool executed_at_once(const Operation& operation, const Attributes& attributes,
                      std::span<const ConstTensor> inputs, Tensor output) {
    const std::size_t count = output.size();
    if (count == 0 || count > elementwise_block) {
        return false;
    }
    std::array<const Real*, max_kernel_inputs> operands{};
    std::array<std::array<Real, elementwise_block>, max_kernel_inputs> repeated;  // not initialized: it costs
    for (std::size_t index = 0; index < inputs.size(); ++index) {
        const std::size_t size = inputs[index].size();
        if (size == count) {
            operands[index] = inputs[index].data;
        } else if (size == 1) {
            std::fill_n(repeated[index].data(), count, *inputs[index].data);
            operands[index] = repeated[index].data();
        } else {
            return false;
        }
    }
    operation.kernel(output.data, operands.data(), count, attributes.numbers.data());
    return true;
}

}  // namespace

void execute(const Operation& operation, const Attributes& attributes, std::span<const ConstTensor> inputs,
             Tensor output, const Execution& execution) {
    if (operation.check != nullptr) {
        operation.check(attributes, inputs, output.shape);
    }
    if (operation.alias) {
        std::copy_n(inputs[0].data, output.size(), output.data);
        return;
    }
    if (operation.kernel != nullptr) {
        if (executed_at_once(operation, attributes, inputs, output)) {
            return;
        }
        const ElementwiseProgram program = single(operation, attributes, inputs, output.shape);
        std::vector<Real> scratch(scratch_size(program, execution.pool.size()));
        std::vector<const Real*> operands;
        for (const ConstTensor& input : inputs) {
            operands.push_back(input.data);
        }
        Real* const out = output.data;
        run(program, operands, std::span(&out, 1), {}, scratch, execution.pool);
        return;
    }
    std::vector<Shape> shapes;
    for (const ConstTensor& input : inputs) {
        shapes.push_back(input.shape);
    }
    std::vector<Real> workspace(
        operation.workspace != nullptr
            ? operation.workspace(attributes, shapes, output.shape, execution.pool.size())
            : 0);
    operation.forward({attributes, inputs, output, workspace, execution});
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
