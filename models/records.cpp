#include "models/records.hpp"

#include <cmath>
#include <limits>

#include "autodiff/error.hpp"
#include "dsl/diagnostics.hpp"
#include "dsl/spelling.hpp"

namespace gandsl::models {

namespace {

template <typename Data>
dsl::Value wrap(Data data) {
    dsl::Value value;
    value.data = std::move(data);
    return value;
}

dsl::Argument argument(std::string name, dsl::ArgumentKind kind, std::string doc) {
    dsl::Argument result;
    result.name = std::move(name);
    result.kind = kind;
    result.doc = std::move(doc);
    return result;
}

const dsl::Value& find(const dsl::Arguments& arguments, std::string_view name) {
    const auto found = arguments.find(name);
    if (found == arguments.end()) {
        throw Error(ErrorCode::internal,
                    "argument " + std::string(name) + " was not resolved by the checker");
    }
    return found->second;
}

template <typename Data>
const Data& get(const dsl::Arguments& arguments, std::string_view name) {
    const auto* data = std::get_if<Data>(&find(arguments, name).data);
    if (data == nullptr) {
        throw Error(ErrorCode::internal,
                    "argument " + std::string(name) + " has another kind than its record says");
    }
    return *data;
}

}  // namespace

dsl::Value value_of(double number) {
    return wrap(number);
}
dsl::Value value_of(bool flag) {
    return wrap(flag);
}
dsl::Value value_of(const char* text) {
    return wrap(std::string(text));
}
dsl::Value absent() {
    return {};
}

dsl::NestedCall initializer_call(std::string name, std::vector<std::pair<std::string, double>> arguments) {
    dsl::NestedCall call;
    call.name = std::move(name);
    for (auto& [key, number] : arguments) {
        call.arguments.emplace_back(std::move(key), value_of(number));
    }
    return call;
}

dsl::NestedCall uniform_by_fan_in(double fan_in) {
    const double bound = 1 / std::sqrt(fan_in);
    return initializer_call("uniform", {{"low", -bound}, {"high", bound}});
}

dsl::NestedCall initializer_or(const dsl::TypeCall& call, dsl::NestedCall otherwise) {
    return has(call.arguments, "init") ? get<dsl::NestedCall>(call.arguments, "init") : std::move(otherwise);
}

dsl::Argument integer_argument(std::string name, std::string doc, double min) {
    dsl::Argument result = argument(std::move(name), dsl::ArgumentKind::integer, std::move(doc));
    result.min = min;
    return result;
}

dsl::Argument integer_argument(std::string name, std::string doc, dsl::Value fallback, double min) {
    dsl::Argument result = integer_argument(std::move(name), std::move(doc), min);
    result.fallback = std::move(fallback);
    return result;
}

dsl::Argument factor_argument(std::string name, std::string doc, dsl::Value fallback) {
    dsl::Argument result = integer_argument(std::move(name), std::move(doc), std::move(fallback), 1);
    result.max = 1e6;
    return result;
}

dsl::Argument number_argument(std::string name, std::string doc, double min, double max) {
    dsl::Argument result = argument(std::move(name), dsl::ArgumentKind::number, std::move(doc));
    result.min = min;
    result.max = max;
    return result;
}

dsl::Argument number_argument(std::string name, std::string doc, dsl::Value fallback, double min,
                              double max) {
    dsl::Argument result = number_argument(std::move(name), std::move(doc), min, max);
    result.fallback = std::move(fallback);
    return result;
}

dsl::Argument boolean_argument(std::string name, std::string doc, bool fallback) {
    dsl::Argument result = argument(std::move(name), dsl::ArgumentKind::boolean, std::move(doc));
    result.fallback = value_of(fallback);
    result.positional = false;
    return result;
}

dsl::Argument choice_argument(std::string name, std::string doc, const char* fallback,
                              std::vector<std::string> choices) {
    dsl::Argument result = argument(std::move(name), dsl::ArgumentKind::text, std::move(doc));
    result.fallback = value_of(fallback);
    result.choices = std::move(choices);
    result.positional = false;
    return result;
}

dsl::Argument sizes_argument(std::string doc, double min) {
    dsl::Argument result = argument("sizes", dsl::ArgumentKind::numbers, std::move(doc));
    result.min = min;
    result.many = true;
    return result;
}

dsl::Argument axis_argument(std::string doc) {
    return by_name(integer_argument("axis", std::move(doc), absent(), -1e300));
}

dsl::Argument initializer_argument() {
    dsl::Argument result =
        argument("init", dsl::ArgumentKind::call,
                 "how the weights begin: an initializer; the layer's own scheme if left out");
    result.fallback = absent();
    result.positional = false;
    result.choices = {"initializer"};
    return result;
}

dsl::Argument rate_argument() {
    dsl::Argument result =
        argument("lr", dsl::ArgumentKind::call, "learning rate: a number above 0 or a schedule");
    result.choices = {"number", "schedule"};
    result.min = 0;
    result.min_excluded = true;
    return result;
}

dsl::Argument by_name(dsl::Argument argument) {
    argument.positional = false;
    return argument;
}

double number(const dsl::Arguments& arguments, std::string_view name) {
    return get<double>(arguments, name);
}

dsl::Index integer(const dsl::Arguments& arguments, std::string_view name) {
    return static_cast<dsl::Index>(get<double>(arguments, name));
}

bool boolean(const dsl::Arguments& arguments, std::string_view name) {
    return get<bool>(arguments, name);
}

const std::string& text(const dsl::Arguments& arguments, std::string_view name) {
    return get<std::string>(arguments, name);
}

bool has(const dsl::Arguments& arguments, std::string_view name) {
    return !find(arguments, name).empty();
}

std::pair<double, double> bounds(std::string_view entry, const dsl::Arguments& arguments) {
    using dsl::diagnostics::Form;
    const dsl::Value& value = arguments.find("range")->second;
    std::vector<double> numbers;
    dsl::diagnostics::Found found = Form::something_else;
    if (const auto* several = std::get_if<std::vector<double>>(&value.data)) {
        numbers = *several;
        std::string items;
        for (const double number : numbers) {
            items += (items.empty() ? "" : ", ") + dsl::spell(number);
        }
        found = "[" + items + "]";
    } else if (const auto* one = std::get_if<double>(&value.data)) {
        found = dsl::diagnostics::Term(Form::the_number, {dsl::spell(*one)});
    }
    const auto refuse = [&](Form expected) {
        throw dsl::diagnostics::refused_argument(entry, "range", found, expected);
    };
    if (numbers.size() != 2) {
        refuse(Form::two_numbers);
    }
    if (!(numbers[0] < numbers[1])) {
        refuse(Form::two_in_order);
    }
    // Pictures are of floats, and floats nearer to 0 than the smallest normal one are taken for 0.
    const float width = static_cast<float>(numbers[1]) - static_cast<float>(numbers[0]);
    if (width < std::numeric_limits<float>::min()) {
        refuse(Form::two_that_differ);
    }
    if (!std::isfinite(width)) {
        refuse(Form::two_within_reach);
    }
    return {numbers[0], numbers[1]};
}

std::size_t net(const dsl::Arguments& arguments, std::string_view name) {
    return get<dsl::NetReference>(arguments, name).net;
}

dsl::Arguments arguments_of(const dsl::NestedCall& call) {
    dsl::Arguments arguments;
    for (const auto& [name, value] : call.arguments) {
        arguments.emplace(name, value);
    }
    return arguments;
}

}  // namespace gandsl::models
