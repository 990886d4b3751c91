#include "autodiff/random.hpp"

#include <algorithm>

#include "autodiff/error.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/records.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr std::size_t part_size = 1024;

template <void (*fill)(std::span<Real>, const RandomKey&, std::uint64_t)>
void random_forward(const Call& call) {
    const RandomKey key{call.execution.seed, static_cast<std::uint32_t>(call.attributes.integers[0]),
                        call.execution.step};
    const std::size_t count = call.output.size();
    call.execution.pool.parallel((count + part_size - 1) / part_size, [&](std::size_t part, std::size_t) {
        const std::size_t begin = part * part_size;
        fill({call.output.data + begin, std::min(part_size, count - begin)}, key, begin);
    });
}

void step_forward(const Call& call) {
    const auto factor = static_cast<std::uint64_t>(call.attributes.integers[0]);
    const auto divisor = static_cast<std::uint64_t>(call.attributes.integers[1]);
    const std::uint64_t step = call.execution.step;
    // Not step * factor / divisor, whose product is too large for long runs.
    *call.output.data = static_cast<Real>(step / divisor * factor + step % divisor * factor / divisor);
}

}  // namespace

const Operation random_uniform_operation{.name = "random_uniform",
                                         .doc = "Numbers drawn uniformly from [0, 1).",
                                         .arity = 0,
                                         .forward = random_forward<fill_uniform>};
const Operation random_normal_operation{.name = "random_normal",
                                        .doc = "Numbers drawn from the standard normal distribution.",
                                        .arity = 0,
                                        .forward = random_forward<fill_normal>};
const Operation step_number_operation{.name = "step_number",
                                      .doc = "The number of the run, from 0, or a share of it, rounded down.",
                                      .arity = 0,
                                      .forward = step_forward};

Var random_uniform(Tape& tape, Shape shape, std::uint32_t stream) {
    element_count(shape);
    return tape.append(random_uniform_operation, {}, {{stream}, {}}, std::move(shape));
}
Var random_normal(Tape& tape, Shape shape, std::uint32_t stream) {
    element_count(shape);
    return tape.append(random_normal_operation, {}, {{stream}, {}}, std::move(shape));
}
Var step_number(Tape& tape, std::uint64_t factor, std::uint64_t divisor) {
    if (divisor == 0) {
        throw Error(ErrorCode::invalid_argument, "[step_number] the divisor is 0; expected at least 1");
    }
    return tape.append(step_number_operation, {},
                       {{static_cast<Index>(factor), static_cast<Index>(divisor)}, {}}, {});
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
