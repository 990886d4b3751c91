#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <random>

#include "autodiff/autodiff.hpp"
#include "autodiff/gradient_check.hpp"
#include "autodiff/operation.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/suites.hpp"

/// einsum and matmul of any shapes against sums over every combination of indices, and their gradients
/// against finite differences.
namespace gandsl_test {

using namespace gandsl;

namespace {

struct Term {
    std::string subscripts;  ///< one letter for each axis; a capital one broadcasts
    Shape shape;
    std::vector<double> numbers;
};

// The number that `places` of the letters point to.
double element(const Term& term, const std::map<char, Index>& places) {
    Index position = 0;
    for (std::size_t axis = 0; axis < term.shape.size(); ++axis) {
        const Index size = term.shape[axis];
        position = position * size + (size == 1 ? 0 : places.at(term.subscripts[axis]));
    }
    return term.numbers[static_cast<std::size_t>(position)];
}

std::vector<double> sum_of_products(const std::vector<Term>& terms, const std::string& output, Shape& shape) {
    std::map<char, Index> sizes;
    for (const Term& term : terms) {
        for (std::size_t axis = 0; axis < term.shape.size(); ++axis) {
            Index& size = sizes.try_emplace(term.subscripts[axis], term.shape[axis]).first->second;
            size = size == 1 ? term.shape[axis] : size;
        }
    }
    std::string letters = output;
    for (const auto& [letter, size] : sizes) {
        letters += output.find(letter) == std::string::npos ? std::string(1, letter) : "";
    }
    Index combinations = 1;
    Index results = 1;
    shape.clear();
    for (const char letter : letters) {
        combinations *= sizes[letter];
        if (shape.size() < output.size()) {
            results *= sizes[letter];
            shape.push_back(sizes[letter]);
        }
    }
    std::vector<double> result(static_cast<std::size_t>(results));
    for (Index combination = 0; combination < combinations; ++combination) {
        std::map<char, Index> places;
        Index left = combination;
        for (std::size_t i = letters.size(); i-- > 0;) {
            places[letters[i]] = left % sizes[letters[i]];
            left /= sizes[letters[i]];
        }
        double product = 1;
        for (const Term& term : terms) {
            product *= element(term, places);
        }
        result[static_cast<std::size_t>(combination / std::max<Index>(1, combinations / results))] += product;
    }
    return result;
}

struct EinsumCase {
    const char* name;
    const char* subscripts;
    std::vector<Shape> shapes;
    std::vector<std::string> spelled;  ///< for sum_of_products: of each operand, and of the result
};

const std::vector<EinsumCase>& einsum_cases() {
    static const std::vector<EinsumCase> table{
        {"product", "ij,jk->ik", {{3, 4}, {4, 2}}, {"ij", "jk", "ik"}},
        {"product_implicit", "ij,jk", {{3, 4}, {4, 2}}, {"ij", "jk", "ik"}},
        {"implicit_by_the_alphabet", "cb,ba", {{3, 4}, {4, 2}}, {"cb", "ba", "ac"}},
        {"first_transposed", "ji,jk->ik", {{4, 3}, {4, 2}}, {"ji", "jk", "ik"}},
        {"second_transposed", "ij,kj->ik", {{3, 4}, {2, 4}}, {"ij", "kj", "ik"}},
        {"result_transposed", "ij,jk->ki", {{3, 4}, {4, 2}}, {"ij", "jk", "ki"}},
        {"spaces", " i j , j k -> i k ", {{3, 4}, {4, 2}}, {"ij", "jk", "ik"}},
        {"batch", "bij,bjk->bik", {{2, 3, 4}, {2, 4, 2}}, {"bij", "bjk", "bik"}},
        {"batch_last", "ijb,jkb->ikb", {{3, 4, 2}, {4, 2, 2}}, {"ijb", "jkb", "ikb"}},
        {"two_batch_two_inner", "abij,jabik->bak", {{2, 3, 2, 2}, {2, 2, 3, 2, 3}}, {"abij", "jabik", "bak"}},
        {"outer", "i,j->ij", {{3}, {4}}, {"i", "j", "ij"}},
        {"outer_swapped", "i,j->ji", {{3}, {4}}, {"i", "j", "ji"}},
        {"elementwise", "ij,ij->ij", {{3, 2}, {3, 2}}, {"ij", "ij", "ij"}},
        {"elementwise_transposed", "ij,ji->ij", {{3, 2}, {2, 3}}, {"ij", "ji", "ij"}},
        {"inner", "i,i", {{5}, {5}}, {"i", "i", ""}},
        {"trace", "ii", {{3, 3}}, {"ii", ""}},
        {"diagonal", "ii->i", {{3, 3}}, {"ii", "i"}},
        {"diagonal_of_three", "iii->i", {{2, 2, 2}}, {"iii", "i"}},
        {"two_diagonals", "ijji->ij", {{2, 3, 3, 2}}, {"ijji", "ij"}},
        {"diagonal_and_product", "ii,ij->j", {{3, 3}, {3, 2}}, {"ii", "ij", "j"}},
        {"transposed", "ij->ji", {{3, 2}}, {"ij", "ji"}},
        {"sum", "ij->", {{3, 2}}, {"ij", ""}},
        {"sum_of_one_axis", "ij->j", {{3, 2}}, {"ij", "j"}},
        {"unneeded_of_both", "ij,kl->jl", {{3, 2}, {4, 2}}, {"ij", "kl", "jl"}},
        {"number", ",ij->ji", {{}, {3, 2}}, {"", "ij", "ji"}},
        {"one_number", "->", {{}}, {"", ""}},
        {"three", "ij,jk,kl->il", {{2, 3}, {3, 4}, {4, 2}}, {"ij", "jk", "kl", "il"}},
        {"bilinear", "bi,oij,bj->bo", {{2, 3}, {2, 3, 4}, {2, 4}}, {"bi", "oij", "bj", "bo"}},
        {"last_alone", "i,j,ij->", {{2}, {3}, {2, 3}}, {"i", "j", "ij", ""}},
        {"once_for_later", "ij,ij,jk->ik", {{2, 3}, {2, 3}, {3, 2}}, {"ij", "ij", "jk", "ik"}},
        {"attention", "bqhd,bkhd->bhqk", {{2, 3, 2, 4}, {2, 2, 2, 4}}, {"bqhd", "bkhd", "bhqk"}},
        {"dots", "...ij,...jk->...ik", {{2, 3, 4}, {2, 4, 2}}, {"Aij", "Ajk", "Aik"}},
        {"dots_implicit", "...ij,jk", {{2, 3, 2, 2}, {2, 2}}, {"ABij", "jk", "ABik"}},
        {"dots_broadcast", "...ij,...jk->...ik", {{2, 1, 2, 3}, {3, 3, 2}}, {"ABij", "Bjk", "ABik"}},
        {"dots_of_one", "...i,...i->...", {{1, 3}, {2, 3}}, {"Ai", "Ai", "A"}},
        {"dots_elementwise", "...,...", {{2, 1, 3}, {4, 1}}, {"ABC", "BC", "ABC"}},
        {"dots_behind", "i...->...i", {{2, 3, 2}}, {"iAB", "ABi"}},
        {"dots_that_are_none", "i...,...j->i...j", {{2}, {3}}, {"i", "j", "ij"}},
    };
    return table;
}

Sample sample_of(const EinsumCase& one) {
    return {.name = one.name, .shapes = one.shapes, .build = [&one](std::span<const Var> x) {
                return einsum(one.subscripts, x);
            }};
}

void compare(const Sample& sample, const std::vector<std::string>& spelled) {
    const auto drawn = draw(sample);
    std::vector<Term> terms;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        terms.push_back({spelled[i], sample.shapes[i], drawn[i]});
    }
    Shape shape;
    const std::vector<double> expected = sum_of_products(terms, spelled.back(), shape);
    Tape tape;
    std::vector<Var> vars;
    for (const Array& input : to_arrays(sample.shapes, drawn)) {
        vars.push_back(tape.constant(input));
    }
    const Var result = sample.build(vars);
    BOOST_TEST(to_string(result.shape()) == to_string(shape), sample.name);
    const std::vector<double> found = to_numbers(result.value());
    BOOST_TEST_REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        BOOST_TEST(std::abs(found[i] - expected[i]) <= 1e-12,
                   sample.name << ", element " << i << ": " << found[i] << ", expected " << expected[i]);
    }
}

