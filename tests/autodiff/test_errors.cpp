#include <boost/test/unit_test.hpp>
#include <cmath>

#include "autodiff/autodiff.hpp"
#include "autodiff/operation.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/suites.hpp"

/// What users get wrong: each error names the operation and the shapes, and leaves nothing half done.
namespace gandsl_test {

using namespace gandsl;

namespace {

struct Mistake {
    std::string name;
    std::function<void(Tape&)> make;
    ErrorCode code;
    std::vector<std::string> words;  // the message has each of them
};

Var of(Tape& tape, Shape shape) {
    return tape.input(std::move(shape));
}

std::vector<Mistake> mistakes() {
    const ErrorCode shape = ErrorCode::shape;
    std::vector<Mistake> result{
        {"matmul_inner_sizes",
         [](Tape& t) {
             matmul(of(t, {2, 3}), of(t, {4, 5}));
         },
         shape,
         {"[matmul]", "(2, 3)", "(4, 5)"}},
        {"matmul_transposed",
         [](Tape& t) {
             matmul(of(t, {2, 3}), of(t, {3, 5}), true);
         },
         shape,
         {"[matmul]", "(2, 3) transposed", "(3, 5)"}},
        {"matmul_leading_axes",
         [](Tape& t) {
             matmul(of(t, {2, 2, 3}), of(t, {3, 3, 5}));
         },
         shape,
         {"[matmul]", "(2, 2, 3)", "(3, 3, 5)", "leading"}},
        {"matmul_vector",
         [](Tape& t) {
             matmul(of(t, {4}), of(t, {3, 5}));
         },
         shape,
         {"[matmul]", "(4)", "(3, 5)"}},
        {"matmul_two_vectors",
         [](Tape& t) { matmul(of(t, {4}), of(t, {3})); },
         shape,
         {"[matmul]", "(4)", "(3)"}},
        {"matmul_number",
         [](Tape& t) {
             matmul(of(t, {}), of(t, {3, 5}));
         },
         shape,
         {"[matmul]", "()", "(3, 5)", "single number"}},
        {"matmul_first_vector_transposed",
         [](Tape& t) {
             matmul(of(t, {3}), of(t, {3, 5}), true);
         },
         shape,
         {"[matmul]", "(3) transposed", "leave `transpose_a` out"}},
        {"matmul_second_vector_transposed",
         [](Tape& t) {
             matmul(of(t, {5, 3}), of(t, {3}), false, true);
         },
         shape,
         {"[matmul]", "(3) transposed", "leave `transpose_b` out"}},
        {"matmul_inner_sizes_of_many",
         [](Tape& t) {
             matmul(of(t, {2, 1, 4, 3}), of(t, {5, 4, 2}));
         },
         shape,
         {"[matmul]", "(2, 1, 4, 3)", "(5, 4, 2)", "columns"}},
        {"convolution_channels",
         [](Tape& t) {
             convolution(of(t, {1, 5, 5, 3}), of(t, {3, 3, 4, 8}), {});
         },
         shape,
         {"[convolution]", "(1, 5, 5, 3)", "(3, 3, 4, 8)", "channels"}},
        {"convolution_axes",
         [](Tape& t) {
             convolution(of(t, {5, 5, 3}), of(t, {3, 3, 3, 8}), {});
         },
         shape,
         {"[convolution]", "(5, 5, 3)", "(3, 3, 3, 8)"}},
        {"convolution_kernel_too_large",
         [](Tape& t) {
             convolution(of(t, {1, 5, 2, 3}), of(t, {3, 3, 3, 8}), {});
         },
         shape,
         {"[convolution]", "(1, 5, 2, 3)", "(3, 3, 3, 8)", "width"}},
        {"convolution_stride",
         [](Tape& t) {
             convolution(of(t, {1, 5, 5, 3}), of(t, {3, 3, 3, 8}), {.stride = {0, 1}});
         },
         shape,
         {"[convolution]", "stride 0 1"}},
        {"convolution_by_input_size",
         [](Tape& t) {
             convolution_by_input(of(t, {1, 3, 3, 8}), of(t, {3, 3, 2, 8}), {}, 6, 5);
         },
         shape,
         {"[convolution_by_input]", "(1, 3, 3, 8)", "(3, 3, 2, 8)", "(6, 5)"}},
        {"convolution_by_input_channels",
         [](Tape& t) {
             convolution_by_input(of(t, {1, 3, 3, 7}), of(t, {3, 3, 2, 8}), {}, 5, 5);
         },
         shape,
         {"[convolution_by_input]", "(1, 3, 3, 7)", "(3, 3, 2, 8)"}},
        {"convolution_by_weight_examples",
         [](Tape& t) {
             convolution_by_weight(of(t, {2, 5, 5, 3}), of(t, {1, 3, 3, 8}), {}, 3, 3);
         },
         shape,
         {"[convolution_by_weight]", "(2, 5, 5, 3)", "(1, 3, 3, 8)", "examples"}},
        {"convolution_by_weight_kernel",
         [](Tape& t) {
             convolution_by_weight(of(t, {1, 5, 5, 3}), of(t, {1, 3, 3, 8}), {}, 2, 3);
         },
         shape,
         {"[convolution_by_weight]", "(1, 5, 5, 3)", "(1, 3, 3, 8)"}},
        {"unfold_axes",
         [](Tape& t) {
             unfold(of(t, {5, 5, 3}), {}, 2, 2);
         },
         shape,
         {"[unfold]", "(5, 5, 3)"}},
        {"fold_shape",
         [](Tape& t) {
             fold(of(t, {1, 4, 4, 4, 3}), {}, 2, 2, 6, 5);
         },
         shape,
         {"[fold]", "(1, 4, 4, 4, 3)", "(1, 5, 4, 4, 3)"}},
        {"reshape",
         [](Tape& t) {
             reshape(of(t, {2, 3}), {4, 2});
         },
         shape,
         {"[reshape]", "(2, 3)", "(4, 2)"}},
        {"reshape_open_size",
         [](Tape& t) {
             reshape(of(t, {2, 3}), {4, -1});
         },
         shape,
         {"[reshape]", "(2, 3)"}},
        {"reshape_two_open_sizes",
         [](Tape& t) {
             reshape(of(t, {2, 3}), {-1, -1});
         },
         shape,
         {"[reshape]", "(2, 3)"}},
        {"transpose",
         [](Tape& t) {
             transpose(of(t, {2, 3}), {0, 0});
         },
         shape,
         {"[transpose]", "(2, 3)", "(0, 0)"}},
        {"transpose_too_few",
         [](Tape& t) {
             transpose(of(t, {2, 3}), {0});
         },
         shape,
         {"[transpose]", "(2, 3)"}},
        {"transpose_axis",
         [](Tape& t) {
             transpose(of(t, {2, 3}), {0, 2});
         },
         shape,
         {"[transpose]"}},
        {"broadcast_to",
         [](Tape& t) {
             broadcast_to(of(t, {2, 3}), {3, 2});
         },
         shape,
         {"[broadcast_to]", "(2, 3)", "(3, 2)"}},
        {"broadcast_to_smaller",
         [](Tape& t) {
             broadcast_to(of(t, {2, 3}), {3});
         },
         shape,
         {"[broadcast_to]", "(2, 3)", "(3)"}},
        {"slice_end",
         [](Tape& t) {
             slice(of(t, {2, 3}), 1, 1, 4);
         },
         shape,
         {"[slice]", "(2, 3)", "1 to 4"}},
        {"slice_empty",
         [](Tape& t) {
             slice(of(t, {2, 3}), 1, 2, 2);
         },
         shape,
         {"[slice]", "(2, 3)"}},
        {"slice_axis",
         [](Tape& t) {
             slice(of(t, {2, 3}), 2, 0, 1);
         },
         shape,
         {"[slice]"}},
        {"pad",
         [](Tape& t) {
             pad(of(t, {2, 3}), 0, -1, 0);
         },
         shape,
         {"[pad]", "(2, 3)"}},
        {"concatenate",
         [](Tape& t) {
             concatenate({of(t, {2, 3}), of(t, {3, 3})}, 1);
         },
         shape,
         {"[concatenate]", "(2, 3)", "(3, 3)"}},
        {"concatenate_ranks",
         [](Tape& t) {
             concatenate({of(t, {2, 3}), of(t, {2})}, 0);
         },
         shape,
         {"[concatenate]", "(2, 3)", "(2)"}},
        {"concatenate_nothing",
         [](Tape&) { concatenate(std::span<const Var>(), 0); },
         ErrorCode::invalid_argument,
         {"[concatenate]"}},
        {"softmax_of_number", [](Tape& t) { softmax(of(t, {})); }, shape, {"[softmax]"}},
        {"log_softmax_of_number", [](Tape& t) { log_softmax(of(t, {})); }, shape, {"[log_softmax]"}},
        {"gather_scalar", [](Tape& t) { gather(of(t, {}), of(t, {3})); }, shape, {"[gather]", "()", "(3)"}},
        {"scatter_add",
         [](Tape& t) {
             scatter_add(of(t, {4, 2}), of(t, {3}), 5);
         },
         shape,
         {"[scatter_add]", "(4, 2)", "(3)"}},
        {"pick",
         [](Tape& t) {
             pick(of(t, {4, 2}), of(t, {3}));
         },
         shape,
         {"[pick]", "(4, 2)", "(3)"}},
        {"one_hot", [](Tape& t) { one_hot(of(t, {4}), 0); }, shape, {"[one_hot]", "(4)"}},
        {"sum_axis",
         [](Tape& t) {
             sum(of(t, {2, 3}), {2});
         },
         shape,
         {"[sum]"}},
        {"sum_axis_twice",
         [](Tape& t) {
             sum(of(t, {2, 3}), {1, -1});
         },
         shape,
         {"[sum]"}},
        {"sum_to",
         [](Tape& t) {
             sum_to(of(t, {2, 3}), {2});
         },
         shape,
         {"[sum_to]", "(2, 3)", "(2)"}},
        {"too_large",
         [](Tape& t) {
             broadcast_to(of(t, {1}), {1LL << 40, 1LL << 40});
         },
         ErrorCode::memory,
         {}},
        {"other_tape",
         [](Tape& t) {
             Tape other;
             add(of(t, {2}), of(other, {2}));
         },
         ErrorCode::invalid_argument,
         {"[add]", "tapes"}},
        {"no_tape", [](Tape& t) { add(of(t, {2}), Var()); }, ErrorCode::invalid_argument, {"[add]"}},
    };
    for (const double index : {4.0, -1.0, 0.5, std::nan("")}) {
        const auto indices = [index](Tape& t) { return t.constant(to_array({3}, {0, index, 1})); };
        const std::string suffix = "_index_" + std::to_string(index);
        const ErrorCode code = ErrorCode::invalid_argument;
        result.push_back({"gather" + suffix,
                          [=](Tape& t) {
                              gather(t.filled({4, 2}, 1), indices(t));
                          },
                          code,
                          {"[gather]", "at place 1 of 3", "0 to 3"}});
        result.push_back({"scatter_add" + suffix,
                          [=](Tape& t) {
                              scatter_add(t.filled({3, 2}, 1), indices(t), 4);
                          },
                          code,
                          {"[scatter_add]", "at place 1 of 3", "0 to 3"}});
        result.push_back({"pick" + suffix,
                          [=](Tape& t) {
                              pick(t.filled({3, 4}, 1), indices(t));
                          },
                          code,
                          {"[pick]", "at place 1 of 3", "0 to 3"}});
        result.push_back({"one_hot" + suffix,
                          [=](Tape& t) { one_hot(indices(t), 4); },
                          code,
                          {"[one_hot]", "at place 1 of 3", "0 to 3"}});
    }
    return result;
}

void check(const Mistake& mistake) {
    Tape tape;
    try {
        mistake.make(tape);
    } catch (const Error& error) {
        BOOST_TEST((error.code() == mistake.code), to_string(error.code()) << ": " << error.message());
        for (const std::string& word : mistake.words) {
            BOOST_TEST(error.message().find(word) != std::string::npos,
                       "'" << word << "' is missing from: " << error.message());
        }
        return;
    }
    BOOST_ERROR("no error was thrown");
}

// Binary operations name themselves and both shapes.
void check_broadcast(const char* name, Var (*function)(Var, Var)) {
    Tape tape;
    const Var a = of(tape, {2, 3});
    const Var b = of(tape, {4, 3});
    const std::size_t size = tape.size();
    try {
        function(a, b);
        BOOST_ERROR("no error was thrown");
    } catch (const Error& error) {
        BOOST_TEST((error.code() == ErrorCode::shape));
        for (const std::string& word :
             {"[" + std::string(name) + "]", std::string("(2, 3)"), std::string("(4, 3)")}) {
            BOOST_TEST(error.message().find(word) != std::string::npos,
                       "'" << word << "' is missing from: " << error.message());
        }
    }
    BOOST_TEST(tape.size() == size);
}

// Whoever records an operation's record directly names axes in its attributes.
void check_recorded_axes(const std::string& name, const std::vector<Index>& attributes,
                         const std::string& words) {
    const auto all = operations();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Operation* one) { return one->name == name; });
    BOOST_TEST_REQUIRE((found != all.end()));
    check({name,
           [&](Tape& tape) {
               record(**found, {of(tape, {2, 3})}, {attributes, {}});
           },
           ErrorCode::shape,
           {"[" + name + "]", "(2, 3)", words}});
}

}  // namespace

