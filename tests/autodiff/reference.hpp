#pragma once

#include <map>
#include <string>
#include <vector>

#include "autodiff/shape.hpp"

/// Every operation once more, as plain loops over doubles that share nothing with the library's kernels.
namespace gandsl_test {

struct Values {
    gandsl::Shape shape;
    std::vector<double> numbers;
};

struct ReferenceCall {
    std::vector<gandsl::Index> integers;  ///< the attributes
    std::vector<double> numbers;
    std::vector<Values> inputs;
    gandsl::Shape output;
};

using Reference = std::vector<double> (*)(const ReferenceCall& call);

/// By operation name. Operations without inputs are not here.
const std::map<std::string, Reference>& references();

/// Those of the operations on square matrices.
const std::map<std::string, Reference>& linear_algebra_references();

/// Philox4x32-10 (Salmon et al., 2011), written from the paper's figures.
struct PhiloxWords {
    std::uint32_t word[4];
};
PhiloxWords philox(PhiloxWords counter, std::uint32_t key0, std::uint32_t key1);

}  // namespace gandsl_test
