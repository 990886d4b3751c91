#include "autodiff/layers/support.hpp"

#include <algorithm>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

void require_parts(const char* layer, std::initializer_list<LayerPart> parts) {
    for (const LayerPart& part : parts) {
        require_var(part.var, layer, part.name);
        require_var_of(parts.begin()->var.tape(), part.var, layer, part.name);
    }
}

void refuse_shapes(const char* layer, std::initializer_list<LayerPart> parts, const std::string& expected) {
    std::string found;
    for (const LayerPart& part : parts) {
        found += (found.empty() ? "" : ", ") + std::string(part.name) + " " + to_string(part.var.shape());
    }
    throw Error(ErrorCode::shape, std::string("[") + layer + "] " + found + ": expected " + expected);
}

void require_setting(bool fine, const char* layer, const std::string& found, const std::string& expected) {
    if (!fine) {
        throw Error(ErrorCode::invalid_argument,
                    std::string("[") + layer + "] " + found + ": expected " + expected);
    }
}

void require_sizes(const char* layer, std::initializer_list<Index> sizes) {
    if (std::any_of(sizes.begin(), sizes.end(), [](Index size) { return size < 1; })) {
        throw Error(ErrorCode::shape, std::string("[") + layer + "] sizes " + to_string(Shape(sizes)) +
                                          ": expected each to be at least 1");
    }
}

Var with_bias(Var result, Var bias, const char* layer) {
    if (!bias.valid()) {
        return result;
    }
    require_parts(layer, {{"the result", result}, {"the bias", bias}});
    const Shape shape = result.shape();
    if (bias.shape() != Shape{shape.back()}) {
        refuse_shapes(layer, {{"result", result}, {"bias", bias}},
                      "a bias (" + std::to_string(shape.back()) + ")");
    }
    return result + bias;
}

std::string part_name(const std::string& name, const std::string& part) {
    return name.empty() ? part : name + "." + part;
}

Var make_weight(Tape& tape, const LayerOptions& options, const std::string& part, const Shape& shape,
                const Initializer& initializer, const Fans& fans, WeightKeys& keys) {
    Array values = initializer(shape, fans, keys.next());
    if (shape_of(values) != shape) {
        throw Error(ErrorCode::shape, "[initializer] of the weight '" + part_name(options.name, part) +
                                          "' gave " + to_string(shape_of(values)) + "; expected " +
                                          to_string(shape));
    }
    return tape.state(std::move(values), part_name(options.name, part));
}

Var make_weight(Tape& tape, const LayerOptions& options, const std::string& part, const Shape& shape,
                const Initializer& initializer, WeightKeys& keys) {
    return make_weight(tape, options, part, shape, initializer, matrix_fans(shape), keys);
}

namespace {

std::vector<Var> without_empty(std::vector<Var> vars) {
    std::erase_if(vars, [](Var var) { return !var.valid(); });
    return vars;
}

}  // namespace

std::vector<Var> parameters(const Dense& layer) {
    return without_empty({layer.weight, layer.bias});
}
std::vector<Var> parameters(const Embedding& layer) {
    return without_empty({layer.weight});
}
std::vector<Var> parameters(const BatchNorm& layer) {
    return without_empty({layer.weight, layer.bias});
}
std::vector<Var> parameters(const Norm& layer) {
    return without_empty({layer.weight, layer.bias});
}
std::vector<Var> parameters(const Conv& layer) {
    return without_empty({layer.weight, layer.bias});
}
std::vector<Var> parameters(const ConvTranspose& layer) {
    return without_empty({layer.weight, layer.bias});
}
std::vector<Var> parameters(const Rnn& layer) {
    return without_empty({layer.weight_input, layer.weight_state, layer.bias});
}
std::vector<Var> parameters(const Lstm& layer) {
    return without_empty({layer.weight_input, layer.weight_state, layer.bias});
}
std::vector<Var> parameters(const Gru& layer) {
    return without_empty({layer.weight_input, layer.weight_state, layer.bias, layer.bias_state});
}
std::vector<Var> parameters(const Attention& layer) {
    return parameters(layer.query, layer.key, layer.value, layer.result);
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