void check_slopes(const Sample& sample) {
    const std::vector<Array> inputs = to_arrays(sample.shapes, draw(sample));
    for (const int order : {1, 2}) {
        GradientCheckOptions options;
        options.order = order;
        const GradientReport report = check_gradient(
            [&](Tape&, std::span<const Var> x) {
                const Var value = sample.build(x);
                return value + square(value) * 0.5;
            },
            inputs, options);
        BOOST_TEST(report.passed, sample.name << ", order " << order << ": " << report.message());
    }
}

// Two or three operands of any letters, any of which the result names.
void check_drawn() {
    std::mt19937 generator(7);
    const auto below = [&](std::size_t count) { return generator() % count; };
    for (int drawn = 0; drawn < 400; ++drawn) {
        const std::map<char, Index> sizes{{'a', 2}, {'b', 3}, {'c', 1}, {'d', 2}, {'e', 4}};
        std::vector<std::string> spelled;
        std::vector<Shape> shapes;
        std::string all;
        const std::size_t operands = 1 + below(3);
        for (std::size_t i = 0; i < operands; ++i) {
            std::string letters;
            Shape shape;
            for (std::size_t axes = below(4); axes > 0; --axes) {
                letters += "abcde"[below(5)];
                shape.push_back(sizes.at(letters.back()));
            }
            all += letters;
            spelled.push_back(letters);
            shapes.push_back(shape);
        }
        std::string output;
        std::shuffle(all.begin(), all.end(), generator);
        for (const char letter : all) {
            output += output.find(letter) == std::string::npos && below(2) == 0 ? std::string(1, letter) : "";
        }
        std::string subscripts;
        for (const std::string& each : spelled) {
            subscripts += (subscripts.empty() && &each == &spelled.front() ? "" : ",") + each;
        }
        subscripts += "->" + output;
        spelled.push_back(output);
        compare({.name = subscripts,
                 .shapes = shapes,
                 .build = [&](std::span<const Var> x) { return einsum(subscripts, x); }},
                spelled);
    }
}

