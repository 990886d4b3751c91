#pragma once

#include "autodiff/layers.hpp"
#include "models/builder.hpp"

/// Pictures and sequences as convolutions and pooling want them: examples x height x width x channels. A
/// sequence is a picture of width 1 whose height is its length.
namespace gandsl::models {
inline namespace GANDSL_PRECISION {

Var to_spatial(const Value& value);
/// A value of type `type` from n x height x width x channels.
Value from_spatial(Var var, const dsl::Type& type);

/// Of a layer with arguments `kernel`, `stride`, `pad` and perhaps `dilation`, `causal`, over a type it
/// accepted.
Window window_of(const dsl::Type& input, const dsl::Arguments& arguments);

/// The same, and how many windows there are.
struct Windows {
    Window window;
    Index output[2];
};
/// Throws a diagnostic when the window does not fit into the input without padding.
Windows windows_over(const std::string& entry, const dsl::Type& input, const dsl::Arguments& arguments);

/// Type of a picture or sequence like `input` with these sizes.
dsl::Type spatial_type(const dsl::Type& input, Index channels, const Index (&size)[2]);
Index channels_of(const dsl::Type& type);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
