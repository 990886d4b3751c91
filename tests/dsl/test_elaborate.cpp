#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "dsl/arithmetic.hpp"
#include "dsl/elaborate/flow.hpp"
#include "dsl/elaborate/imported_nets.hpp"
#include "dsl/elaborate/lint.hpp"

/// The parts of the elaborator that are functions of a program, on programs written by hand.
namespace gandsl::dsl {

namespace {

Entry layer(std::string name) {
    Entry entry;
    entry.name = std::move(name);
    entry.kind = EntryKind::layer;
    entry.inputs = {"x"};
    return entry;
}

Instruction instruction(Instruction::Kind kind, std::vector<ValueId> inputs, ValueId output,
                        const Entry* entry = nullptr) {
    Instruction result;
    result.kind = kind;
    result.inputs = std::move(inputs);
    result.outputs = {output};
    result.entry = entry;
    return result;
}

Instruction call(std::size_t net, std::vector<ValueId> inputs, ValueId output) {
    Instruction result = instruction(Instruction::Kind::call, std::move(inputs), output);
    result.index = net;
    return result;
}

/// A net of one input of this shape, which its code makes the last value of.
Net net(std::string name, const Shape& shape, Instructions body) {
    Net result;
    result.name = std::move(name);
    result.inputs = {"x"};
    result.types.assign(body.size() + 1, {shape, std::nullopt, true});
    result.results = {body.size()};
    result.body = std::move(body);
    return result;
}

std::vector<Code> codes_of_reports(const std::vector<Diagnostic>& diagnostics) {
    std::vector<Code> result;
    for (const Diagnostic& diagnostic : diagnostics) {
        result.push_back(diagnostic.code);
    }
    return result;
}

using Kind = Instruction::Kind;
using Codes = std::vector<Code>;
using Nets = std::set<std::size_t>;

/// What the checks of a whole program look at.
struct Entries {
    Entry normalization = layer("group_statistics");
    Entry squash = layer("squash");
    Entry loss = layer("distance");
    Entry stop = layer("hold");
    Entry step = layer("is_above");
    Entry plus = layer("plus");
    Entry source = layer("pictures");

