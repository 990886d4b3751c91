#pragma once

#include <array>
#include <cstddef>
#include <span>

/// What algorithms of convolution are estimated to cost, so that the cheapest is taken: nanoseconds on one
/// thread for each of what they count. Fitted to the zoo's shapes on one core of Zen 4
/// (docs/decisions/convolution-algorithms.md); `./dev fit` fits them to the machine that it runs on.
namespace gandsl {

struct CostConstant {
    const char* counted;
    double nanoseconds;
};

/// Products go at 100 GFLOP/s where they fill whole vectors. Columns are copied, or added, in runs of the
/// source's channels: a run costs some nanoseconds, and an element less than one.
inline constexpr std::array columns_costs{
    CostConstant{"multiplication and addition", 0.02},  //
    CostConstant{"element gathered", 0.5},              //
    CostConstant{"run of elements gathered", 1},        //
    CostConstant{"element scattered", 0.6},             //
    CostConstant{"run of elements scattered", 3.5},     //
    CostConstant{"weight reversed", 1},
};

/// Operands and results are touched again by every call of a small product.
inline constexpr std::array batch_rows_costs{
    CostConstant{"multiplication and addition", 0.021},                         //
    CostConstant{"multiplication and addition of the input's gradient", 0.03},  //
    CostConstant{"element of an operand", 0.15},                                //
    CostConstant{"element of a result", 0.2},                                   //
    CostConstant{"call of a product", 400},
};

inline constexpr std::array winograd_costs{
    CostConstant{"multiplication and addition", 0.023},  //
    CostConstant{"element of a tile transformed", 0.5},  //
    CostConstant{"element of the weight transformed", 0.5},
};

/// The sum of counts times constants, in nanoseconds; there are at least as many counts.
constexpr double cost_of(std::span<const CostConstant> constants, std::span<const double> counts) {
    double cost = 0;
    for (std::size_t i = 0; i < constants.size(); ++i) {
        cost += constants[i].nanoseconds * counts[i];
    }
    return cost;
}

}  // namespace gandsl
