#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <ctime>
#include <limits>
#include <map>

#include "autodiff/autodiff.hpp"
#include "autodiff/plan/memory.hpp"
#include "tests/autodiff/suites.hpp"
#include "tests/autodiff/unrolled.hpp"

/// Planning costs what a graph's size costs, and a gradient what its path costs. Measured in this process's
/// own time, the least of several, as other programs run beside it.
namespace gandsl_test {

using namespace gandsl;

namespace {

template <class Body>
double min_seconds(int times, const Body& body) {
    double least = std::numeric_limits<double>::max();
    for (int turn = 0; turn < times; ++turn) {
        const std::clock_t begin = std::clock();
        body();
        least = std::min(least, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    }
    return least;
}

void check_planning() {
    const auto seconds = [](std::size_t steps, std::size_t& nodes) {
        Tape tape(Evaluation::planned);
        const std::vector<Var> outputs = unrolled_equation(tape, steps);
        nodes = tape.size();
        return min_seconds(3, [&] { Plan plan(outputs); });
    };
    std::size_t few = 0;
    std::size_t many = 0;
    double of_few = seconds(100, few);
    double of_many = seconds(800, many);
    // On a busy machine the caches are others' too: measured again, and the lowest counts.
    for (int again = 0; again < 4 && of_many >= 16 * of_few; ++again) {
        of_few = std::min(of_few, seconds(100, few));
        of_many = std::min(of_many, seconds(800, many));
    }
    BOOST_TEST_MESSAGE(few << " nodes " << of_few << " s, " << many << " nodes " << of_many << " s");
    BOOST_TEST(many > 7 * few);
    BOOST_TEST(of_many < 16 * of_few,
               of_few << " s for " << few << " nodes, " << of_many << " s for " << many);
}

// Steps that have a state, an input, many indices and a computed value in common.
void check_shared_values() {
    const auto seconds = [](std::size_t steps) {
        Tape tape(Evaluation::planned);
        const Var table = tape.state(make_array({8, 4}, Real(0.1)), "table");
        const Var scale = tape.state(make_array({4}, Real(0.1)), "scale");
        const Var index = tape.input({3});
        const Var shared = relu(gather(table, index)) * 0.5;
        Var y = tape.input({3, 4});
        for (std::size_t step = 0; step < steps; ++step) {
            y = y + gather(table, index) * scale * softmax(y - shared);
        }
        const Var loss = sum(y);
        const Var next_table = table - gradient(loss, table);
        const Var next_scale = scale - gradient(loss, scale);
        return min_seconds(3, [&] { Plan plan({loss}, {{table, next_table}, {scale, next_scale}}); });
    };
    const double of_few = seconds(500);
    const double of_many = seconds(4000);
    BOOST_TEST(of_many < 16 * of_few, of_few << " s, and " << of_many << " s for 8 times the steps");
}

void check_gradient_of_a_short_path() {
    const auto seconds = [](std::size_t earlier) {
        Tape tape(Evaluation::planned);
        const Var x = tape.input({});
        Var y = x;
        for (std::size_t node = 0; node < earlier; ++node) {
            y = y + x;
        }
        const Var value = square(x);
        return min_seconds(20, [&] {
            for (int turn = 0; turn < 20; ++turn) {
                gradient(value, x);
            }
        });
    };
    const double of_few = seconds(1000);
    const double of_many = seconds(100000);
    BOOST_TEST(of_many < 4 * of_few + 1e-4,
               of_few << " s, and " << of_many << " s after 100 times the nodes");
}

// Very many blocks: none overlap that are alive together, and they take little more than what is alive at
// once.
void check_placement() {
    std::vector<Lifetime> lifetimes;
    constexpr std::size_t count = 12000;
    for (std::size_t block = 0; block < count; ++block) {
        const std::size_t first = block;
        // Some for a moment, some up to when a backward pass reads them.
        const std::size_t last = block % 3 == 0 ? 2 * count - block : block + 1 + block % 7;
        lifetimes.push_back({64 * (1 + block * 7919 % 13), first, last});
    }
    const Placement placement = place(lifetimes, true);
    std::vector<std::size_t> alive(2 * count + 1, 0);
    std::size_t most = 0;
    for (const Lifetime& own : lifetimes) {
        for (std::size_t step = own.first; step <= own.last; ++step) {
            most = std::max(most, alive[step] += own.bytes);
        }
    }
    BOOST_TEST(placement.bytes >= most);
    BOOST_TEST(static_cast<double>(placement.bytes) < 1.15 * static_cast<double>(most),
               placement.bytes << " bytes where " << most << " are alive");
    // Sweeps over time with the blocks alive by offset.
    std::vector<std::vector<std::size_t>> begin(2 * count + 1), end(2 * count + 1);
    for (std::size_t block = 0; block < count; ++block) {
        begin[lifetimes[block].first].push_back(block);
        end[lifetimes[block].last].push_back(block);
    }
    std::map<std::size_t, std::size_t> taken;  // offset, end
    std::size_t overlaps = 0;
    for (std::size_t step = 0; step < begin.size(); ++step) {
        for (const std::size_t block : begin[step]) {
            const std::size_t offset = placement.offsets[block];
            const auto next = taken.lower_bound(offset);
            overlaps += next != taken.end() && next->first < offset + lifetimes[block].bytes ? 1 : 0;
            overlaps += next != taken.begin() && std::prev(next)->second > offset ? 1 : 0;
            taken[offset] = offset + lifetimes[block].bytes;
        }
        for (const std::size_t block : end[step]) {
            taken.erase(placement.offsets[block]);
        }
    }
    BOOST_TEST(overlaps == 0U);
}

}  // namespace

void add_planning_cases() {
    add_case("planning", "unrolled", check_planning);
    add_case("planning", "shared_values", check_shared_values);
    add_case("planning", "gradient_of_a_short_path", check_gradient_of_a_short_path);
    add_case("planning", "placement", check_placement);
}

}  // namespace gandsl_test
