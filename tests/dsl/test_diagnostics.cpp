#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "dsl/diagnostics.hpp"
#include "dsl/nearest.hpp"
#include "dsl/spelling.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

Span span_of(const std::string& text, const std::string& part) {
    const std::size_t begin = text.find(part);
    return {begin, begin + part.size()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rendering)

BOOST_AUTO_TEST_CASE(shows_place_line_span_and_mend) {
    const std::string text = "net N(x) {\n    dens(3)\n}\n";
    const Diagnostic diagnostic =
        diagnostics::unknown_name(span_of(text, "dens"), "dens", diagnostics::Form::layer, {"dense", "conv"});
    BOOST_TEST(render(diagnostic, "a.gan", text) ==
               "a.gan:2:5: error: no layer is called `dens` [unknown-name]\n"
               "        dens(3)\n"
               "        ^^^^\n"
               "  help: did you mean `dense`?\n");
}

BOOST_AUTO_TEST_CASE(tabs_and_code_points_keep_the_underline_in_place) {
    const std::string text = "\t\xC3\xA9 = \"\xE2\x82\xAC\" + caf\xC3\xA9\n";
    const Diagnostic diagnostic = diagnostics::unused_name(span_of(text, "caf\xC3\xA9"), "caf\xC3\xA9");
    const std::string rendered = render(diagnostic, "a.gan", text);
    BOOST_TEST(rendered.find("a.gan:1:12: warning: ") == 0U);
    BOOST_TEST(rendered.find("\n    \t          ^^^^\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(spans_over_lines_show_the_first) {
    const std::string text = "dense(\r\n  3)\r\nrelu";
    const std::string rendered = render(diagnostics::unused_name({0, 12}, "x"), "a", text);
    BOOST_TEST(rendered.find("    dense(\n    ^^^^^^\n") != std::string::npos);
    // An empty span at the end of the text still has its caret.
    const std::string end = render(
        diagnostics::syntax({text.size(), text.size()}, diagnostics::Form::end_of_file, "more"), "a", text);
    BOOST_TEST(end.find("a:3:5: ") == 0U);
    BOOST_TEST(end.find("    relu\n        ^\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(braces_in_a_fact_are_its_own) {
    const diagnostics::Term term(diagnostics::Form::the_values, {"{1}", "f{0}"});
    BOOST_TEST(diagnostics::wording(term) == "the {1} values of `f{0}`");
    const diagnostics::Term text(diagnostics::Form::the_text, {"{"});
    BOOST_TEST(diagnostics::wording(text) == "the text \"{\"");
}

BOOST_AUTO_TEST_CASE(long_lines_are_shown_in_part) {
    const std::string text = std::string(5000, 'x') + " wrong " + std::string(5000, 'y');
    const std::string rendered = render(diagnostics::unused_name(span_of(text, "wrong"), "wrong"), "a", text);
    BOOST_TEST(rendered.size() < 600U);
    BOOST_TEST(rendered.find(" wrong ") != std::string::npos);
    const std::size_t line = rendered.find("...xxx");
    const std::size_t underline = rendered.find("^^^^^");
    const std::size_t break_before = rendered.rfind('\n', underline);
    BOOST_TEST(rendered.find("wrong", line) - line == underline - break_before - 5);
}

BOOST_AUTO_TEST_CASE(facts_of_the_command_line_have_no_place) {
    const std::string rendered =
        render(diagnostics::unknown_option("depht", {"depth"}), "a.gan", "option depth = 3\n");
    BOOST_TEST(rendered.find("a.gan: error: ") == 0U);
    BOOST_TEST(rendered.find("did you mean `depth`?") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(suggestions_stay_near) {
    const std::vector<std::string> names = {"dense", "conv", "leaky_relu", "z"};
    BOOST_TEST(nearest("dens", names).value_or("") == "dense");
    BOOST_TEST(nearest("dnese", names).value_or("") == "dense");
    BOOST_TEST(nearest("leaky_rleu", names).value_or("") == "leaky_relu");
    BOOST_TEST(nearest("zz", names).value_or("") == "z");
    BOOST_TEST(!nearest("w", names));
    BOOST_TEST(!nearest("attention", names));
    BOOST_TEST(!nearest("", names));
    BOOST_TEST(!nearest(std::string(100'000, 'd'), names));
}

BOOST_AUTO_TEST_CASE(every_code_has_a_name_of_its_own) {
    std::set<std::string> names;
    for (const Code code : codes()) {
        BOOST_TEST(!name(code).empty());
        names.emplace(name(code));
    }
    BOOST_TEST(names.size() == codes().size());
    BOOST_TEST(codes().size() == static_cast<std::size_t>(Code::more) + 1);
}

BOOST_AUTO_TEST_CASE(numbers_are_spelled_as_they_are_read) {
    BOOST_TEST(spell(3) == "3");
    BOOST_TEST(spell(-0.5) == "-0.5");
    BOOST_TEST(spell(0.0002) == "0.0002");
    BOOST_TEST(spell(1e300) == "1e+300");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(types)

BOOST_AUTO_TEST_CASE(shapes_broadcast_as_in_numpy) {
    const auto shapes = [](const Shape& a, const Shape& b) { return broadcast(a, b).value_or(Shape{-1}); };
    BOOST_TEST(shapes({}, {1, 28, 28}) == (Shape{1, 28, 28}), boost::test_tools::per_element());
    BOOST_TEST(shapes({28}, {1, 28, 28}) == (Shape{1, 28, 28}), boost::test_tools::per_element());
    BOOST_TEST(shapes({3, 1}, {1, 4}) == (Shape{3, 4}), boost::test_tools::per_element());
    BOOST_TEST(shapes({1}, {}) == (Shape{1}), boost::test_tools::per_element());
    BOOST_TEST(!broadcast(Shape{3}, Shape{4}));
    BOOST_TEST(!broadcast(Shape{2, 3}, Shape{2}));
}

BOOST_AUTO_TEST_CASE(types_are_told_in_words) {
    BOOST_TEST(to_string(Type{{1, 28, 28}, std::nullopt, true}) == "1 x 28 x 28");
    BOOST_TEST(to_string(Type{{}, std::nullopt, true}) == "one number");
    BOOST_TEST(to_string(Type{{}, 10, true}) == "label of 10 classes");
    BOOST_TEST(to_string(Type{{64}, 86, true}) == "64 symbols of 86");
}

BOOST_AUTO_TEST_CASE(elements_do_not_overflow) {
    BOOST_TEST(elements({}) == 1);
    BOOST_TEST(elements({3, 0, 4}) == 0);
    BOOST_TEST(elements({4'000'000'000, 4'000'000'000, 4'000'000'000}) == std::numeric_limits<Index>::max());
}

BOOST_AUTO_TEST_CASE(axes_count_from_both_ends) {
    const Type type{{2, 3, 4}, std::nullopt, true};
    BOOST_TEST(axis_of("sum", 0, type) == 0U);
    BOOST_TEST(axis_of("sum", -1, type) == 2U);
    BOOST_CHECK_THROW(axis_of("sum", 3, type), Diagnostic);
    BOOST_CHECK_THROW(axis_of("sum", -4, type), Diagnostic);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace gandsl::dsl
