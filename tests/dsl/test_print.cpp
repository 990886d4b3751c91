#include <boost/test/unit_test.hpp>
#include <string>

#include "dsl/parse.hpp"
#include "dsl/print.hpp"

namespace gandsl::dsl {

namespace {

std::string printed(const std::string& text) {
    const ParseResult result = parse(text);
    for (const Diagnostic& diagnostic : result.diagnostics) {
        BOOST_ERROR(render(diagnostic, "test", text));
    }
    return print(result.tree);
}

/// Checks the canonical form, and that it is a fixed point.
void check(const std::string& text, const std::string& expected) {
    BOOST_TEST(printed(text) == expected);
    BOOST_TEST(printed(expected) == expected);
}

void check_expression(const std::string& text, const std::string& expected) {
    check("net N(x) {\n" + text + "\n}\n", "net N(x) {\n    " + expected + "\n}\n");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(printing)

BOOST_AUTO_TEST_CASE(parentheses_stand_where_they_mean_something) {
    check_expression("((a)) + (b * c)", "a + b * c");
    check_expression("(a + b) * c", "(a + b) * c");
    check_expression("a - (b - c)", "a - (b - c)");
    check_expression("(a - b) - c", "a - b - c");
    check_expression("a / (b * c)", "a / (b * c)");
    check_expression("-(a + b)", "-(a + b)");
    check_expression("(-a) ^ 2", "(-a)^2");
    check_expression("-(a ^ 2)", "-a^2");
    check_expression("(a ^ b) ^ c", "(a^b)^c");
    check_expression("a ^ (b ^ c)", "a^b^c");
    check_expression("a ^ (-b)", "a^-b");
    check_expression("a ^ (b + 1)", "a^(b + 1)");
    check_expression("a * (-b)", "a * -b");
    check_expression("-(a * b)", "-(a * b)");
    check_expression("(a < b) == c", "(a < b) == c");
    check_expression("(a | f) + b", "(a | f) + b");
    check_expression("a + (b | f)", "a + (b | f)");
    check_expression("(a | f) | g", "a | f | g");
    check_expression("a | (f | g)", "a | (f | g)");
    check_expression("(a + b)[0]", "(a + b)[0]");
    check_expression("(-a)[2:]", "(-a)[2:]");
    check_expression("f((a | g), b=(c))", "f(a | g, b = c)");
}

BOOST_AUTO_TEST_CASE(literals_stay_as_written) {
    check("option a=2e-4\noption b = 0.50\noption c= -1\noption d=\"a\\\"b\\n\"\n",
          "option a = 2e-4\noption b = 0.50\noption c = -1\noption d = \"a\\\"b\\n\"\n");
}

BOOST_AUTO_TEST_CASE(comments_and_single_empty_lines_are_kept) {
    check("\n\n# head\n\n\n\noption a = 1 # tail\n# own\n\n\noption b = 2\n\n# end\n",
          "# head\n\noption a = 1  # tail\n# own\n\noption b = 2\n\n# end\n");
    check("net N(x) { # open\n\n# first\nrelu # tail\n\n\n# close\n}   # after\n",
          "net N(x) {  # open\n    # first\n    relu  # tail\n\n    # close\n}   # after\n");
}

BOOST_AUTO_TEST_CASE(comments_between_arguments_stay_there) {
    check("net N(x) {\n    dense(\n        3, # units\n        # none\n        bias = false)\n}\n",
          "net N(x) {\n    dense(\n        3,    # units\n        # none\n        bias = false\n    )\n}\n");
    check(
        "data x = digits( # drawn\n range = [-1, # black\n 1 # white\n # no more\n], count = 3) or faces(\n# "
        "b\n)\n",
        "data x = digits(\n    # drawn\n    range = [\n        -1,    # black\n        1    # white\n        "
        "# no "
        "more\n    ],\n    count = 3\n) or faces(\n    # b\n)\n");
    check(
        "train(epochs = 3, # long\nbatch = 8) {\nupdate N with adam(1e-3, # rate\nclip = 5) { minimize x "
        "}\n}\n",
        "train(\n    epochs = 3,    # long\n    batch = 8\n) {\n    update N with adam(\n        1e-3,    # "
        "rate\n"
        "        clip = 5\n    ) { minimize x }\n}\n");
}

BOOST_AUTO_TEST_CASE(other_comments_inside_a_statement_move_above_it) {
    check("net N(x) {\n    h = (a + # first\n        b)\n}\n", "net N(x) {\n    # first\n    h = a + b\n}\n");
}

BOOST_AUTO_TEST_CASE(what_was_lined_up_stays_so) {
    check("data   x = digits()\nlatent z ~ normal(3)\n", "data   x = digits()\nlatent z ~ normal(3)\n");
    check("data  x = digits()\nlatent z ~ normal(3)\n", "data x = digits()\nlatent z ~ normal(3)\n");
    check("net N(x) {\n  a   = 1\n  bcd = 2\n  e = 3\n}\n",
          "net N(x) {\n    a   = 1\n    bcd = 2\n    e = 3\n}\n");
    check("option a = 1     # x\noption bc = 2    # y\noption d = 3 # z\n",
          "option a = 1     # x\noption bc = 2    # y\noption d = 3  # z\n");
}

BOOST_AUTO_TEST_CASE(blocks_stay_on_one_line_where_they_fit) {
    check("net N(x) { repeat 3 { relu } }\n", "net N(x) { repeat 3 { relu } }\n");
    check("net N(x) {\nrepeat 3 { relu } }\n", "net N(x) {\n    repeat 3 { relu }\n}\n");
    const std::string call = "dense(1000000, bias = false, init = normal(0.0200000001))";
    check("net N(x) { " + call + " | relu | " + call + " }\n",
          "net N(x) {\n    " + call +
              " | relu | dense(\n        1000000,\n        bias = false,\n        init = normal("
              "0.0200000001)\n    )\n}\n");
}

BOOST_AUTO_TEST_CASE(every_statement_has_its_form) {
    check("net  N( a:1 x  28,b : label( 10 ) , c:64 x label(n) )->3 , 1x2 {a}\n",
          "net N(a: 1 x 28, b: label(10), c: 64 x label(n)) -> 3, 1 x 2 { a }\n");
    check("net N from   \"runs/a\"\n", "net N from \"runs/a\"\n");
    check("layer b(h,k=3){h|dense(k)}\n", "layer b(h, k = 3) { h | dense(k) }\n");
    check("train{}\n", "train { }\n");
    check(
        "train(epochs=1){\naverage N with .99\nupdate N,M with adam(1e-3){minimize x}\nrepeat "
        "n{e~normal(3)}\n}\n",
        "train(epochs = 1) {\n    average N with .99\n    update N, M with adam(1e-3) { minimize x }\n    "
        "repeat n { e "
        "~ normal(3) }\n}\n");
    check("measure m=x on test every 5   epochs\nsample s ={z} as csv every step\n",
          "measure m = x on test every 5 epochs\nsample s = { z } as csv every step\n");
    check("net N(x) {\nmaximize x\nreturn a,b|f\n}\n",
          "net N(x) {\n    maximize x\n    return a, b | f\n}\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace gandsl::dsl
