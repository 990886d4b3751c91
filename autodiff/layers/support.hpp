#pragma once

#include <initializer_list>
#include <string>

#include "autodiff/layers.hpp"

/// What the layers share: messages about shapes, and states for weights.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// A Var that a layer was handed, and what it is there.
struct LayerPart {
    const char* name;
    Var var;
};

/// Throws Error(invalid_argument) for empty Vars and for those of another tape than the first.
void require_parts(const char* layer, std::initializer_list<LayerPart> parts);

/// Error(shape): "[dense] x (4, 3), weight (5, 7): expected ...".
[[noreturn]] void refuse_shapes(const char* layer, std::initializer_list<LayerPart> parts,
                                const std::string& expected);

/// Adds a vector for the last axis, unless it is empty.
Var with_bias(Var result, Var bias, const char* layer);

/// Throws Error(invalid_argument) unless `fine`: "[dropout] rate 2: expected ...".
void require_setting(bool fine, const char* layer, const std::string& found, const std::string& expected);

/// Throws Error(shape) for a size below 1.
void require_sizes(const char* layer, std::initializer_list<Index> sizes);

/// "NAME.part", or "part" without a name.
std::string part_name(const std::string& name, const std::string& part);

/// A state of that name with first values of `initializer`.
Var make_weight(Tape& tape, const LayerOptions& options, const std::string& part, const Shape& shape,
                const Initializer& initializer, WeightKeys& keys);
Var make_weight(Tape& tape, const LayerOptions& options, const std::string& part, const Shape& shape,
                const Initializer& initializer, const Fans& fans, WeightKeys& keys);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
