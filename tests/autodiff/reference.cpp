#include "tests/autodiff/reference.hpp"

#include "tests/autodiff/reference_support.hpp"

namespace gandsl_test {

const std::map<std::string, Reference>& references() {
    static const References table = [] {
        References all;
        for (References part :
             {elementwise_references(), reduction_references(), shape_references(), product_references(),
              linear_algebra_references(), convolution_references(), recurrent_references()}) {
            all.merge(part);
        }
        return all;
    }();
    return table;
}

PhiloxWords philox(PhiloxWords counter, std::uint32_t key0, std::uint32_t key1) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t first = std::uint64_t{0xD2511F53} * counter.word[0];
        const std::uint64_t second = std::uint64_t{0xCD9E8D57} * counter.word[2];
        counter = {{static_cast<std::uint32_t>(second >> 32) ^ counter.word[1] ^ key0,
                    static_cast<std::uint32_t>(second),
                    static_cast<std::uint32_t>(first >> 32) ^ counter.word[3] ^ key1,
                    static_cast<std::uint32_t>(first)}};
        key0 += 0x9E3779B9U;
        key1 += 0xBB67AE85U;
    }
    return counter;
}

}  // namespace gandsl_test
