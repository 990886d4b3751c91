#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>
#include <utility>

#include "autodiff/autodiff.hpp"
#include "autodiff/plan/passes.hpp"
#include "autodiff/plan/verify.hpp"
#include "tests/autodiff/suites.hpp"

/// The verifier refuses layouts that are damaged on purpose, in every way in which a layout can be wrong, and
/// nothing that the planner makes.
namespace gandsl_test {

using namespace gandsl;

namespace {

constexpr std::size_t threads = 2;

// A graph in which every kind of memory occurs.
struct Example {
    Tape tape{Evaluation::planned, 1};
    Var p = tape.input({64, 1024}), a = tape.input({64, 64}), index = tape.input({4});
    Var count = tape.state(make_array({8, 16}), "count");
    Var table = tape.state(make_array({8, 16}), "table");
    Var weight = tape.state(make_array({64, 1024}), "weight");
    Var left = tape.state(make_array({64, 1024}), "left");
    Var right = tape.state(make_array({64, 1024}), "right");
    Var still = tape.state(make_array({5}), "still");
    // The product is computed a tile at a time and reads all of x.
    Var x = tanh(p);
    Var product = matmul(a, x, true);
    Var y = x * product;
    // Read before and after its new value is there.
    Var next_count = count + 1.0;
    Var rows = gather(next_count * table, index * 0.5);
    Var late = sum(matmul(rows, count, false, true));
    // A fused sum, and a weight updated in place.
    Var z = exp(p * 0.5) + weight;
    Var total = sum(square(z), {0});
    Var next_weight = weight - z * 0.125;
    Var mixed = softmax(matmul(a, y)) * total;

    std::vector<Var> outputs{mixed, weight, still, late, p, next_count};
    std::vector<Assignment> assignments{
        {count, next_count}, {weight, next_weight}, {left, right}, {right, left}};

