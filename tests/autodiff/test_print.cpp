#include <boost/test/unit_test.hpp>
#include <sstream>

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/suites.hpp"

namespace gandsl_test {

using namespace gandsl;

namespace {

template <typename T>
std::string text_of(const T& value) {
    using gandsl::operator<<;
    std::ostringstream text;
    text << value;
    return text.str();
}

void check_arrays() {
    BOOST_TEST(text_of(Shape{3, 4}) == "(3, 4)");
    BOOST_TEST(text_of(Shape{}) == "()");
    BOOST_TEST(text_of(to_array({}, {2.5})) == "2.5");
    BOOST_TEST(text_of(to_array({3}, {1, -2, 0.1})) == "[  1  -2 0.1]");
    BOOST_TEST(text_of(to_array({2, 2}, {1, 2, 3, 40})) == "[[ 1  2]\n [ 3 40]]");
    BOOST_TEST(text_of(to_array({2, 1, 2}, {1, 2, 3, 4})) == "[[[1 2]]\n\n [[3 4]]]");
    BOOST_TEST(text_of(make_array({0})) == "[]");
    BOOST_TEST(text_of(make_array({2, 0})) == "[[]\n []]");
    BOOST_TEST(text_of(to_array({2}, {std::nan(""), -INFINITY})) == "[ nan -inf]");
}

// Of more than 1000 numbers, the ends; rows that are too long go on in the next line.
void check_large_arrays() {
    Tape tape;
    BOOST_TEST(text_of(arange(tape, 1001).value()) == "[   0    1    2 ...  998  999 1000]");
    const std::string all = text_of(arange(tape, 1000).value());
    BOOST_TEST(all.find("...") == std::string::npos);
    BOOST_TEST(all.find(" 499") != std::string::npos);
    std::istringstream lines(all);
    for (std::string line; std::getline(lines, line);) {
        BOOST_TEST(line.size() <= 76U);
    }
    const std::string matrix = text_of(reshape(arange(tape, 2000), {1000, 2}).value());
    BOOST_TEST(matrix ==
               "[[   0    1]\n [   2    3]\n [   4    5]\n ...\n [1994 1995]\n [1996 1997]\n [1998 1999]]");
}

void check_vars() {
    Tape tape;
    const Var x = tape.state(to_array({2}, {1, 2}), "x");
    BOOST_TEST(text_of(x) == "state 'x', shape (2): [1 2]");
    BOOST_TEST(text_of(x * 2.0) == "multiply, shape (2): [2 4]");
    BOOST_TEST(text_of(tape.constant(0.5)) == "constant 0.5, shape (): 0.5");
    BOOST_TEST(text_of(tape.input({2}, "y")) == "input 'y', shape (2), no value yet");
    BOOST_TEST(text_of(eye(tape, 2)) == "constant, shape (2, 2):\n[[1 0]\n [0 1]]");
    BOOST_TEST(text_of(Var()) == "empty Var");
    BOOST_TEST(text_of(Var(tape, 99)) == "Var that its tape does not have");
    const TapeMark mark = tape.mark();
    const Var gone = x + 1.0;
    tape.rewind(mark);
    const Var there = x * 3.0 + 1.0;
    BOOST_TEST(text_of(gone) == "Var that its tape does not have");
    BOOST_TEST(text_of(there) == "add, shape (2): [4 7]");
}

void check_graphs() {
    Tape tape(Evaluation::planned);
    const Var unseen = tape.input({4}, "unseen");
    const Var x = tape.input({3}, "a \"name\"");
    const Var y = slice(x * 2.0, 0, 1, 3);
    BOOST_TEST(to_text(y) ==
               "v1 = input 'a \"name\"'  (3)\n"
               "v2 = constant 2  ()\n"
               "v3 = multiply(v1, v2)  (3)\n"
               "v4 = slice(v3; 0, 1, 3, 1)  (2)\n"
               "outputs: v4\n");
    BOOST_TEST(to_dot({y}) ==
               "digraph gandsl {\n"
               "  rankdir=LR;\n"
               "  v1 [label=\"input 'a \\\"name\\\"'\\n(3)\", shape=box];\n"
               "  v2 [label=\"constant 2\\n()\", shape=box];\n"
               "  v3 [label=\"multiply\\n(3)\"];\n"
               "  v1 -> v3;\n"
               "  v2 -> v3;\n"
               "  v4 [label=\"slice\\n0, 1, 3, 1\\n(2)\", peripheries=2];\n"
               "  v3 -> v4;\n"
               "}\n");
    BOOST_TEST(to_text({y, unseen}).find("outputs: v4, v0\n") != std::string::npos);
    BOOST_TEST(to_text(std::span<const Var>{}) == "outputs: \n");
}

}  // namespace

void add_print_cases() {
    add_case("print", "arrays", check_arrays);
    add_case("print", "large_arrays", check_large_arrays);
    add_case("print", "vars", check_vars);
    add_case("print", "graphs", check_graphs);
}

}  // namespace gandsl_test
