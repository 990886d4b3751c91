#include "tests/autodiff/reference_support.hpp"

namespace gandsl_test {

namespace {

Numbers matmul(const Call& call) {
    const bool transpose_a = call.integers[0] != 0;
    const bool transpose_b = call.integers[1] != 0;
    const Values& a = call.inputs[0];
    const Values& b = call.inputs[1];
    const std::size_t rank = a.shape.size();
    const Index inner = a.shape[transpose_a ? rank - 2 : rank - 1];
    Numbers result;
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        const auto place = place_at(call.output, position);
        double total = 0;
        for (Index k = 0; k < inner; ++k) {
            auto from_a = place;
            auto from_b = place;
            from_a[transpose_a ? rank - 1 : rank - 2] = place[rank - 2];
            from_a[transpose_a ? rank - 2 : rank - 1] = k;
            from_b[transpose_b ? rank - 1 : rank - 2] = k;
            from_b[transpose_b ? rank - 2 : rank - 1] = place[rank - 1];
            total += a.numbers[position_at(a.shape, from_a)] * b.numbers[position_at(b.shape, from_b)];
        }
        result.push_back(total);
    }
    return result;
}

}  // namespace

References product_references() {
    return {
        {"matmul", matmul},
    };
}

}  // namespace gandsl_test
