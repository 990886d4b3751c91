#include "tests/dsl/catalogue.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "dsl/diagnostics.hpp"
#include "dsl/spelling.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl::test {

namespace {

using Types = std::vector<Type>;

Value holding(decltype(Value::data) data) {
    Value value;
    value.data = std::move(data);
    return value;
}

Argument integer(std::string name, double min = 1, std::optional<Value> fallback = {}) {
    Argument argument;
    argument.name = std::move(name);
    argument.kind = ArgumentKind::integer;
    argument.doc = "a size";
    argument.min = min;
    argument.fallback = std::move(fallback);
    return argument;
}

Argument number(std::string name, std::optional<Value> fallback = {}, double min = -1e30, double max = 1e30) {
    Argument argument;
    argument.name = std::move(name);
    argument.doc = "a number";
    argument.fallback = std::move(fallback);
    argument.min = min;
    argument.max = max;
    return argument;
}

Argument boolean(std::string name, bool fallback) {
    Argument argument;
    argument.name = std::move(name);
    argument.kind = ArgumentKind::boolean;
    argument.fallback = holding(fallback);
    argument.positional = false;
    return argument;
}

Argument sizes(std::string name, std::optional<Value> fallback = {}) {
    Argument argument;
    argument.name = std::move(name);
    argument.kind = ArgumentKind::numbers;
    argument.doc = "the sizes of its axes";
    argument.min = 1;
    argument.max = 1e9;
    argument.many = true;
    argument.fallback = std::move(fallback);
    return argument;
}

Argument text(std::string name, std::vector<std::string> choices, std::optional<Value> fallback = {}) {
    Argument argument;
    argument.name = std::move(name);
    argument.kind = ArgumentKind::text;
    argument.doc = "a text";
    argument.choices = std::move(choices);
    argument.fallback = std::move(fallback);
    return argument;
}

Argument named(Argument argument) {
    argument.positional = false;
    return argument;
}

Argument nested(std::string name, std::vector<std::string> kinds, std::optional<Value> fallback = {}) {
    Argument argument;
    argument.name = std::move(name);
    argument.kind = ArgumentKind::call;
    argument.doc = "a rate";
    argument.choices = std::move(kinds);
    argument.fallback = std::move(fallback);
    return argument;
}

Argument reference(std::string name, ArgumentKind kind) {
    Argument argument;
    argument.name = std::move(name);
    argument.kind = kind;
    argument.doc = "a name";
    return argument;
}

NestedCall zeros() {
    return {"zeros", {}, {}};
}

Shape shape_of(TypeCall& call, std::string_view name) {
    Shape shape;
    for (const double size : call.numbers(name)) {
        shape.push_back(static_cast<Index>(size));
    }
    return shape;
}

Types same(TypeCall& call) {
    return {call.inputs.front()};
}

Type numbers(std::string_view entry, const Type& type) {
    if (type.classes) {
        throw diagnostics::not_labels(entry, type);
    }
    return type;
}

const Type& picture(std::string_view entry, const Type& type) {
    if (type.shape.size() != 3) {
        throw diagnostics::wrong_rank(entry, type, diagnostics::Form::picture_or_sequence);
    }
    return type;
}

Entry layer(std::string name, std::vector<Argument> arguments, TypeRule type) {
    Entry entry;
    entry.name = std::move(name);
    entry.kind = EntryKind::layer;
    entry.inputs = {"x"};
    entry.arguments = std::move(arguments);
    entry.type = std::move(type);
    entry.example = entry.name + "(...)";
    return entry;
}

Entry function(std::string name, std::vector<std::string> inputs, std::vector<Argument> arguments,
               TypeRule type) {
    Entry entry = layer(std::move(name), std::move(arguments), std::move(type));
    entry.kind = EntryKind::function;
    entry.inputs = std::move(inputs);
    return entry;
}

Entry plain(std::string name, EntryKind kind, std::vector<Argument> arguments, TypeRule type = {}) {
    Entry entry = layer(std::move(name), std::move(arguments), std::move(type));
    entry.kind = kind;
    entry.inputs = {};
    return entry;
}

// Layers.

Types dense(TypeCall& call) {
    Type type = numbers("dense", call.inputs.front());
    if (type.shape.size() > 2) {
        throw diagnostics::needs_flatten("dense", type);
    }
    const Index width = type.shape.empty() ? 1 : type.shape.back();
    call.weight("weight", {width, call.integer("units")}, zeros());
    if (call.boolean("bias")) {
        call.weight("bias", {call.integer("units")}, zeros());
    }
    if (type.shape.empty()) {
        type.shape = {1};
    }
    type.shape.back() = call.integer("units");
    return {type};
}

Types conv(TypeCall& call) {
    Type type = picture("conv", call.inputs.front());
    const Index kernel = call.integer("kernel");
    const bool same_size = call.text("pad") == "same";
    if (!same_size && (kernel > type.shape[1] || kernel > type.shape[2])) {
        throw diagnostics::kernel_too_large("conv", kernel, type);
    }
    call.weight("weight", {kernel, kernel, type.shape[0], call.integer("channels")}, zeros());
    const Index stride = call.integer("stride");
    type.shape[0] = call.integer("channels");
    for (const std::size_t axis : {1U, 2U}) {
        const Index size = same_size ? type.shape[axis] : type.shape[axis] - kernel + 1;
        type.shape[axis] = (size + stride - 1) / stride;
    }
    return {type};
}

Types conv_transpose(TypeCall& call) {
    Type type = picture("conv_transpose", call.inputs.front());
    const Index kernel = call.integer("kernel");
    call.weight("weight", {kernel, kernel, call.integer("channels"), type.shape[0]}, zeros());
    type.shape[0] = call.integer("channels");
    type.shape[1] *= call.integer("stride");
    type.shape[2] *= call.integer("stride");
    return {type};
}

Types batch_norm(TypeCall& call) {
    const Type& type = call.inputs.front();
    if (type.shape.empty()) {
        throw diagnostics::wrong_rank("batch_norm", type, diagnostics::Form::vector_sequence_or_picture);
    }
    const Index channels = type.shape.front();
    call.weight("scale", {channels}, zeros());
    call.weight("running_mean", {channels}, zeros(), false);
    return {type};
}

Types embedding(TypeCall& call) {
    Type type = call.inputs.front();
    if (!type.classes) {
        throw diagnostics::needs_labels("embedding", "x", type);
    }
    call.weight("weight", {type.classes->count, call.integer("width")}, zeros());
    type.classes.reset();
    type.shape.push_back(call.integer("width"));
    return {type};
}

Types attention(TypeCall& call) {
    const Type& type = call.inputs.front();
    if (type.shape.size() != 2) {
        throw diagnostics::wrong_rank("attention", type, diagnostics::Form::vector_sequence);
    }
    if (type.shape[1] % call.integer("heads") != 0) {
        throw diagnostics::not_divisible("attention", "heads", call.integer("heads"), "width", type.shape[1]);
    }
    call.weight("weight", {type.shape[1], 3 * type.shape[1]}, zeros());
    return {type};
}

Types recurrent(TypeCall& call) {
    Type type = numbers("lstm", call.inputs.front());
    if (type.shape.size() == 1) {
        type.shape.push_back(1);
    }
    if (type.shape.size() != 2) {
        throw diagnostics::wrong_rank("lstm", type, diagnostics::Form::vector_sequence);
    }
    call.weight("weight", {type.shape[1] + call.integer("units"), 4 * call.integer("units")}, zeros());
    type.shape[1] = call.integer("units");
    return {type};
}

Types position(TypeCall& call) {
    const Type& type = call.inputs.front();
    call.weight("weight", {call.integer("length"), type.shape.back()}, zeros());
    return {type};
}

Types flatten(TypeCall& call) {
    Type type = call.inputs.front();
    type.shape = {elements(type.shape)};
    return {type};
}

Types reshape(TypeCall& call) {
    Type type = call.inputs.front();
    const Shape shape = shape_of(call, "sizes");
    if (elements(shape) != elements(type.shape)) {
        throw diagnostics::wrong_element_count("reshape", type, shape);
    }
    type.shape = shape;
    return {type};
}

Types upsample(TypeCall& call) {
    Type type = call.inputs.front();
    if (type.shape.size() != 3 || type.shape[1] != type.shape[2]) {
        throw diagnostics::wrong_shape("upsample", type, diagnostics::Form::grey_or_colour_picture);
    }
    type.shape[1] *= call.integer("factor");
    type.shape[2] *= call.integer("factor");
    return {type};
}

// Functions.

Types reduce(std::string_view name, TypeCall& call) {
    Type type = call.inputs.front();
    type.classes.reset();
    if (!call.has("axis")) {
        type.shape = {};
        return {type};
    }
    const std::size_t axis = axis_of(name, call.integer("axis"), type);
    type.shape.erase(type.shape.begin() + static_cast<std::ptrdiff_t>(axis));
    return {type};
}

Types cross_entropy(TypeCall& call) {
    Type type = call.inputs[0];
    if (!call.inputs[1].classes) {
        throw diagnostics::needs_labels("cross_entropy", "target", call.inputs[1]);
    }
    type.shape.pop_back();
    return {type};
}

Types concat(TypeCall& call) {
    Type type = numbers("concat", call.inputs.front());
    for (std::size_t i = 1; i < call.inputs.size(); ++i) {
        const Type& other = numbers("concat", call.inputs[i]);
        if (other.shape.size() != type.shape.size() || type.shape.empty()) {
            throw diagnostics::shapes_differ("concat", type, other, diagnostics::Form::same_but_joined);
        }
        type.shape.back() += other.shape.back();
    }
    return {type};
}

Types drawn(TypeCall& call) {
    return {Type{shape_of(call, "sizes"), std::nullopt, true}};
}

Types at_place(TypeCall& call) {
    Type type = call.inputs.front();
    const Index size = type.shape.empty() ? 0 : type.shape.front();
    const Index at = call.integer("at");
    if (at < -size || at >= size) {
        throw diagnostics::index_out_of_range(call.arguments.find("at")->second.span, at, size, type);
    }
    type.shape.erase(type.shape.begin());
    return {type};
}

Types places(TypeCall& call) {
    Type type = call.inputs.front();
    if (type.shape.empty()) {
        throw diagnostics::wrong_rank("slice", type, diagnostics::Form::one_axis);
    }
    const Index size = type.shape.front();
    const Index begin = call.has("begin") ? call.integer("begin") : 0;
    const Index end = call.has("end") ? call.integer("end") : size;
    type.shape.front() = (end < 0 ? end + size : end) - (begin < 0 ? begin + size : begin);
    return {type};
}

Types uniform(TypeCall& call) {
    if (call.number("high") <= call.number("low")) {
        throw diagnostics::refused_argument("uniform", "high", spell(call.number("high")),
                                            {diagnostics::Form::number_above, {spell(call.number("low"))}});
    }
    return drawn(call);
}

Types labelled_picture(TypeCall& /*call*/) {
    return {Type{{1, 28, 28}, std::nullopt, true}, Type{{}, 10, true}};
}

const Value absent = holding(std::monostate{});

std::vector<Entry> layers() {
    std::vector<Entry> entries = {
        layer("dense",
              {integer("units"), boolean("bias", true), named(nested("init", {"initializer"}, absent))},
              dense),
        layer("conv",
              {integer("channels"), integer("kernel", 1, holding(3.0)), integer("stride", 1, holding(1.0)),
               text("pad", {"same", "valid"}, holding(std::string("same"))), boolean("bias", true)},
              conv),
        layer("conv_transpose",
              {integer("channels"), integer("kernel", 1, holding(3.0)), integer("stride", 1, holding(1.0)),
               boolean("bias", true)},
              conv_transpose),
        layer("batch_norm", {}, batch_norm),
        layer("layer_norm", {}, same),
        layer("embedding", {integer("width")}, embedding),
        layer("attention", {integer("heads"), boolean("causal", false)}, attention),
        layer("lstm", {integer("units")}, recurrent),
        layer("position", {integer("length")}, position),
        layer("flatten", {}, flatten),
        layer("reshape", {sizes("sizes")}, reshape),
        layer("upsample", {integer("factor")}, upsample),
        layer("dropout", {number("rate", {}, 0, 1)}, same),
        layer("leaky_relu", {number("slope", holding(0.01))}, same),
    };
    for (const char* const name : {"relu", "gelu", "tanh", "sigmoid", "softmax"}) {
        entries.push_back(layer(name, {}, same));
    }
    Entry missing = layer("gru", {integer("units")}, {});
    missing.missing = "its recurrence is still to be written";
    entries.push_back(std::move(missing));
    return entries;
}

std::vector<Entry> functions() {
    std::vector<Entry> entries;
    for (const char* const name : {"log", "exp", "stop_gradient"}) {
        entries.push_back(function(name, {"x"}, {}, same));
    }
    for (const char* const name : {"sum", "mean", "norm"}) {
        entries.push_back(function(name, {"x"}, {integer("axis", -1e30, absent)},
                                   [name](TypeCall& call) { return reduce(name, call); }));
    }
    for (const char* const name : {"bce", "mse"}) {
        entries.push_back(function(name, {"prediction", "target"}, {}, [name](TypeCall& call) {
            return Types{broadcast(name, call.inputs[0], call.inputs[1])};
        }));
    }
    entries.push_back(function("cross_entropy", {"prediction", "target"}, {}, cross_entropy));
    entries.push_back(function("concat", {"x"}, {}, concat));
    entries.back().variadic = true;
    entries.push_back(function("l2", {}, {reference("net", ArgumentKind::net)}, [](TypeCall& /*call*/) {
        return Types{Type{{}, std::nullopt, false}};
    }));
    entries.push_back(
        function("continue", {},
                 {reference("net", ArgumentKind::net), text("prompt", {}),
                  named(integer("length", 1, holding(400.0))), named(number("temperature", holding(1.0)))},
                 [](TypeCall& call) {
                     return Types{Type{{call.integer("length")}, 86, true}};
                 }));
    entries.back().role = Role::continuation;
    const std::vector<std::pair<const char*, Role>> operators = {{"add", Role::add},
                                                                 {"subtract", Role::subtract},
                                                                 {"multiply", Role::multiply},
                                                                 {"divide", Role::divide},
                                                                 {"power", Role::power},
                                                                 {"less", Role::less},
                                                                 {"greater", Role::greater},
                                                                 {"less_equal", Role::less_equal},
                                                                 {"equal", Role::equal},
                                                                 {"greater_equal", Role::greater_equal},
                                                                 {"not_equal", Role::not_equal}};
    for (const auto& [name, role] : operators) {
        entries.push_back(function(name, {"left", "right"}, {}, same));
        entries.back().kind = EntryKind::operation;
        entries.back().role = role;
    }
    entries.push_back(function("negate", {"x"}, {}, same));
    entries.back().kind = EntryKind::operation;
    entries.back().role = Role::negate;
    entries.push_back(function("index", {"x"}, {integer("at", -1e30)}, at_place));
    entries.back().kind = EntryKind::operation;
    entries.back().role = Role::index;
    entries.push_back(
        function("slice", {"x"}, {integer("begin", -1e30, absent), integer("end", -1e30, absent)}, places));
    entries.back().kind = EntryKind::operation;
    entries.back().role = Role::slice;
    return entries;
}

/// The facts that the checker asks of entries, as the catalogue of the program has them.
void add_facts(std::vector<Entry>& entries) {
    const auto entry = [&](std::string_view name) -> Entry& {
        return *std::find_if(entries.begin(), entries.end(),
                             [&](const Entry& each) { return each.name == name; });
    };
    entry("reshape").role = Role::reshape;
    entry("sum").role = Role::total;
    entry("log").fold = [](double x) { return std::log(x); };
    entry("exp").fold = [](double x) { return std::exp(x); };
    entry("stop_gradient").opaque = true;
    entry("stop_gradient").stops_gradients = {diagnostics::Form::call, {"stop_gradient"}};
    entry("bce").takes_probability = true;
    entry("batch_norm").statistics_over_batch = true;
    for (const char* const name : {"bce", "mse"}) {
        entry(name).compares_inputs = true;
    }
    for (const char* const name : {"reshape", "flatten", "upsample", "index", "slice"}) {
        entry(name).rearranges = true;
    }
    for (const char* const name : {"sigmoid", "softmax"}) {
        entry(name).range = Bounds{0, 1};
    }
    entry("tanh").range = Bounds{-1, 1};
    entry("relu").range = Bounds{0, std::numeric_limits<double>::infinity()};
}

std::vector<Entry> others() {
    const Value no_sizes = holding(std::vector<double>{});
    Argument rate = nested("lr", {"number", "schedule"});
    rate.min = 0;
    rate.min_excluded = true;
    Argument range = named(sizes("range", holding(std::vector<double>{0, 1})));
    range.many = false;
    range.min = -1e30;
    range.max = 1e30;
    std::vector<Entry> entries = {
        plain("normal", EntryKind::distribution, {sizes("sizes", no_sizes)}, drawn),
        plain("uniform", EntryKind::distribution, {number("low"), number("high"), sizes("sizes", no_sizes)},
              uniform),
        plain("categorical", EntryKind::distribution, {integer("k")},
              [](TypeCall& call) {
                  return Types{Type{{}, call.integer("k"), true}};
              }),
        plain("adam", EntryKind::optimizer,
              {rate, named(number("beta1", holding(0.9), 0, 0.999999)),
               named(number("beta2", holding(0.999), 0, 0.999999)), named(number("clip", absent))}),
        plain("sgd", EntryKind::optimizer, {rate}),
        plain("cosine", EntryKind::schedule, {number("start"), named(integer("warmup", 0, holding(0.0)))}),
        plain("stalled", EntryKind::stop_rule, {reference("measure", ArgumentKind::name), integer("turns")}),
        plain("zeros", EntryKind::initializer, {}),
        plain("normal", EntryKind::initializer, {number("std")}),
        plain("text", EntryKind::sink, {}),
        plain("csv", EntryKind::sink, {}),
        plain("mnist", EntryKind::source, {range}, labelled_picture),
        plain("digits", EntryKind::source, {range}, labelled_picture),
        plain("images", EntryKind::source,
              {text("files", {}), named(integer("size")), range, boolean("flip", false)},
              [](TypeCall& call) {
                  return Types{Type{{3, call.integer("size"), call.integer("size")}, std::nullopt, true}};
              }),
        plain("faces", EntryKind::source, {named(integer("size")), range},
              [](TypeCall& call) {
                  return Types{Type{{3, call.integer("size"), call.integer("size")}, std::nullopt, true}};
              }),
        plain("chars", EntryKind::source, {text("files", {}), named(integer("length"))},
              [](TypeCall& call) {
                  return Types{Type{{call.integer("length")}, 86, true}};
              }),
        plain("series", EntryKind::source,
              {text("file", {}), named(text("column", {})), named(integer("length"))},
              [](TypeCall& call) {
                  return Types{Type{{call.integer("length"), 1}, std::nullopt, true}};
              }),
    };
    Entry grid = plain("grid", EntryKind::sink, {integer("rows"), integer("columns")}, [](TypeCall& call) {
        const Type& type = call.inputs.front();
        if (type.shape.size() != 3) {
            throw diagnostics::wrong_rank("grid", type, diagnostics::Form::picture_or_sequence);
        }
        return Types{};
    });
    entries.push_back(std::move(grid));
    for (Entry& entry : entries) {
        if (entry.name == "mnist" || entry.name == "images") {
            entry.absent = [](const Arguments& /*arguments*/) {
                return std::optional<std::string>("no such folder");
            };
        }
        entry.sequential = entry.name == "chars" || entry.name == "series";
    }
    return entries;
}

}  // namespace

const Catalogue& catalogue() {
    static const Catalogue all = [] {
        std::vector<Entry> entries = layers();
        for (auto& more : {functions(), others()}) {
            entries.insert(entries.end(), more.begin(), more.end());
        }
        add_facts(entries);
        return Catalogue(std::move(entries));
    }();
    return all;
}

}  // namespace gandsl::dsl::test
