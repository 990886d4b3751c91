#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "autodiff/shape.hpp"
#include "dsl/catalogue.hpp"

/// Short ways to write the records of the catalogue, and to read the arguments of a call.
namespace gandsl::models {

// Values of arguments.

dsl::Value value_of(double number);
dsl::Value value_of(bool flag);
dsl::Value value_of(const char* text);
dsl::Value absent();

/// `uniform(-0.1, 0.1)` as the checker would resolve it.
dsl::NestedCall initializer_call(std::string name,
                                 std::vector<std::pair<std::string, double>> arguments = {});
/// Uniform between -1 / sqrt(fan_in) and 1 / sqrt(fan_in) (LeCun et al., 1998, with the factor PyTorch uses).
dsl::NestedCall uniform_by_fan_in(double fan_in);
/// The call given as argument `init`, or `otherwise`.
dsl::NestedCall initializer_or(const dsl::TypeCall& call, dsl::NestedCall otherwise);

// Arguments. Those without a default are required.

dsl::Argument integer_argument(std::string name, std::string doc, double min = 1);
dsl::Argument integer_argument(std::string name, std::string doc, dsl::Value fallback, double min);
/// A whole number that type rules multiply others by, as a kernel's size: bounded, so that its product with
/// the elements of a value (at most `dsl::max_elements`) can be counted.
dsl::Argument factor_argument(std::string name, std::string doc, dsl::Value fallback);
dsl::Argument number_argument(std::string name, std::string doc, double min, double max);
dsl::Argument number_argument(std::string name, std::string doc, dsl::Value fallback, double min, double max);
dsl::Argument boolean_argument(std::string name, std::string doc, bool fallback);
dsl::Argument choice_argument(std::string name, std::string doc, const char* fallback,
                              std::vector<std::string> choices);
/// Every positional argument from here on, as whole numbers of at least `min`.
dsl::Argument sizes_argument(std::string doc, double min = 1);
/// `axis`, by name only; absent: the whole example.
dsl::Argument axis_argument(std::string doc);
dsl::Argument initializer_argument();
/// A learning rate: a positive number or a schedule.
dsl::Argument rate_argument();
dsl::Argument by_name(dsl::Argument argument);

// Reading resolved arguments.

double number(const dsl::Arguments& arguments, std::string_view name);
dsl::Index integer(const dsl::Arguments& arguments, std::string_view name);
bool boolean(const dsl::Arguments& arguments, std::string_view name);
const std::string& text(const dsl::Arguments& arguments, std::string_view name);
bool has(const dsl::Arguments& arguments, std::string_view name);
/// The argument `range`, [low, high]. Throws the diagnostic of a wrong argument of `entry` unless it is two
/// numbers, the first the smaller.
std::pair<double, double> bounds(std::string_view entry, const dsl::Arguments& arguments);
std::size_t net(const dsl::Arguments& arguments, std::string_view name);
dsl::Arguments arguments_of(const dsl::NestedCall& call);

}  // namespace gandsl::models
