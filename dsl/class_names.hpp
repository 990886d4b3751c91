#pragma once

#include <string>
#include <vector>

#include "dsl/diagnostics.hpp"
#include "dsl/program.hpp"

/// Which classes the numbers of a net stand for. Labels and symbols carry their names in their types; here
/// those of vectors are found, such as one_hot(y) or the probabilities that a loss compares with y.
namespace gandsl::dsl {

/// Fills in Net::input_classes and Net::result_classes, and reports nets that are used for one set of classes
/// here and for another there.
std::vector<Diagnostic> check_class_names(Program& program);

/// "`t` of the net `M`", for an input.
diagnostics::Term input_slot(const Net& net, std::size_t input);
/// The run that a net is from; empty where it is from none.
std::string learned_from(const Net& net);

}  // namespace gandsl::dsl
