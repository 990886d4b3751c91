#pragma once

#include <string>

#include "autodiff/kernels/patches.hpp"
#include "autodiff/operations.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// A geometry and two sizes as an operation's attributes, and back.
Attributes geometry_attributes(const ConvolutionGeometry& geometry, Index first, Index second);
ConvolutionGeometry geometry_of(const Attributes& attributes);
Index first_size(const Attributes& attributes);
Index second_size(const Attributes& attributes);

/// Places of a kernel along one axis. Throws Error(shape) naming `operation` and `described` where there are
/// none or the geometry makes no sense.
Index output_size(const ConvolutionGeometry& geometry, std::size_t axis, Index size, Index kernel,
                  const char* operation, const std::string& described);

/// The images on both sides of a convolution, and its kernel: height and width of each.
struct ConvolutionSizes {
    Index examples = 1;
    Index in[2] = {1, 1};
    Index out[2] = {1, 1};
    Index kernel[2] = {1, 1};
    Index in_channels = 1;
    Index out_channels = 1;
};

/// Columns that hold the input's pixels at every position of the output.
Patches input_patches(const ConvolutionSizes& sizes, const ConvolutionGeometry& geometry);
/// Columns that hold the output's pixels at every pixel of the input, the kernel's taps in reverse.
Patches output_patches(const ConvolutionSizes& sizes, const ConvolutionGeometry& geometry);

/// "stride 2 2, dilation 1 1, padding 1 1 before and 2 2 after"
std::string describe(const ConvolutionGeometry& geometry);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
