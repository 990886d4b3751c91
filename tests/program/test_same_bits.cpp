#define BOOST_TEST_MODULE same_bits
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "autodiff/array.hpp"
#include "autodiff/plan.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/training/feeder.hpp"
#include "runtime/training/session.hpp"
#include "tests/program/zoo_steps.hpp"

/// Weights, moments, statistics and losses do not depend on the number of threads, to the last bit.

using namespace gandsl;

namespace {

constexpr std::uint64_t steps = 2;

/// What a checkpoint would keep, and the losses.
struct Trained {
    std::vector<std::string> names;
    std::vector<std::vector<Real>> values;
};

Trained train(const program::Loaded& loaded, const training::Datasets& datasets, std::size_t threads) {
    const dsl::Train& settings = *loaded.program.train;
    const runtime::Graph graph =
        runtime::build(loaded.program, {.batch = static_cast<Index>(settings.batch), .seed = 1});
    Plan plan(graph.outputs(), graph.assignments, {std::make_shared<ThreadPool>(threads), {}});
    training::TrainFeeder feeder(loaded.program, datasets, graph, settings.batch, 1, 0);
    Trained trained;
    const auto keep = [&](const std::string& name, std::span<const Real> values) {
        trained.names.push_back(name);
        trained.values.emplace_back(values.begin(), values.end());
    };
    for (std::uint64_t step = 0; step < steps; ++step) {
        feeder.feed(plan);
        plan.run(step);
        for (const runtime::NamedOutput& output : graph.named) {
            keep(output.name, plan.read(output.var));
        }
    }
    for (const runtime::NamedState& state : graph.states) {
        const Array& value = state.var.value();
        keep(state.name, {value.data(), value.size()});
    }
    return trained;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_step_has_the_same_bits_at_every_number_of_threads) {
    std::size_t models = 0;
    for (const std::filesystem::path& file : test::zoo_files()) {
        const program::Loaded loaded = test::load_zoo(file);
        const training::Datasets datasets = training::open_datasets(loaded);
        const Trained alone = train(loaded, datasets, 1);
        for (const std::size_t threads : {2U, 3U, 4U}) {
            const Trained together = train(loaded, datasets, threads);
            BOOST_TEST_REQUIRE(together.names == alone.names, boost::test_tools::per_element());
            for (std::size_t place = 0; place < alone.names.size(); ++place) {
                const std::vector<Real>& expected = alone.values[place];
                const std::vector<Real>& found = together.values[place];
                BOOST_TEST_REQUIRE(expected.size() == found.size());
                BOOST_TEST(std::memcmp(expected.data(), found.data(), expected.size() * sizeof(Real)) == 0,
                           alone.names[place] << " of " << file.filename().string() << " with " << threads
                                              << " threads");
            }
        }
        BOOST_TEST_MESSAGE(file.filename().string() << ": " << alone.names.size() << " values");
        ++models;
    }
    BOOST_TEST(models >= 17U);
}