template <bool transpose_a, bool transpose_b>
Var multiplied(std::span<const Var> x) {
    return matmul(x[0], x[1], transpose_a, transpose_b);
}

struct MatmulCase {
    const char* name;
    std::vector<Shape> shapes;
    Var (*build)(std::span<const Var> x);
    std::vector<std::string> spelled;
};

const std::vector<MatmulCase>& matmul_cases() {
    static const std::vector<MatmulCase> table{
        {"row_times_matrix", {{3}, {3, 4}}, multiplied<false, false>, {"i", "ij", "j"}},
        {"matrix_times_column", {{3, 4}, {4}}, multiplied<false, false>, {"ij", "j", "i"}},
        {"row_times_column", {{5}, {5}}, multiplied<false, false>, {"i", "i", ""}},
        {"row_times_transposed", {{3}, {4, 3}}, multiplied<false, true>, {"i", "ji", "j"}},
        {"transposed_times_column", {{4, 3}, {4}}, multiplied<true, false>, {"ji", "j", "i"}},
        {"row_times_many", {{3}, {2, 3, 4}}, multiplied<false, false>, {"i", "Aij", "Aj"}},
        {"many_times_column", {{2, 2, 3, 4}, {4}}, multiplied<false, false>, {"ABij", "j", "ABi"}},
        {"many_times_one", {{2, 2, 3}, {3, 4}}, multiplied<false, false>, {"Aij", "jk", "Aik"}},
        {"many_times_one_transposed", {{2, 2, 3}, {1, 4, 3}}, multiplied<false, true>, {"Aij", "Akj", "Aik"}},
        {"many_transposed_times_one", {{2, 3, 2}, {3, 4}}, multiplied<true, false>, {"Aji", "jk", "Aik"}},
        {"one_times_many", {{2, 3}, {2, 3, 4}}, multiplied<false, false>, {"ij", "Ajk", "Aik"}},
        {"both_broadcast", {{2, 1, 2, 3}, {3, 3, 2}}, multiplied<false, false>, {"ABij", "Bjk", "ABik"}},
        {"both_broadcast_and_transposed",
         {{3, 1, 3, 2}, {2, 2, 3}},
         multiplied<true, true>,
         {"ABji", "Bkj", "ABik"}},
        {"axes_of_size_1", {{2, 3}, {1, 1, 3, 2}}, multiplied<false, false>, {"ij", "ABjk", "ABik"}},
        {"no_matrices", {{0, 2, 3}, {3, 2}}, multiplied<false, false>, {"Aij", "jk", "Aik"}},
        {"no_matrices_broadcast", {{0, 3, 2}, {1, 3, 2}}, multiplied<true, false>, {"Aji", "Ajk", "Aik"}},
    };
    return table;
}

// What `matmul` could do before is still the one operation.
void check_recorded_as_before() {
    Tape tape(Evaluation::planned);
    const Var a = tape.input({2, 3, 3});
    const Var m = tape.input({3, 3});
    for (const auto& [x, y] : {std::pair{a, a}, {m, m}}) {
        const std::size_t before = tape.size();
        matmul(x, y, true, false);
        BOOST_TEST(tape.size() == before + 1);
    }
}

struct EinsumMistake {
    const char* name;
    const char* subscripts;
    std::vector<Shape> shapes;
    ErrorCode code;
    std::vector<std::string> words;
};

