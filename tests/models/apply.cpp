#include "tests/models/apply.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "autodiff/operations.hpp"
#include "autodiff/random.hpp"
#include "dsl/diagnostics.hpp"
#include "models/catalogue.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"

namespace gandsl::test {

namespace {

template <typename Data>
void put(dsl::Arguments& arguments, const std::string& name, Data data) {
    dsl::Value value;
    value.data = std::move(data);
    value.given = true;
    arguments.insert_or_assign(name, value);
}

}  // namespace

dsl::Arguments resolve(const dsl::Entry& entry, const Given& given) {
    dsl::Arguments arguments;
    for (const dsl::Argument& argument : entry.arguments) {
        if (argument.fallback) {
            arguments.emplace(argument.name, *argument.fallback);
        }
    }
    for (const auto& [name, number] : given.numbers) put(arguments, name, number);
    for (const auto& [name, text] : given.texts) put(arguments, name, text);
    for (const auto& [name, flag] : given.flags) put(arguments, name, flag);
    for (const auto& [name, list] : given.lists) put(arguments, name, list);
    for (const auto& [name, call] : given.calls) put(arguments, name, call);
    BOOST_REQUIRE_EQUAL(arguments.size(), entry.arguments.size());
    return arguments;
}

dsl::Type type_of(Shape shape, Index classes, bool batched) {
    dsl::Type type;
    type.shape = std::move(shape);
    type.batched = batched;
    if (classes > 0) {
        type.classes = classes;
    }
    return type;
}

Typed typed(const std::string& entry, const Given& given, const std::vector<dsl::Type>& inputs) {
    const dsl::Entry& record = models::definition(entry).entry;
    const dsl::Arguments arguments = resolve(record, given);
    dsl::TypeCall call{.inputs = inputs, .arguments = arguments, .weights = {}};
    std::vector<dsl::Type> results = record.type(call);
    return {std::move(results), std::move(call.weights)};
}

std::string refusal(const std::string& entry, const Given& given, const std::vector<dsl::Type>& inputs) {
    try {
        typed(entry, given, inputs);
    } catch (const dsl::Diagnostic& diagnostic) {
        return diagnostic.message.empty() ? "no message" : diagnostic.message;
    }
    return "";
}

Application apply(Tape& tape, const std::string& entry, const Given& given,
                  const std::vector<models::Value>& inputs, models::Mode mode,
                  const std::vector<Var>& weights) {
    const models::Definition& definition = models::definition(entry);
    std::vector<dsl::Type> types;
    Index batch = 1;
    for (const models::Value& input : inputs) {
        types.push_back(input.type);
        if (input.type.batched) {
            batch = input.var.shape()[0];
        }
    }
    const Typed type = typed(entry, given, types);
    Application result;
    for (std::size_t i = 0; i < type.weights.size(); ++i) {
        const dsl::Weight& weight = type.weights[i];
        if (i < weights.size()) {
            BOOST_REQUIRE_EQUAL(to_string(weights[i].shape()), to_string(weight.shape));
            result.weights.push_back(weights[i]);
        } else {
            const RandomKey key{.seed = 5, .stream = static_cast<std::uint32_t>(i), .step = 0};
            result.weights.push_back(
                tape.state(models::first_values(weight.init, weight.shape, weight.fans, key)));
        }
    }
    const dsl::Arguments arguments = resolve(definition.entry, given);
    models::BuildCall call{.tape = tape,
                           .batch = batch,
                           .mode = mode,
                           .inputs = inputs,
                           .arguments = arguments,
                           .results = type.results,
                           .weights = result.weights};
    std::uint32_t streams = 0;
    call.stream = [&] { return streams++; };
    call.update = [&](std::size_t place, Var replacement) {
        result.updates.emplace_back(place, replacement);
    };
    result.results = definition.build(call);
    BOOST_REQUIRE_EQUAL(result.results.size(), type.results.size());
    for (std::size_t i = 0; i < type.results.size(); ++i) {
        const models::Value& value = result.results[i];
        BOOST_TEST((value.type == type.results[i]));
        BOOST_TEST(to_string(value.var.shape()) ==
                   to_string(models::tape_shape(value.type, batch, value.layout)));
    }
    return result;
}

Array random(const Shape& shape, std::uint64_t seed) {
    Array array = make_array(shape);
    fill_normal({array.data(), array.size()}, {.seed = seed, .stream = 77, .step = 0});
    return array;
}

models::Value value(Tape& tape, const Array& array, Index classes) {
    const Shape shape = shape_of(array);
    return {.var = tape.constant(array), .type = type_of({shape.begin() + 1, shape.end()}, classes)};
}

Array numbers(const models::Value& value) {
    return models::channels_first(value).var.value();
}

void require_close(const Array& found, const Array& expected, double tolerance) {
    BOOST_REQUIRE_EQUAL(to_string(shape_of(found)), to_string(shape_of(expected)));
    double worst = 0;
    std::size_t place = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double difference = std::abs(found.data()[i] - expected.data()[i]);
        if (!(difference <= worst)) {  // NaN too
            worst = difference;
            place = i;
        }
    }
    BOOST_TEST((worst <= tolerance), "element " << place << ": found " << found.data()[place] << ", expected "
                                                << expected.data()[place]);
}

void check_gradients(const std::string& entry, const Given& given, const std::vector<Array>& inputs,
                     models::Mode mode, double spread) {
    std::vector<dsl::Type> types;
    for (const Array& input : inputs) {
        const Shape shape = shape_of(input);
        types.push_back(type_of({shape.begin() + 1, shape.end()}));
    }
    std::vector<Array> points = inputs;
    std::vector<bool> fixed(inputs.size(), false);
    std::uint64_t seed = 100;
    for (const dsl::Weight& weight : typed(entry, given, types).weights) {
        Array numbers = random(weight.shape, seed++);
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            numbers.data()[i] =
                weight.learned ? numbers.data()[i] * spread : 0.5 + std::abs(numbers.data()[i]);
        }
        points.push_back(numbers);
        fixed.push_back(!weight.learned);
    }
    const GradientCheckFunction function = [&](Tape& tape, std::span<const Var> vars) {
        std::vector<models::Value> values;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            values.push_back({.var = vars[i], .type = types[i]});
        }
        const std::vector<Var> weights(vars.begin() + static_cast<std::ptrdiff_t>(inputs.size()), vars.end());
        return apply(tape, entry, given, values, mode, weights).results.at(0).var;
    };
    for (const int order : {1, 2}) {
        GradientCheckOptions options;
        options.order = order;
        options.elements = 24;
        options.fixed = fixed;
        const GradientReport report = check_gradient(function, points, options);
        BOOST_TEST(report.passed, entry << ", order " << order << ": " << report.message());
        BOOST_TEST(report.checked > 0u);
    }
}

}  // namespace gandsl::test
