#pragma once

#include <span>

/// The starting files of `gandsl new`: runtime/templates/*.gan, taken into the program as it is built.
namespace gandsl::program {

struct Template {
    const char* name;  ///< "conv_gan"
    const char* text;  ///< the file; its first line is a comment that says what it is
};

/// From the simplest on, family by family.
std::span<const Template> templates();

}  // namespace gandsl::program
