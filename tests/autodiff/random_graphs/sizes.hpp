#pragma once

#include "autodiff/shape.hpp"
#include "tests/autodiff/random_graphs/dice.hpp"

namespace gandsl_test {

/// A size from 1 to `limit`: often one at which something begins to act, or its neighbour.
gandsl::Index draw_size(Dice& dice, gandsl::Index limit);

/// A shape of so many axes and at most `limit` elements, often close to that.
gandsl::Shape draw_shape(Dice& dice, std::size_t rank, gandsl::Index limit);

/// The most elements of a value in one graph: for most graphs few, so that there can be many graphs; for some
/// more than any threshold.
gandsl::Index draw_element_limit(Dice& dice);

}  // namespace gandsl_test