void add_error_cases() {
    static const std::vector<Mistake> table = mistakes();
    for (const Mistake& mistake : table) {
        add_case("errors", mistake.name, [&mistake] { check(mistake); });
    }
    for (const Index axis : {Index{-1}, Index{2}}) {
        for (const char* const name : {"sum", "max", "mean_and_variance", "slice", "pad", "concatenate"}) {
            add_case("errors", "recorded_axis_" + std::to_string(axis) + "_" + name, [name, axis] {
                check_recorded_axes(name, {axis, 0, 1, 1}, "axis " + std::to_string(axis));
            });
        }
    }
    for (const char* const name : {"sum", "max", "mean_and_variance"}) {
        add_case("errors", std::string("recorded_axis_twice_") + name, [name] {
            check_recorded_axes(name, {1, 1}, "axes (1, 1)");
        });
    }
    const std::vector<std::pair<const char*, Var (*)(Var, Var)>> binary{
        {"add", add},           {"subtract", subtract},
        {"multiply", multiply}, {"divide", divide},
        {"power", power},       {"divide_or_zero", divide_or_zero},
        {"maximum", maximum},   {"minimum", minimum},
        {"less", less},         {"less_equal", less_equal},
        {"greater", greater},   {"greater_equal", greater_equal},
        {"equal", equal},       {"not_equal", not_equal},
    };
    for (const auto& [name, function] : binary) {
        add_case("errors", std::string("broadcast_") + name,
                 [name = name, function = function] { check_broadcast(name, function); });
    }
}

}  // namespace gandsl_test