const std::vector<EinsumMistake>& einsum_mistakes() {
    const ErrorCode invalid = ErrorCode::invalid_argument;
    const ErrorCode shape = ErrorCode::shape;
    static const std::vector<EinsumMistake> table{
        {"sizes",
         "ij,jk->ik",
         {{2, 3}, {4, 5}},
         shape,
         {"'j'", "3 (operand 0, axis 1 of (2, 3))", "4 (operand 1, axis 0 of (4, 5))"}},
        {"sizes_of_one_letter_of_1",
         "ij,jk->ik",
         {{2, 1}, {4, 5}},
         shape,
         {"'j'", "1 (operand 0", "4 (operand 1"}},
        {"sizes_in_one_operand",
         "ii->i",
         {{2, 3}},
         shape,
         {"'i'", "2 (operand 0, axis 0", "3 (operand 0, axis 1"}},
        {"sizes_of_dots", "...i,...i", {{2, 3}, {4, 3}}, shape, {"'...'", "2 (operand 0", "4 (operand 1"}},
        {"too_many_axes", "ij,jk", {{2, 3, 4}, {3, 4}}, shape, {"operand 0", "(2, 3, 4)", "expected 2 axes"}},
        {"too_few_axes", "...ij", {{2}}, shape, {"operand 0", "(2)", "2 axes or more"}},
        {"operands", "ij,jk->ik", {{2, 3}}, invalid, {"subscripts of 2 operands", "1 were given"}},
        {"unknown_in_result", "ij->ik", {{2, 3}}, invalid, {"'k'", "in no operand"}},
        {"twice_in_result", "ij->ii", {{2, 3}}, invalid, {"'i'", "twice in the result"}},
        {"digit", "i1->i", {{2, 3}}, invalid, {"'1' in 'i1'"}},
        {"arrow", "ij>i", {{2, 3}}, invalid, {"'>' in 'ij>i'"}},
        {"two_arrows", "ij->i->j", {{2, 3}}, invalid, {"'-' in 'i->j'"}},
        {"two_dots", "..ij", {{2, 3}}, invalid, {"'.' in '..ij'"}},
        {"dots_twice", "...i...", {{2, 3}}, invalid, {"'...' twice"}},
        {"dots_not_in_result", "...i->i", {{2, 3}}, invalid, {"\"->...i\""}},
        {"comma_in_result", "i,j->i,j", {{2}, {3}}, invalid, {"',' in 'i,j'"}},
        {"none", "", {}, invalid, {"no operands"}},
    };
    return table;
}

void check_mistake(const EinsumMistake& mistake) {
    Tape tape;
    std::vector<Var> operands;
    for (const Shape& shape : mistake.shapes) {
        operands.push_back(tape.filled(shape, 1));
    }
    const std::size_t size = tape.size();
    try {
        einsum(mistake.subscripts, operands);
        BOOST_ERROR("no error was thrown");
    } catch (const Error& error) {
        BOOST_TEST((error.code() == mistake.code), error.message());
        BOOST_TEST(
            error.message().find("[einsum] '" + std::string(mistake.subscripts) + "'") != std::string::npos,
            error.message());
        for (const std::string& word : mistake.words) {
            BOOST_TEST(error.message().find(word) != std::string::npos,
                       "'" << word << "' is missing from: " << error.message());
        }
    }
    BOOST_TEST(tape.size() == size);
}

void check_without_elements() {
    Tape tape;
    const Var none = tape.filled({0, 0}, 1);
    BOOST_TEST((einsum("ii->i", {none}).shape() == Shape{0}));
    BOOST_TEST(to_numbers(einsum("ii", {none}).value()) == (std::vector<double>{0}));
    BOOST_TEST(to_numbers(einsum("ij,jk->ik", {tape.filled({1, 0}, 1), tape.filled({0, 2}, 1)}).value()) ==
               (std::vector<double>{0, 0}));
    BOOST_TEST((gradient(einsum("ii->i", {none}), none).shape() == Shape{0, 0}));
}

}  // namespace

void add_einsum_cases() {
    for (const EinsumCase& one : einsum_cases()) {
        add_case("einsum", one.name, [&one] {
            compare(sample_of(one), one.spelled);
            check_slopes(sample_of(one));
        });
    }
    add_case("einsum", "drawn", check_drawn);
    add_case("einsum", "without_elements", check_without_elements);
    for (const EinsumMistake& mistake : einsum_mistakes()) {
        add_case("einsum", std::string("mistake_") + mistake.name, [&mistake] { check_mistake(mistake); });
    }
    for (const MatmulCase& one : matmul_cases()) {
        add_case("any_matmul", one.name, [&one] {
            const Sample sample{.name = one.name, .shapes = one.shapes, .build = one.build};
            compare(sample, one.spelled);
            if (element_count(one.shapes[0]) > 0) {
                check_slopes(sample);
            }
        });
    }
    add_case("any_matmul", "recorded_as_before", check_recorded_as_before);
}

}  // namespace gandsl_test
