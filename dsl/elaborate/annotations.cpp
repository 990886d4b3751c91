#include "dsl/elaborate/annotations.hpp"

#include <cmath>
#include <cstdlib>

#include "dsl/spelling.hpp"

namespace gandsl::dsl {

namespace {

/// What the data of that name gives for an example; null where the name is none of known data.
const Type* data_type(Context& context, const tree::Name& name) {
    const auto global = context.names.globals.find(name.text);
    if (global == context.names.globals.end() || global->second.kind != Global::Kind::data ||
        context.names.data[global->second.index] != Progress::done) {
        return nullptr;
    }
    global->second.used = true;
    return &context.program.data[global->second.index].types[global->second.field];
}

std::optional<Index> annotation_size(Context& context, const tree::Name& name) {
    double size = 0;
    if (name.text[0] >= '0' && name.text[0] <= '9') {
        size = std::strtod(name.text.c_str(), nullptr);
    } else {
        const auto global = context.names.globals.find(name.text);
        if (global == context.names.globals.end() || global->second.kind != Global::Kind::option) {
            std::vector<std::string> options;
            for (const Option& option : context.program.options) {
                options.push_back(option.name);
            }
            if (global != context.names.globals.end()) {
                context.report(diagnostics::wrong_kind_of_name(
                    name.span, name.text, describe(global->second.kind), diagnostics::Form::size_of_shape));
            } else {
                context.report(
                    diagnostics::unknown_name(name.span, name.text, diagnostics::Form::option, options));
            }
            return std::nullopt;
        }
        global->second.used = true;
        const Operand& option = context.names.options[global->second.index];
        if (!std::holds_alternative<double>(option)) {
            context.report(
                diagnostics::wrong_value(name.span, describe(option), diagnostics::Form::whole_number));
            return std::nullopt;
        }
        size = std::get<double>(option);
    }
    if (size < 1 || size != std::floor(size) || size > 1e9) {
        context.report(diagnostics::wrong_value(
            name.span, spell(size),
            diagnostics::Term(diagnostics::Form::whole_between, {"1", "1000000000"})));
        return std::nullopt;
    }
    return static_cast<Index>(size);
}

}  // namespace

std::optional<Type> annotation_type(Context& context, const tree::Annotation& annotation) {
    Type type;
    bool failed = false;
    // `text: text` is what the data `text` gives, `label(text)` a label of as many classes.
    if (annotation.sizes.size() == 1 && !annotation.classes) {
        if (const Type* data = data_type(context, annotation.sizes.front())) {
            return Type{data->shape, data->classes, false};
        }
    }
    for (const tree::Name& name : annotation.sizes) {
        const auto size = annotation_size(context, name);
        failed = failed || !size;
        type.shape.push_back(size.value_or(1));
    }
    if (annotation.classes) {
        const Type* data = data_type(context, *annotation.classes);
        if (data != nullptr && !data->classes) {
            context.report(diagnostics::wrong_kind_of_name(annotation.classes->span, annotation.classes->text,
                                                           diagnostics::Form::data_of_numbers,
                                                           diagnostics::Form::number_of_classes));
        } else {
            type.classes = data != nullptr ? data->classes : annotation_size(context, *annotation.classes);
        }
        failed = failed || !type.classes;
    }
    return failed ? std::nullopt : std::optional(type);
}

}  // namespace gandsl::dsl
