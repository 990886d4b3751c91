#pragma once

/// One row for each operation; its record is `NAME_operation` in a file of this folder.
#define GANDSL_OPERATIONS(ROW)  \
    ROW(input)                  \
    ROW(constant)               \
    ROW(state)                  \
    ROW(add)                    \
    ROW(subtract)               \
    ROW(multiply)               \
    ROW(divide)                 \
    ROW(divide_or_zero)         \
    ROW(power)                  \
    ROW(maximum)                \
    ROW(minimum)                \
    ROW(where)                  \
    ROW(less)                   \
    ROW(less_equal)             \
    ROW(greater)                \
    ROW(greater_equal)          \
    ROW(equal)                  \
    ROW(not_equal)              \
    ROW(negate)                 \
    ROW(absolute)               \
    ROW(sign)                   \
    ROW(square)                 \
    ROW(sqrt)                   \
    ROW(exp)                    \
    ROW(log)                    \
    ROW(sin)                    \
    ROW(cos)                    \
    ROW(floor)                  \
    ROW(relu)                   \
    ROW(leaky_relu)             \
    ROW(elu)                    \
    ROW(normal_distribution)    \
    ROW(softplus)               \
    ROW(tanh)                   \
    ROW(sigmoid)                \
    ROW(sum)                    \
    ROW(max)                    \
    ROW(random_uniform)         \
    ROW(random_normal)          \
    ROW(step_number)