    Entries() {
        normalization.statistics_over_batch = true;
        squash.range = Bounds{0, 1};
        loss.compares_inputs = true;
        stop.opaque = true;
        stop.stops_gradients = {diagnostics::Form::call, {"hold"}};
        step.stops_gradients = diagnostics::Form::comparison;
        plus.role = Role::add;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(elaborate)

BOOST_AUTO_TEST_CASE(flow_follows_values_but_not_through_what_is_opaque) {
    const Entries entries;
    Flow flow;
    flow.add(call(7, {0}, 1));
    flow.add(instruction(Kind::apply, {1}, 2, &entries.stop));
    flow.add(instruction(Kind::apply, {0, 2}, 3, &entries.loss));
    flow.add(instruction(Kind::apply, {1}, 4, &entries.step));
    BOOST_TEST(flow.depends(3, 0));
    BOOST_TEST(!flow.depends(3, 1));
    BOOST_TEST(flow.depends(3, 1, true));
    BOOST_TEST(!flow.depends(1, 3));
    BOOST_TEST((flow.nets_behind(1) == Nets{7}));
    BOOST_TEST(flow.nets_behind(3).empty());
    // A value that no instruction made comes from nothing.
    BOOST_TEST(!flow.depends(99, 0));
    BOOST_TEST(flow.nets_behind(99).empty());

    BOOST_TEST(flow.gradient_path(3, 0).open);
    BOOST_TEST(flow.gradient_path(3, 1).stop->entry == &entries.stop);
    BOOST_TEST(flow.gradient_path(4, 0).stop->entry == &entries.step);
    BOOST_TEST(!flow.gradient_path(4, 0).open);
    BOOST_TEST(!flow.gradient_path(1, 3).stop);
    // A step hides no net from an objective: what it does to the gradient is told where the graph is known.
    BOOST_TEST((flow.nets_behind(4) == Nets{7}));
}

BOOST_AUTO_TEST_CASE(nets_inside_are_all_that_results_are_computed_with) {
    const Entries entries;
    Program program;
    program.nets = {net("inner", {2}, {instruction(Kind::apply, {0}, 1, &entries.squash)}),
                    net("middle", {2}, {call(0, {0}, 1)}), net("outer", {2}, {call(1, {0}, 1)}),
                    net("held", {2}, {call(2, {0}, 1), instruction(Kind::apply, {1}, 2, &entries.stop)})};
    const auto inside = nets_inside(program);
    BOOST_TEST(inside[0].empty());
    BOOST_TEST((inside[1] == Nets{0}));
    BOOST_TEST((inside[2] == Nets{0, 1}));
    BOOST_TEST(inside[3].empty());
}

BOOST_AUTO_TEST_CASE(lint_says_nothing_of_a_program_that_does_not_train) {
    const Entries entries;
    Program program;
    program.nets = {net("F", {4}, {instruction(Kind::apply, {0}, 1, &entries.normalization)})};
    BOOST_TEST(lint(program).empty());
    BOOST_TEST(lint(Program{}).empty());
}

BOOST_AUTO_TEST_CASE(lint_warns_of_statistics_over_a_batch_of_one) {
    const Entries entries;
    Program program;
    program.nets = {net("inner", {4}, {instruction(Kind::apply, {0}, 1, &entries.normalization)}),
                    net("outer", {4}, {call(0, {0}, 1)})};
    program.train.emplace().batch = 1;
    program.train->types.assign(2, {{4}, std::nullopt, true});
    program.train->items = {Instructions{call(1, {0}, 1)}};
    auto found = lint(program);
    BOOST_TEST((codes_of_reports(found) == Codes{Code::lone_example}));
    BOOST_TEST(found[0].message.find("group_statistics in `inner`") == 0);
    program.train->batch = 2;
    BOOST_TEST(lint(program).empty());
    // Places of a picture are many numbers, even of one example.
    program.train->batch = 1;
    program.nets[0].types[0].shape = {3, 8, 8};
    BOOST_TEST(lint(program).empty());
}

BOOST_AUTO_TEST_CASE(lint_warns_of_a_penalty_on_a_gradient_through_statistics) {
    const Entries entries;
    Program program;
    program.nets = {net("C", {4}, {instruction(Kind::apply, {0}, 1, &entries.normalization)})};
    program.train.emplace();
    program.train->types.assign(4, {{4}, std::nullopt, true});
    Instruction slope = instruction(Kind::gradient, {1, 0}, 2);
    slope.span = {50, 60};
    Update update;
    update.body = {call(0, {0}, 1), slope, instruction(Kind::apply, {2}, 3, &entries.squash)};
    update.objective = 3;
    program.train->items = {update};
    BOOST_TEST((codes_of_reports(lint(program)) == Codes{Code::batch_norm_penalty}));
    // A gradient that the objective does not depend on is no penalty.
    std::get<Update>(program.train->items[0]).objective = 1;
    BOOST_TEST(lint(program).empty());
}

BOOST_AUTO_TEST_CASE(lint_warns_of_data_that_a_result_cannot_reach) {
    const Entries entries;
    Program program;
    Data data;
    data.names = {"x"};
    data.types = {{{4}, std::nullopt, true}};
    data.source = &entries.source;
    Value range;
    range.data = std::vector<double>{-1, 1};
    data.arguments.emplace("range", range);
    program.data = {data};
    program.nets = {net("G", {4}, {instruction(Kind::apply, {0}, 1, &entries.squash)})};
    program.train.emplace();
    program.train->types.assign(6, {{4}, std::nullopt, true});
    Instruction constant = instruction(Kind::constant, {}, 2);
    constant.number = -0.5;
    program.train->items = {
        Instructions{instruction(Kind::data, {}, 0), call(0, {0}, 1), constant,
                     instruction(Kind::apply, {1, 2}, 3, &entries.plus),  // from -0.5 to 0.5
                     instruction(Kind::apply, {3, 0}, 4, &entries.loss)}};
    BOOST_TEST((codes_of_reports(lint(program)) == Codes{Code::unreachable_range}));
    // Nothing is known of values that are compared with no data.
    auto& code = std::get<Instructions>(program.train->items[0]);
    code.back().inputs = {3, 1};
    BOOST_TEST(lint(program).empty());
}

BOOST_AUTO_TEST_CASE(nets_of_a_run_come_with_those_that_they_call) {
    auto run = std::make_shared<Program>();
    run->nets = {net("inner", {2}, {}), net("unused", {2}, {}), net("F", {2}, {call(0, {0}, 1)})};
    std::vector<std::string> asked;
    const FindTrained find = [&](const std::string& text, const std::string& name) -> TrainedProgram {
        asked.push_back(text + ":" + name);
        return run;
    };
    Program program;
    program.nets.resize(2);
    program.nets[0].name = "own";
    program.nets[1].name = "F";
    const ImportedNets imported = import_nets(program, {{1, "runs/1", {5, 9}}}, find);
    BOOST_TEST(imported.diagnostics.empty());
    BOOST_TEST(imported.found.size() == 2);
    BOOST_TEST(program.nets.size() == 3);
    BOOST_TEST(program.nets[1].body[0].index == 2);
    BOOST_TEST((program.nets[1].body[0].span == Span{5, 9}));
    BOOST_TEST(*program.nets[1].from == "runs/1");
    BOOST_TEST(program.nets[2].name == "F/inner");
    BOOST_TEST(program.nets[2].origin == "inner");
    BOOST_TEST(run->nets[2].body[0].index == 0);

    // Where the file declares both, they stay two nets, and the run is asked for once.
    Program both;
    both.nets.resize(2);
    both.nets[0].name = "F";
    both.nets[1].name = "inner";
    asked.clear();
    import_nets(both, {{0, "runs/1", {}}, {1, "runs/1", {}}}, find);
    BOOST_TEST(both.nets.size() == 2);
    BOOST_TEST(both.nets[0].body[0].index == 1);
    BOOST_TEST(asked.size() == 1);
}

BOOST_AUTO_TEST_CASE(nets_that_a_run_does_not_have_are_reported_and_left_alone) {
    auto run = std::make_shared<Program>();
    run->nets = {net("F", {2}, {}), net("idle", {2}, {})};
    run->nets[1].results.clear();
    const FindTrained find = [&](const std::string& text, const std::string& /*name*/) -> TrainedProgram {
        return text == "gone" ? TrainedProgram(std::string("there is no such folder")) : TrainedProgram(run);
    };
    Program program;
    program.nets.resize(3);
    program.nets[0].name = "G";
    program.nets[1].name = "idle";
    program.nets[2].name = "F";
    const auto imported = import_nets(program, {{0, "runs/1", {}}, {1, "runs/1", {}}, {2, "gone", {}}}, find);
    BOOST_TEST((codes_of_reports(imported.diagnostics) ==
                Codes{Code::net_not_in_run, Code::run_absent, Code::run_absent}));
    BOOST_TEST(imported.found.empty());
    BOOST_TEST(program.nets[2].types.empty());
    BOOST_TEST((codes_of_reports(import_nets(program, {{2, "runs/1", {}}}, {}).diagnostics) ==
                Codes{Code::run_absent}));
}

BOOST_AUTO_TEST_CASE(an_operator_has_one_sign_and_one_role) {
    BOOST_TEST(arithmetic("^").of(2, 3) == 8);
    BOOST_TEST(arithmetic(">=").of(2, 2) == 1);
    BOOST_TEST(arithmetic(Role::divide)->of(1, 4) == 0.25);
    BOOST_TEST(arithmetic(Role::negate) == nullptr);
    BOOST_CHECK_THROW(arithmetic("%"), std::out_of_range);
}

BOOST_AUTO_TEST_CASE(a_catalogue_finds_the_entry_of_a_role) {
    Entry one = layer("plus");
    one.role = Role::add;
    Entry other = layer("and");
    const Catalogue catalogue({one, other});
    BOOST_REQUIRE(catalogue.find(Role::add) != nullptr);
    BOOST_TEST(catalogue.find(Role::add)->name == "plus");
    BOOST_TEST(catalogue.find(Role::negate) == nullptr);
    other.role = Role::add;
    BOOST_CHECK_THROW(Catalogue({one, other}), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace gandsl::dsl
