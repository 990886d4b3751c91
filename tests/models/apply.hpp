#pragma once

#include <string>
#include <utility>
#include <vector>

#include "autodiff/array.hpp"
#include "autodiff/gradient_check.hpp"
#include "dsl/types.hpp"
#include "models/builder.hpp"

/// One application of an entry, as the checker and the builder would do it.
namespace gandsl::test {

/// Arguments given by name; the others take their defaults.
struct Given {
    std::vector<std::pair<std::string, double>> numbers = {};
    std::vector<std::pair<std::string, std::string>> texts = {};
    std::vector<std::pair<std::string, bool>> flags = {};
    std::vector<std::pair<std::string, std::vector<double>>> lists = {};
    std::vector<std::pair<std::string, dsl::NestedCall>> calls = {};
};

dsl::Arguments resolve(const dsl::Entry& entry, const Given& given);

/// A type of this shape; `classes` above 0 makes labels of it.
dsl::Type type_of(Shape shape, Index classes = 0, bool batched = true);

/// What the type rule says of a call.
struct Typed {
    std::vector<dsl::Type> results;
    std::vector<dsl::Weight> weights;
};
Typed typed(const std::string& entry, const Given& given, const std::vector<dsl::Type>& inputs);

/// The message of the diagnostic that the type rule throws; empty if it accepts the call.
std::string refusal(const std::string& entry, const Given& given, const std::vector<dsl::Type>& inputs);

/// A call on a tape, with weights made by their initializers or given.
struct Application {
    std::vector<models::Value> results;
    std::vector<Var> weights;
    std::vector<std::pair<std::size_t, Var>> updates;
};
Application apply(Tape& tape, const std::string& entry, const Given& given,
                  const std::vector<models::Value>& inputs, models::Mode mode = models::Mode::train,
                  const std::vector<Var>& weights = {});

/// Standard normal numbers, the same for the same seed.
Array random(const Shape& shape, std::uint64_t seed = 1);
/// An eager value with a batch of its array's first axis, pictures channels first.
models::Value value(Tape& tape, const Array& array, Index classes = 0);

/// Numbers of an example-major, channels-first array of the result.
Array numbers(const models::Value& value);

/// Fails the running test with a message where arrays differ by more than `tolerance`.
void require_close(const Array& found, const Array& expected, double tolerance = 1e-9);

/// Checks the gradients of an entry by finite differences, with respect to its inputs (arrays with a batch)
/// and its weights: first order, and second.
void check_gradients(const std::string& entry, const Given& given, const std::vector<Array>& inputs,
                     models::Mode mode = models::Mode::train, double spread = 1);

}  // namespace gandsl::test
