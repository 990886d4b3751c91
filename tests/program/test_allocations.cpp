#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "autodiff/plan.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/loading/load.hpp"
#include "tests/program/counted_allocation.hpp"
#include "tests/program/zoo_steps.hpp"

/// A plan is replayed without a single allocation, whatever the number of threads.

using namespace gandsl;

namespace {

void check_model(const std::filesystem::path& file, const loading::Loaded& loaded, std::size_t threads) {
    const auto batch = static_cast<Index>(loaded.program.train->batch);
    const runtime::Graph graph = runtime::build(loaded.program, {.batch = batch});
    Plan plan(graph.outputs(), graph.assignments, {std::make_shared<ThreadPool>(threads), {}});
    // Fed by hand: a reader's thread would be counted, too. 1 is a number of a picture and a class as well.
    for (const runtime::DataInput& input : graph.inputs) {
        const std::span<Real> values = plan.feed(input.var);
        std::fill(values.begin(), values.end(), Real{1});
    }
    std::uint64_t step = 0;
    const auto run = [&](std::uint64_t last) {
        for (; step < last; ++step) {
            plan.run(step);
        }
    };
    run(2);
    BOOST_TEST(test::allocations_of([&] { run(4); }) == 0U, file.filename().string()
                                                                << " with " << threads << " threads");
    BOOST_TEST(std::isfinite(plan.read(graph.named[0].var)[0]), file.filename().string());
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

BOOST_AUTO_TEST_CASE(no_step_of_the_zoo_allocates) {
    const std::vector<std::filesystem::path> files = test::zoo_files();
    BOOST_TEST(files.size() >= 17U);
    for (const std::filesystem::path& file : files) {
        const loading::Loaded loaded = test::load_zoo(file);
        check_model(file, loaded, 1);
        check_model(file, loaded, 2);
    }
}
