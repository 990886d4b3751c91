#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "dsl/elaborate/arguments.hpp"
#include "dsl/elaborate/call_inputs.hpp"

/// Arguments held against what an entry declares, and inputs told from arguments: functions on plain values.
namespace gandsl::dsl {

namespace {

Argument argument(std::string name, bool positional = true) {
    Argument result;
    result.name = std::move(name);
    result.positional = positional;
    return result;
}

Value holding(double number) {
    Value value;
    value.data = number;
    return value;
}

/// Expressions that outlive the arguments made of them; each stands at its own position.
struct Call {
    std::vector<tree::Expression> expressions = std::vector<tree::Expression>(8);

    /// An argument for each name; "" is one without.
    std::vector<Given> with(const std::vector<std::string>& names) {
        std::vector<Given> result;
        for (std::size_t i = 0; i < names.size(); ++i) {
            expressions[i].span = {10 * i, 10 * i + 5};
            result.push_back({&expressions[i], {names[i], {10 * i, 10 * i + 2}}, {}});
        }
        return result;
    }
};

std::vector<std::string> names_of(const MatchedArguments& matched) {
    std::vector<std::string> result;
    for (const ArgumentMatch& match : matched.matches) {
        result.push_back(match.argument->name + std::to_string(match.given));
    }
    return result;
}

std::vector<Code> codes_of_matching(const MatchedArguments& matched) {
    std::vector<Code> result;
    for (const Diagnostic& diagnostic : matched.diagnostics) {
        result.push_back(diagnostic.code);
    }
    return result;
}

/// units, kernel, and by name alone: bias.
Entry conv() {
    Entry entry;
    entry.name = "conv";
    entry.kind = EntryKind::layer;
    entry.inputs = {"x"};
    entry.arguments = {argument("units"), argument("kernel"), argument("bias", false)};
    entry.arguments[1].fallback = holding(3);
    return entry;
}

Entry reshape() {
    Entry entry;
    entry.name = "reshape";
    entry.kind = EntryKind::layer;
    entry.inputs = {"x"};
    entry.arguments = {argument("sizes")};
    entry.arguments[0].many = true;
    return entry;
}

using Strings = std::vector<std::string>;
using Codes = std::vector<Code>;

}  // namespace

BOOST_AUTO_TEST_SUITE(arguments)

BOOST_AUTO_TEST_CASE(positional_arguments_skip_those_given_by_name_alone) {
    Call call;
    Entry entry = conv();
    std::swap(entry.arguments[1], entry.arguments[2]);
    const auto matched = match_arguments(entry, call.with({"", "bias", ""}), entry.inputs);
    BOOST_TEST(names_of(matched) == Strings({"units0", "bias1", "kernel2"}),
               boost::test_tools::per_element());
    BOOST_TEST(matched.diagnostics.empty());
    BOOST_TEST(!matched.unmatched);
}

BOOST_AUTO_TEST_CASE(too_many_are_reported_once_and_say_what_goes_by_name) {
    Call call;
    const Entry entry = conv();
    const auto matched = match_arguments(entry, call.with({"", "", "", ""}), {"x"});
    BOOST_TEST(names_of(matched) == Strings({"units0", "kernel1"}), boost::test_tools::per_element());
    BOOST_TEST((codes_of_matching(matched) == Codes{Code::too_many_arguments}));
    BOOST_TEST(matched.diagnostics[0].span->begin == 20);
    BOOST_TEST(matched.diagnostics[0].help.back().find("bias = ...") != std::string::npos);
    BOOST_TEST(matched.unmatched);
}

BOOST_AUTO_TEST_CASE(unknown_and_repeated_names_are_reported_where_they_stand) {
    Call call;
    const Entry entry = conv();
    const auto matched = match_arguments(entry, call.with({"unit", "units", "", "kernel", "kernel"}), {"x"});
    // `units` by name, and then by position; `kernel` twice by name.
    BOOST_TEST(names_of(matched) == Strings({"units1", "kernel3"}), boost::test_tools::per_element());
    BOOST_TEST((codes_of_matching(matched) ==
                Codes{Code::unknown_argument, Code::repeated_argument, Code::repeated_argument}));
    BOOST_TEST(matched.diagnostics[1].span->begin == 20);
    BOOST_TEST(matched.diagnostics[2].span->begin == 40);
}

BOOST_AUTO_TEST_CASE(an_argument_that_takes_many_takes_all_that_follow) {
    Call call;
    const Entry entry = reshape();
    const auto matched = match_arguments(entry, call.with({"", "", ""}), {"x"});
    BOOST_TEST(matched.matches.size() == 3);
    BOOST_TEST(matched.diagnostics.empty());
    Arguments arguments;
    add_argument(arguments, entry.arguments[0], given_value(2.0, {1, 2}));
    add_argument(arguments, entry.arguments[0], given_value(std::vector<double>{3, 4}, {3, 9}));
    const Value& all = arguments.at("sizes");
    BOOST_TEST((std::get<std::vector<double>>(all.data) == std::vector<double>{2, 3, 4}));
    BOOST_TEST((all.span == Span{1, 9}));
    BOOST_TEST((codes_of_matching(match_arguments(entry, call.with({"sizes", "sizes"}), {"x"})) ==
                Codes{Code::repeated_argument}));
}

BOOST_AUTO_TEST_CASE(defaults_stand_at_the_call_and_what_has_none_is_missing) {
    Call call;
    const Entry entry = conv();
    Arguments arguments;
    auto missing = add_defaults(arguments, entry, {}, {3, 30});
    BOOST_TEST(missing.size() == 2);
    BOOST_TEST(std::get<double>(arguments.at("kernel").data) == 3);
    BOOST_TEST((arguments.at("kernel").span == Span{3, 30}));
    BOOST_TEST(!arguments.at("kernel").given);
    // One that was given, and was wrong, is neither missing nor replaced.
    arguments.clear();
    const auto matched = match_arguments(entry, call.with({"kernel", "units"}), {"x"});
    missing = add_defaults(arguments, entry, matched.matches, {3, 30});
    BOOST_TEST(missing.size() == 1);
    BOOST_TEST(missing[0]->name == "bias");
    BOOST_TEST(arguments.empty());
}

BOOST_AUTO_TEST_CASE(numbers_are_of_the_kind_and_in_the_range_that_is_declared) {
    const Entry entry = conv();
    Argument whole = argument("units");
    whole.kind = ArgumentKind::integer;
    whole.min = 1;
    const auto code = [&](const Argument& of, const Operand& operand, bool comparison = false) {
        const auto result = number_argument(entry, of, operand, {1, 2}, comparison);
        const auto* diagnostic = std::get_if<Diagnostic>(&result);
        return diagnostic == nullptr ? std::optional<Code>() : diagnostic->code;
    };
    BOOST_TEST((code(whole, 4.0) == std::nullopt));
    BOOST_TEST((code(whole, 1.5) == Code::not_whole));
    BOOST_TEST((code(whole, 0.0) == Code::out_of_range));
    BOOST_TEST((code(whole, 1e300) == Code::out_of_range));
    BOOST_TEST((code(whole, std::string("4")) == Code::wrong_argument));
    BOOST_TEST((code(whole, Tensor{}) == Code::not_static));
    Argument rate = argument("rate");
    rate.min = 0;
    rate.min_excluded = true;
    BOOST_TEST((code(rate, 0.0) == Code::out_of_range));
    BOOST_TEST((code(rate, 1e-3) == std::nullopt));
    BOOST_TEST((code(rate, 1e39) == Code::number_too_large));
    BOOST_TEST((code(rate, 1e-39) == Code::number_too_small));
    BOOST_TEST((code(rate, std::vector<double>{1}) == Code::wrong_argument));
    rate.kind = ArgumentKind::numbers;
    BOOST_TEST((code(rate, std::vector<double>{1, 2}) == std::nullopt));
    BOOST_TEST((code(rate, std::vector<double>{1, 0}) == Code::out_of_range));
    Argument flag = argument("bias");
    flag.kind = ArgumentKind::boolean;
    BOOST_TEST((code(flag, true) == std::nullopt));
    BOOST_TEST((code(flag, 1.0, true) == std::nullopt));
    BOOST_TEST((code(flag, 1.0, false) == Code::wrong_argument));
    BOOST_TEST((code(flag, 2.0, true) == Code::wrong_argument));
}

BOOST_AUTO_TEST_CASE(texts_are_among_the_choices_where_there_are_any) {
    const Entry entry = conv();
    Argument pad = argument("pad");
    pad.kind = ArgumentKind::text;
    BOOST_TEST(std::holds_alternative<Value>(text_argument(entry, pad, std::string("any"), {})));
    pad.choices = {"same", "valid"};
    BOOST_TEST(std::holds_alternative<Value>(text_argument(entry, pad, std::string("same"), {})));
    BOOST_TEST((std::get<Diagnostic>(text_argument(entry, pad, std::string("sam"), {})).code ==
                Code::unknown_choice));
    BOOST_TEST((std::get<Diagnostic>(text_argument(entry, pad, 1.0, {})).code == Code::wrong_argument));
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// The inputs taken from positional arguments of these kinds: k(nown), v(alue), u(nknown), c(hoice).
std::string taken(const Entry& entry, const std::string& kinds, std::size_t open,
                  bool first_is_given = false) {
    PositionalArguments given{.open = open, .first_is_given = first_is_given};
    for (const char kind : kinds) {
        given.choices.push_back(kind == 'c');
    }
    given.kind = [&](std::size_t i) {
        BOOST_REQUIRE(kinds.at(i) != 'c');
        return kinds[i] == 'k' ? GivenKind::known : kinds[i] == 'v' ? GivenKind::value : GivenKind::unknown;
    };
    const InputsTaken result = take_inputs(entry, given);
    return result.undecided ? "?" : std::to_string(result.count) + " after " + std::to_string(result.skipped);
}

Entry function_of(std::vector<std::string> inputs) {
    Entry entry;
    entry.name = "f";
    entry.inputs = std::move(inputs);
    return entry;
}

std::vector<tree::Parameter> parameters(const std::vector<std::string>& names, std::size_t with_fallback) {
    std::vector<tree::Parameter> result;
    for (const std::string& name : names) {
        result.push_back({{name, {}}, {}, {}});
        if (result.size() + with_fallback > names.size()) {
            result.back().fallback = tree::Expression{};
        }
    }
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(call_inputs)

BOOST_AUTO_TEST_CASE(a_layer_that_begins_with_a_number_leaves_its_input_out) {
    const Entry entry = conv();                       // units, kernel
    BOOST_TEST(taken(entry, "k", 1) == "0 after 1");  // conv(64)
    BOOST_TEST(taken(entry, "vk", 1) == "1 after 0");
    BOOST_TEST(taken(entry, "kk", 1) == "0 after 1");
    BOOST_TEST(taken(entry, "kkk", 1) == "1 after 0");  // a value for everything
    BOOST_TEST(taken(entry, "uk", 1) == "?");
    BOOST_TEST(taken(entry, "ck", 1) == "0 after 1");
    BOOST_TEST(taken(entry, "", 1) == "0 after 0");
    // After a pipe the parentheses hold arguments alone.
    BOOST_TEST(taken(entry, "vk", 0, true) == "0 after 0");
}

BOOST_AUTO_TEST_CASE(a_function_takes_numbers_where_there_is_one_for_each_input) {
    const Entry entry = function_of({"prediction", "target"});
    BOOST_TEST(taken(entry, "kk", 2) == "2 after 0");  // bce(0.5, 1)
    BOOST_TEST(taken(entry, "k", 2) == "1 after 1");   // `| bce(1)`
    BOOST_TEST(taken(entry, "v", 2) == "1 after 1");
    BOOST_TEST(taken(entry, "vv", 2) == "2 after 0");
    BOOST_TEST(taken(entry, "uv", 2) == "2 after 0");
    BOOST_TEST(taken(entry, "v", 1, true) == "1 after 0");  // x | bce(y)
    Entry many = function_of({"x"});
    many.variadic = true;
    BOOST_TEST(taken(many, "vkv", 1) == "3 after 0");
}

BOOST_AUTO_TEST_CASE(a_layer_of_two_inputs_skips_the_first_for_a_value_behind_it) {
    Entry entry = conv();
    entry.inputs = {"x", "y"};
    BOOST_TEST(taken(entry, "v", 2) == "1 after 1");
    BOOST_TEST(taken(entry, "vv", 2) == "2 after 0");
    BOOST_TEST(taken(entry, "k", 2) == "0 after 1");
}

BOOST_AUTO_TEST_CASE(a_net_that_is_short_of_one_value_waits_for_its_first) {
    const auto three = parameters({"x", "y", "z"}, 0);
    const std::vector<bool> none(3, false);
    BOOST_TEST(leaves_first_out(three, none, {Tensor{}, Tensor{}}, true));
    BOOST_TEST(!leaves_first_out(three, none, {Tensor{}, Tensor{}, Tensor{}}, true));
    BOOST_TEST(!leaves_first_out(three, none, {Tensor{}}, true));
    BOOST_TEST(leaves_first_out(three, none, {}, true));
}

BOOST_AUTO_TEST_CASE(a_layer_of_the_file_waits_where_it_begins_with_a_number_or_a_layer) {
    const auto three = parameters({"x", "width", "act"}, 1);
    const std::vector<bool> none(3, false);
    BOOST_TEST(leaves_first_out(three, none, {64.0}, false));
    BOOST_TEST(leaves_first_out(three, none, {NetReference{}}, false));
    BOOST_TEST(leaves_first_out(three, none, {Tensor{}}, false));  // width is without a default
    BOOST_TEST(!leaves_first_out(three, {false, true, false}, {Tensor{}}, false));
    // A value for each parameter: the first is the input, whatever it is.
    BOOST_TEST(!leaves_first_out(three, none, {64.0, 64.0, 64.0}, false));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace gandsl::dsl
