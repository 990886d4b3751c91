#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <variant>

#include "dsl/parse.hpp"
#include "dsl/print.hpp"
#include "dsl/scan.hpp"
#include "dsl/utf8.hpp"

namespace gandsl::dsl {

namespace {

Tree parsed(std::string_view text) {
    ParseResult result = parse(text);
    for (const Diagnostic& diagnostic : result.diagnostics) {
        BOOST_ERROR(render(diagnostic, "test", text));
    }
    return std::move(result.tree);
}

std::vector<std::string> syntax_codes_of(std::string_view text) {
    std::vector<std::string> result;
    for (const Diagnostic& diagnostic : parse(text).diagnostics) {
        result.emplace_back(name(diagnostic.code));
    }
    return result;
}

/// The expression of `option`-free text `net N(x) { EXPRESSION }`.
tree::Expression expression(const std::string& text) {
    const Tree tree = parsed("net N(x) {\n" + text + "\n}\n");
    const auto& net = std::get<tree::Net>(tree.statements.at(0).data);
    return std::get<tree::Expression>(net.body.lines.at(0).data);
}

/// The expression with every operation in parentheses.
std::string bracketed(const tree::Expression& e) {
    using Kind = tree::Expression::Kind;
    switch (e.kind) {
        case Kind::binary:
        case Kind::pipe:
            return "(" + bracketed(e.operands[0]) + e.text + bracketed(e.operands[1]) + ")";
        case Kind::negate:
            return "(-" + bracketed(e.operands[0]) + ")";
        case Kind::index:
            return bracketed(e.operands[0]) + "[" + bracketed(e.operands[1]) + "]";
        case Kind::call: {
            std::string result = e.text + "(";
            for (std::size_t i = 0; i < e.operands.size(); ++i) {
                result += (i == 0 ? "" : ",") + e.names[i].text + (e.names[i].text.empty() ? "" : "=") +
                          bracketed(e.operands[i]);
            }
            return result + ")";
        }
        default:
            return e.text;
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parsing)

BOOST_AUTO_TEST_CASE(operators_bind_as_in_mathematics) {
    const auto shape = [](const std::string& text) { return bracketed(expression(text)); };
    BOOST_TEST(shape("a + b * c") == "(a+(b*c))");
    BOOST_TEST(shape("a - b - c") == "((a-b)-c)");
    BOOST_TEST(shape("a / b * c") == "((a/b)*c)");
    BOOST_TEST(shape("-a^2") == "(-(a^2))");
    BOOST_TEST(shape("-a * b") == "((-a)*b)");
    BOOST_TEST(shape("a ^ b ^ c") == "(a^(b^c))");
    BOOST_TEST(shape("a ^ -b ^ c") == "(a^(-(b^c)))");
    BOOST_TEST(shape("a < b + c") == "(a<(b+c))");
    BOOST_TEST(shape("a | f | g(1)") == "((a|f)|g(1))");
    BOOST_TEST(shape("a + b | f") == "((a+b)|f)");
    BOOST_TEST(shape("h[0][-1]") == "h[0][(-1)]");
    BOOST_TEST(shape("f(a, b = c | g)") == "f(a,b=(c|g))");
}

BOOST_AUTO_TEST_CASE(spans_point_into_the_text) {
    const std::string text = "net N(x) {\n    y = a + f(b)\n    y\n}\n";
    const Tree tree = parsed(text);
    const auto& net = std::get<tree::Net>(tree.statements.at(0).data);
    const auto& binding = std::get<tree::Binding>(net.body.lines.at(0).data);
    const auto at = [&](Span span) { return text.substr(span.begin, span.end - span.begin); };
    BOOST_TEST(at(net.name.span) == "N");
    BOOST_TEST(at(net.body.lines.at(0).span) == "y = a + f(b)");
    BOOST_TEST(at(binding.value.span) == "a + f(b)");
    BOOST_TEST(at(binding.value.head) == "+");
    BOOST_TEST(at(binding.value.operands.at(1).span) == "f(b)");
    BOOST_TEST(at(binding.value.operands.at(1).head) == "f");
}

BOOST_AUTO_TEST_CASE(lines_break_inside_brackets_only) {
    BOOST_TEST(syntax_codes_of("data x = digits(\n    range = [\n-1,   # low\n1]\n)\n").empty());
    BOOST_TEST(syntax_codes_of("data x =\n    digits()\n").size() == 2U);
}

BOOST_AUTO_TEST_CASE(words_of_one_place_are_names_elsewhere) {
    parsed("net on(from) {\n    average = from * 2\n    epoch = average + 1\n    epoch\n}\n");
}

BOOST_AUTO_TEST_CASE(carriage_returns_and_the_byte_order_mark_are_no_part_of_the_text) {
    const std::string unix_text = "option a = 1   # one\n\nnet N(x) {\n    relu\n    dense(\n        3)\n}\n";
    std::string text = "\xEF\xBB\xBF";
    for (const char c : unix_text) {
        text += c == '\n' ? "\r\n" : std::string(1, c);
    }
    BOOST_TEST(print(parsed(text)) == print(parsed(unix_text)));
}

BOOST_AUTO_TEST_CASE(a_file_may_be_empty_or_end_anywhere) {
    BOOST_TEST(syntax_codes_of("").empty());
    BOOST_TEST(syntax_codes_of("\n\n").empty());
    BOOST_TEST(syntax_codes_of("# only a comment").empty());
    BOOST_TEST(syntax_codes_of("option a = 1").empty());
    BOOST_TEST(syntax_codes_of("option a = 1 # end").empty());
}

BOOST_AUTO_TEST_CASE(each_broken_line_is_told_once) {
    const auto codes =
        syntax_codes_of("option a\nnet N(x) {\n    y = \n    dense(3 4)\n    relu\n    2x\n}\noption = 3\n");
    BOOST_TEST(codes.size() == 5U);
}

BOOST_AUTO_TEST_CASE(an_unclosed_bracket_spoils_its_own_line_only) {
    const auto codes =
        syntax_codes_of("net N(x) {\n    dense(3\n    relu(\n        1,\n        2)\n    y = \n}\n");
    BOOST_TEST(codes.size() == 2U);
    BOOST_TEST(codes.at(0) == "unclosed-bracket");
    BOOST_TEST(codes.at(1) == "syntax");
}

BOOST_AUTO_TEST_CASE(deep_text_is_refused_and_never_overflows) {
    const auto nested = [](std::size_t depth, char open, char close) {
        return "net N(x) {\n" + std::string(depth, open) + "x" + std::string(depth, close) + "\n}\n";
    };
    BOOST_TEST(syntax_codes_of(nested(90, '(', ')')).empty());
    for (const std::size_t depth : {101U, 100'000U}) {
        BOOST_TEST(
            (syntax_codes_of(nested(depth, '(', ')')) == std::vector<std::string>{"nesting-too-deep"}));
        BOOST_TEST(
            (syntax_codes_of(nested(depth, '[', ']')) == std::vector<std::string>{"nesting-too-deep"}));
    }
    std::string chain = "net N(x) {\n    x";
    std::string powers = chain;
    std::string signs = "net N(x) {\n    ";
    for (int i = 0; i < 100'000; ++i) {
        chain += "+x";
        powers += "^x";
        signs += "-";
    }
    BOOST_TEST((syntax_codes_of(chain + "\n}\n") == std::vector<std::string>{"nesting-too-deep"}));
    BOOST_TEST((syntax_codes_of(powers + "\n}\n") == std::vector<std::string>{"nesting-too-deep"}));
    BOOST_TEST((syntax_codes_of(signs + "x\n}\n") == std::vector<std::string>{"nesting-too-deep"}));
    std::string blocks = "net N(x) {\n";
    for (int i = 0; i < 1000; ++i) {
        blocks += "repeat 2 {\n";
    }
    BOOST_TEST(syntax_codes_of(blocks).at(0) == "nesting-too-deep");
}

BOOST_AUTO_TEST_CASE(large_files_are_refused) {
    std::string text;
    while (text.size() <= max_source_bytes) {
        text += "option a = 1\n";
    }
    BOOST_TEST((syntax_codes_of(text) == std::vector<std::string>{"file-too-large"}));
}

BOOST_AUTO_TEST_CASE(code_points_are_well_formed) {
    BOOST_TEST(utf8::decode("a", 0).bytes == 1U);
    BOOST_TEST(utf8::decode("\xC3\xA9", 0).bytes == 2U);
    BOOST_TEST(utf8::decode("\xE2\x82\xAC", 0).bytes == 3U);
    BOOST_TEST(utf8::decode("\xF0\x9F\x98\x80", 0).bytes == 4U);
    for (const std::string_view wrong :
         {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3", "\xE2\x82"}) {
        BOOST_TEST(utf8::decode(wrong, 0).bytes == 0U);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace gandsl::dsl