    Draft make(const std::vector<std::string>& without = {}) {
        return draft(prune(tape, outputs, assignments), threads, without);
    }
};

std::size_t node_of(const Draft& draft, Var var) {
    const auto& nodes = draft.graph.nodes;
    const auto found =
        std::find_if(nodes.begin(), nodes.end(), [&](const GraphNode& node) { return node.id == var.id(); });
    BOOST_TEST_REQUIRE((found != nodes.end()));
    return root_of(draft.graph, static_cast<std::size_t>(found - nodes.begin()));
}

std::size_t& block_of(Draft& draft, Var var) {
    return draft.layout.block_of[node_of(draft, var)];
}

std::size_t group_of(const Draft& draft, Var var) {
    return draft.schedule.group_of[node_of(draft, var)];
}

// What the verifier says; nothing if it is content.
std::string fault_of(const Draft& draft) {
    try {
        verify(draft.graph, draft.schedule, draft.layout, threads);
    } catch (const Error& error) {
        BOOST_TEST((error.code() == ErrorCode::internal));
        return error.message();
    }
    return {};
}

void refuses(const Draft& damaged, const std::string& what, const std::string& why) {
    const std::string fault = fault_of(damaged);
    BOOST_TEST(fault.find(why) != std::string::npos, what << ": '" << fault << "'");
}

// Takes back a store in place, or the copy that makes one.
void store_at(Draft& draft, Var state, Var value) {
    const std::size_t block = block_of(draft, state);
    std::erase_if(draft.layout.after, [&](const BlockCopy& copy) { return copy.to == block; });
    block_of(draft, value) = block;
}

void check_sound() {
    Example example;
    std::vector<std::vector<std::string>> variants{{}, Plan::passes()};
    for (const std::string& pass : Plan::passes()) {
        variants.push_back({pass});
    }
    for (const auto& without : variants) {
        BOOST_TEST(fault_of(example.make(without)) == "");
    }
    // All that is damaged below is there.
    const Draft draft = example.make();
    BOOST_TEST(!draft.schedule.groups[group_of(draft, example.y)].producers.empty());
    BOOST_TEST(!draft.schedule.groups[group_of(draft, example.z)].sums.empty());
    BOOST_TEST(draft.layout.block_of[node_of(draft, example.next_weight)] ==
               draft.layout.block_of[node_of(draft, example.weight)]);
    BOOST_TEST(draft.layout.before.size() >= 5U);
    BOOST_TEST(draft.layout.after.size() == 3U);
}

void check_operands() {
    Example example;
    Draft draft = example.make();
    block_of(draft, example.y) = block_of(draft, example.x);
    refuses(draft, "over what a tiled product reads", "while the same group still reads it");

    draft = example.make();
    block_of(draft, example.total) = block_of(draft, example.weight);
    refuses(draft, "a sum over an operand", "not of its value's size");

    draft = example.make();
    store_at(draft, example.count, example.next_count);
    refuses(draft, "a state that is read later", "");
    BOOST_TEST(fault_of(draft) != "");

    draft = example.make();
    const std::size_t first = group_of(draft, example.next_count);
    const std::size_t second = group_of(draft, example.rows);
    std::swap(draft.schedule.groups[first], draft.schedule.groups[second]);
    std::swap(draft.layout.programs[first], draft.layout.programs[second]);
    std::swap(draft.layout.workspace_of[first], draft.layout.workspace_of[second]);
    refuses(draft, "groups the wrong way round", "read before it is there");
}

void check_outputs() {
    Example example;
    Draft draft = example.make();
    draft.layout.outputs[1] = block_of(draft, example.weight);
    refuses(draft, "an output read from a state that is assigned", "not the value of the run");

    draft = example.make();
    draft.layout.outputs[2] = block_of(draft, example.still);
    refuses(draft, "an output read from another state", "after the run");

    draft = example.make();
    draft.layout.outputs[4] = block_of(draft, example.p);
    refuses(draft, "an output read from an input", "after the run");

    draft = example.make();
    std::swap(draft.layout.outputs[0], draft.layout.outputs[4]);
    refuses(draft, "outputs that changed places", "not the value of the run");

    draft = example.make();
    draft.layout.outputs.pop_back();
    refuses(draft, "an output without a block", "an output is missing");
}

void check_stores() {
    Example example;
    for (std::size_t copy = 0; copy < example.make().layout.before.size(); ++copy) {
        Draft draft = example.make();
        draft.layout.before.erase(draft.layout.before.begin() + static_cast<std::ptrdiff_t>(copy));
        BOOST_TEST(fault_of(draft) != "", "without snapshot " << copy);
    }
    for (std::size_t copy = 0; copy < example.make().layout.after.size(); ++copy) {
        Draft draft = example.make();
        draft.layout.after.erase(draft.layout.after.begin() + static_cast<std::ptrdiff_t>(copy));
        refuses(draft, "a store that is forgotten", "does not get the value");
        draft = example.make();
        draft.layout.after[copy].to = block_of(draft, example.table);
        BOOST_TEST(fault_of(draft) != "", "store " << copy << " into another state");
    }
    Draft draft = example.make();
    draft.layout.before.push_back({block_of(draft, example.left), block_of(draft, example.right)});
    refuses(draft, "a store before the run", "before the run");

    // Nothing reads `count` after its new value here, but an index may be out of range.
    Example throwing;
    throwing.late = sum(throwing.rows);
    throwing.outputs = {throwing.late};
    draft = throwing.make();
    BOOST_TEST(fault_of(draft) == "");
    store_at(draft, throwing.count, throwing.next_count);
    refuses(draft, "a store before an index is looked at", "before the last operation that can throw");
}

void check_memory() {
    Example example;
    Draft draft = example.make();
    draft.layout.arena_bytes -= 64;
    refuses(draft, "an arena that is too small", "ends after its memory");

    draft = example.make();
    draft.layout.feed_bytes -= 64;
    refuses(draft, "feeds that are too small", "ends after its memory");

    draft = example.make();
    draft.layout.blocks[block_of(draft, example.a)].offset =
        draft.layout.blocks[block_of(draft, example.p)].offset;
    refuses(draft, "inputs in one place", "two inputs overlap");

    draft = example.make();
    draft.layout.blocks[block_of(draft, example.left)].leaf = node_of(draft, example.right);
    refuses(draft, "a state in the memory of another", "not read where it stands");

    draft = example.make();
    draft.layout.blocks[block_of(draft, example.x)].bytes /= 2;
    refuses(draft, "half a value", "not of its value's size");

    draft = example.make();
    block_of(draft, example.x) = no_block;
    refuses(draft, "no memory at all", "has none");

    for (std::size_t group = 0; group < draft.schedule.groups.size(); ++group) {
        draft = example.make();
        if (const std::size_t block = draft.layout.workspace_of[group]; block != no_block) {
            draft.layout.blocks[block].bytes /= 2;
            refuses(draft, "half a workspace", "too small");
            draft.layout.workspace_of[group] = no_block;
            refuses(draft, "no workspace", "is missing");
        }
    }
}

// Any two blocks of the arena that are alive together: values, sums, workspaces, copies of states.
void check_overlaps() {
    Example example;
    const Draft sound = example.make();
    std::size_t pairs = 0;
    const auto in_arena = [](const Block& block) {
        return block.storage == Block::Storage::arena && block.bytes > 0;
    };
    for (std::size_t one = 0; one < sound.layout.blocks.size(); ++one) {
        for (std::size_t other = 0; other < sound.layout.blocks.size(); ++other) {
            const Block& a = sound.layout.blocks[one];
            const Block& b = sound.layout.blocks[other];
            const std::size_t begin = std::max(a.first, b.first);
            const std::size_t end = std::min(a.last, b.last);
            // A result may take the memory of an operand that dies.
            const bool takes_over = begin == end && a.first != b.first &&
                                    begin < sound.schedule.groups.size() &&
                                    sound.schedule.groups[begin].elementwise;
            if (one == other || !in_arena(a) || !in_arena(b) || begin > end || takes_over) {
                continue;
            }
            for (const std::size_t shift : {std::size_t{0}, a.bytes - sizeof(Real)}) {
                Draft draft = example.make();
                draft.layout.blocks[other].offset = a.offset + shift;
                draft.layout.arena_bytes += a.bytes + b.bytes;
                BOOST_TEST(fault_of(draft) != "",
                           "blocks " << one << " and " << other << ", " << shift << " bytes apart");
                ++pairs;
            }
        }
    }
    BOOST_TEST(pairs > 50U);
}

// Every source of every instruction, every target and every sum, in another register.
void check_programs() {
    Example example;
    Tape& tape = example.tape;
    // Combinations of several nodes, broadcast operands, and registers that are used again.
    const Var bias = tape.state(make_array({1024}), "bias");
    const Var moment = tape.state(make_array({64, 1024}), "moment");
    example.outputs.push_back(tanh(example.z * bias + example.p) * leaky_relu(example.z - bias, 0.2));
    example.assignments.push_back({moment, moment * 0.9 + square(example.z) * 0.1});
    const Draft sound = example.make();
    BOOST_TEST(fault_of(sound) == "");
    std::size_t damages = 0;
    const auto damage = [&](const std::function<void(ElementwiseProgram&)>& how, std::size_t group) {
        Draft draft = sound;
        how(draft.layout.programs[group].program);
        BOOST_TEST(fault_of(draft) != "", "program of group " << group << ", damage " << damages);
        ++damages;
    };
    for (std::size_t group = 0; group < sound.schedule.groups.size(); ++group) {
        const ElementwiseProgram& program = sound.layout.programs[group].program;
        for (std::size_t step = 0; step < program.steps.size(); ++step) {
            for (std::size_t other = 0; other < program.registers.size(); ++other) {
                const auto register_index = static_cast<std::uint8_t>(other);
                for (std::size_t slot = 0; slot < program.steps[step].arity; ++slot) {
                    const auto& source = program.registers[program.steps[step].sources[slot]];
                    const auto& wrong = program.registers[other];
                    if (source.storage != wrong.storage || source.index != wrong.index) {
                        damage([&](auto& own) { own.steps[step].sources[slot] = register_index; }, group);
                    }
                }
            }
            damage([&](auto& own) { own.steps.erase(own.steps.begin() + static_cast<std::ptrdiff_t>(step)); },
                   group);
            damage([&](auto& own) { own.steps[step].numbers.push_back(1); }, group);
        }
        for (std::size_t sum = 0; sum < program.summed.size(); ++sum) {
            damage([&](auto& own) { own.summed[sum] = 0; }, group);
        }
        for (std::size_t operand = 0; operand < program.operands.size(); ++operand) {
            damage([&](auto& own) { own.operands[operand].contiguous ^= true; }, group);
        }
    }
    BOOST_TEST(damages > 100U);
}

}  // namespace

void add_layout_cases() {
    add_case("layout", "sound", check_sound);
    add_case("layout", "operands", check_operands);
    add_case("layout", "outputs", check_outputs);
    add_case("layout", "stores", check_stores);
    add_case("layout", "memory", check_memory);
    add_case("layout", "overlaps", check_overlaps);
    add_case("layout", "programs", check_programs);
}

}  // namespace gandsl_test
