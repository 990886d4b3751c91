#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/data/order.hpp"
#include "runtime/data/random.hpp"

using namespace gandsl;
using data::Order;

BOOST_AUTO_TEST_SUITE(order)

BOOST_AUTO_TEST_CASE(philox_has_the_published_values) {
    // Known answers of Philox4x32-10 for counter and key of all zeros and of all ones.
    const std::array<std::uint32_t, 4> zeros = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    const std::array<std::uint32_t, 4> ones = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
    BOOST_TEST((data::philox(0, 0, 0) == zeros));
    BOOST_TEST((data::philox(~0ULL, ~0ULL, ~0ULL) == ones));
}

BOOST_AUTO_TEST_CASE(an_epoch_shows_every_example_once) {
    for (const std::uint64_t count : {1ULL, 2ULL, 3ULL, 4ULL, 5ULL, 16ULL, 17ULL, 1000ULL, 4097ULL}) {
        const Order order{7, count};
        for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
            std::set<std::uint64_t> seen;
            for (std::uint64_t i = 0; i < count; ++i) {
                const auto place = order.at(epoch * count + i);
                BOOST_TEST(place.epoch == epoch);
                BOOST_TEST(place.index < count);
                seen.insert(place.index);
            }
            BOOST_TEST(seen.size() == count);
        }
    }
}

BOOST_AUTO_TEST_CASE(seed_stream_and_epoch_each_change_the_order) {
    const auto first = [](const Order& order, std::uint64_t from) {
        std::vector<std::uint64_t> indices;
        for (std::uint64_t i = 0; i < 20; ++i) {
            indices.push_back(order.at(from + i).index);
        }
        return indices;
    };
    const auto reference = first({1, 1000, 0}, 0);
    BOOST_TEST(reference == first({1, 1000, 0}, 0), boost::test_tools::per_element());
    BOOST_TEST((reference != first({2, 1000, 0}, 0)));
    BOOST_TEST((reference != first({1, 1000, 1}, 0)));
    BOOST_TEST((reference != first({1, 1000, 0}, 1000)));
}

BOOST_AUTO_TEST_CASE(every_permutation_is_as_likely) {
    std::map<std::vector<std::uint64_t>, int> seen;
    constexpr int turns = 24000;
    for (std::uint64_t turn = 0; turn < turns; ++turn) {
        std::vector<std::uint64_t> permutation;
        for (std::uint64_t i = 0; i < 4; ++i) {
            permutation.push_back(data::permuted(i, 4, 3, 0, turn));
        }
        ++seen[permutation];
    }
    BOOST_TEST(seen.size() == 24);
    double chi_squared = 0;
    for (const auto& [permutation, count] : seen) {
        chi_squared += (count - turns / 24.0) * (count - turns / 24.0) / (turns / 24.0);
    }
    BOOST_TEST(chi_squared < 49.7);  // 23 degrees of freedom: exceeded once in a thousand
}

BOOST_AUTO_TEST_CASE(neighbours_are_independent) {
    // In a random permutation the sum of i * p(i) has mean n (n - 1)^2 / 4 and variance n^2 (n - 1) (n^2 - 1)
    // / 144.
    constexpr double n = 60000;
    double sum = 0;
    double follows = 0;
    for (std::uint64_t i = 0; i < 60000; ++i) {
        const std::uint64_t p = data::permuted(i, 60000, 11, 0, 0);
        sum += static_cast<double>(i) * static_cast<double>(p);
        follows += data::permuted((i + 1) % 60000, 60000, 11, 0, 0) == (p + 1) % 60000 ? 1 : 0;
    }
    const double deviations =
        (sum - n * (n - 1) * (n - 1) / 4) / std::sqrt(n * n * (n + 1) * (n * n - 1) / 144);
    BOOST_TEST(std::abs(deviations) < 3.3);
    BOOST_TEST(follows < 8);  // about one is expected
}

BOOST_AUTO_TEST_CASE(an_epoch_ends_with_the_step_that_completes_it) {
    BOOST_TEST(data::steps_for_epochs(1, 10, 4) == 3);
    BOOST_TEST(data::steps_for_epochs(2, 10, 4) == 5);
    BOOST_TEST(data::steps_for_epochs(0, 10, 4) == 0);
    BOOST_TEST(data::steps_for_epochs(1, 10, 100) == 1);
    BOOST_TEST(data::epochs_after(2, 10, 4) == 0);
    BOOST_TEST(data::epochs_after(3, 10, 4) == 1);
    BOOST_TEST(data::epochs_after(5, 10, 4) == 2);
    BOOST_TEST(data::epochs_after(1, 10, 100) == 10);
    for (std::uint64_t epochs = 1; epochs < 50; ++epochs) {
        const std::uint64_t steps = data::steps_for_epochs(epochs, 37, 5);
        BOOST_TEST(data::epochs_after(steps, 37, 5) >= epochs);
        BOOST_TEST(data::epochs_after(steps - 1, 37, 5) < epochs);
    }
    BOOST_CHECK_THROW(data::steps_for_epochs(1, 10, 0), Error);
    BOOST_CHECK_THROW(data::steps_for_epochs(~0ULL, 10, 4), Error);
}

BOOST_AUTO_TEST_SUITE_END()
