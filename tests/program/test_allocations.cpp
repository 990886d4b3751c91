#define BOOST_TEST_MODULE allocations
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "autodiff/plan.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/program/load.hpp"
#include "tests/program/counted_allocation.hpp"

/// A plan is replayed without a single allocation, whatever the number of threads.

using namespace gandsl;

namespace {

std::filesystem::path zoo(const char* name) {
    const char* root = std::getenv("GANDSL_SOURCE");
    return std::filesystem::path(root == nullptr ? "." : root) / "models" / name;
}

void check_model(const char* name, std::size_t threads) {
    program::FileRequest request;
    request.file = zoo(name);
    // What is counted does not depend on the batch; a small one takes less time.
    request.batch = 4;
    const std::optional<program::Loaded> loaded = program::load(request);
    BOOST_TEST_REQUIRE(loaded.has_value());
    const runtime::Graph graph = runtime::build(loaded->program, {.batch = 4});
    Plan plan(graph.outputs(), graph.assignments, {std::make_shared<ThreadPool>(threads), {}});
    // Fed by hand: a reader's thread would be counted, too.
    for (const runtime::DataInput& input : graph.inputs) {
        const std::span<Real> values = plan.feed(input.var);
        std::fill(values.begin(), values.end(), Real{0.5});
    }
    std::uint64_t step = 0;
    const auto run = [&](std::uint64_t last) {
        for (; step < last; ++step) {
            plan.run(step);
        }
    };
    run(3);
    BOOST_TEST(test::allocations_of([&] { run(8); }) == 0U, name << " with " << threads << " threads");
    BOOST_TEST(std::isfinite(plan.read(graph.named[0].var)[0]));
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_counter_sees_an_allocation) {
    const int* volatile seen = nullptr;  // or the compiler leaves the allocation out
    const auto allocate = [&] {
        const std::vector<int> numbers(7);
        seen = numbers.data();
    };
    BOOST_TEST(test::allocations_of(allocate) == 1U);
    BOOST_TEST(test::allocations_of([&] {
                   allocate();
                   std::thread(allocate).join();
               }) >= 3U);
    BOOST_TEST(seen != nullptr);
}

BOOST_AUTO_TEST_CASE(a_dcgan_step_allocates_nothing) {
    check_model("mnist.gan", 1);
    check_model("mnist.gan", 2);
}

BOOST_AUTO_TEST_CASE(a_dense_gan_step_allocates_nothing) {
    check_model("mlp_gan.gan", 1);
    check_model("mlp_gan.gan", 2);
}
