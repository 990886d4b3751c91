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

/// Weights, moments, statistics and losses depend neither on the number of threads nor on how the plan groups
/// its work, to the last bit.

using namespace gandsl;

namespace {

constexpr std::uint64_t steps = 2;

/// What a checkpoint would keep, and the losses.
struct Trained {
    std::vector<std::string> names;
    std::vector<std::vector<Real>> values;
};

Trained train(const loading::Loaded& loaded, const data::Datasets& datasets, std::size_t threads,
              const std::vector<std::string>& without = {}) {
    const dsl::Train& settings = *loaded.program.train;
    const runtime::Graph graph =
        runtime::build(loaded.program, {.batch = static_cast<Index>(settings.batch), .seed = 1});
    Plan plan(graph.outputs(), graph.assignments, {std::make_shared<ThreadPool>(threads), without});
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

void expect_same(const Trained& expected, const Trained& found, const std::string& what) {
    BOOST_TEST_REQUIRE(found.names == expected.names, boost::test_tools::per_element());
    for (std::size_t place = 0; place < expected.names.size(); ++place) {
        const std::vector<Real>& one = expected.values[place];
        const std::vector<Real>& other = found.values[place];
        BOOST_TEST_REQUIRE(one.size() == other.size());
        BOOST_TEST(std::memcmp(one.data(), other.data(), one.size() * sizeof(Real)) == 0,
                   expected.names[place] << " of " << what);
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_step_has_the_same_bits_at_every_number_of_threads_and_in_every_plan) {
    std::size_t models = 0;
    for (const std::filesystem::path& file : test::zoo_files()) {
        const loading::Loaded loaded = test::load_zoo(file);
        const data::Datasets datasets = training::open_datasets(loaded);
        const Trained alone = train(loaded, datasets, 1);
        for (const std::size_t threads : {2U, 3U, 4U}) {
            expect_same(alone, train(loaded, datasets, threads),
                        file.filename().string() + " with " + std::to_string(threads) + " threads");
        }
        for (const char* pass : {"fuse", "recompute", "tile"}) {
            expect_same(alone, train(loaded, datasets, 2, {pass}),
                        file.filename().string() + " without the pass " + pass);
        }
        BOOST_TEST_MESSAGE(file.filename().string() << ": " << alone.names.size() << " values");
        ++models;
    }
    BOOST_TEST(models >= 17U);
}
