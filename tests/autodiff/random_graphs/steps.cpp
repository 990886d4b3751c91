#include <algorithm>

#include "autodiff/error.hpp"
#include "autodiff/gradient.hpp"
#include "autodiff/plan.hpp"
#include "tests/autodiff/random_graphs/drawing.hpp"
#include "tests/autodiff/random_graphs/sizes.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

RandomGraph Drawing::draw() {
    const std::size_t first = 1 + dice_.below(3);
    for (std::size_t made = 0; made < first; ++made) {
        // A matrix of few and long rows is what products are tiled for.
        const Index rows = draw_size(dice_, 64);
        keep(leaf(made == 0 && limit_ >= 80000 && dice_.chance(0.5)
                      ? Shape{rows, std::min(std::max<Index>(limit_ / rows, 1), 65536 / rows + 1024)}
                      : draw_shape(dice_, dice_.below(5), limit_)));
    }
    const std::size_t steps = 2 + dice_.below(limit_ <= 48 ? (dice_.chance(0.2) ? 60 : 20) : 16);
    for (std::size_t done = 0; done < steps && work_ > 0; ++done) {
        step();
        count_work();
    }
    update();
    choose_stores();
    choose_outputs();
    return graph();
}

void Drawing::step() {
    if (limit_ >= 80000 && dice_.chance(0.2)) {
        read_product_and_operand();
        return;
    }
    const double kind = dice_.unit();
    if (kind < 0.38) {
        keep(elementwise(value()));
    } else if (kind < 0.65) {
        any_operation();
    } else if (kind < 0.77) {
        product();
    } else if (kind < 0.87) {
        keep(move(value()));
    } else if (kind < 0.93) {
        keep(neutral(value()));
    } else {
        differentiate();
    }
}

Var Drawing::elementwise(Var x) {
    const Prototype& chosen = dice_.pick(dice_.pick(elementwise_));
    std::vector<Var> inputs;
    const std::size_t own = dice_.below(chosen.shapes.size());
    for (std::size_t i = 0; i < chosen.shapes.size(); ++i) {
        const Var input = i == own ? x : partner(x.shape());
        inputs.push_back(in_range(input, chosen));
    }
    return record(*chosen.operation, inputs, chosen.attributes);
}

bool Drawing::fits(const Use& use) const {
    try {
        for (const Shape& shape : use.shapes) {
            if (!allowed(shape)) {
                return false;
            }
        }
        if (use.prototype->build) {
            return fits_prepared(use);
        }
        const Operation& operation = *use.prototype->operation;
        const Shape result = operation.shape(use.attributes, use.shapes);
        return allowed(result) && (operation.flops == nullptr ||
                                   affordable(operation.flops(use.attributes, use.shapes, result) / 8));
    } catch (const Error&) {
        return false;
    }
}

// What prepares the inputs counts, too: it is recorded on a tape of its own first.
bool Drawing::fits_prepared(const Use& use) const {
    Tape trial(Evaluation::planned);
    std::vector<Var> inputs;
    for (const Shape& shape : use.shapes) {
        inputs.push_back(trial.input(shape));
    }
    use.prototype->build(inputs);
    double work = 0;
    for (NodeId id = 0; id < trial.size(); ++id) {
        if (!allowed(trial.node(id).shape)) {
            return false;
        }
        work += work_of(trial, id);
    }
    return affordable(work);
}

// The prototype with every size that it has (but 1) replaced by another, so that an input of it is a value
// there is.
std::optional<Drawing::Use> Drawing::scaled(const Prototype& prototype) {
    Use use{&prototype, prototype.attributes, prototype.shapes, prototype.high, no_input, {}};
    std::map<Index, Index> sizes;
    const std::size_t place = dice_.below(prototype.shapes.size());
    if (!prototype.indices[place] && dice_.chance(0.75)) {
        std::vector<Var> found;
        std::copy_if(values_.begin(), values_.end(), std::back_inserter(found),
                     [&](const Var& each) { return each.shape().size() == prototype.shapes[place].size(); });
        if (!found.empty()) {
            use.anchored = place;
            use.anchor = dice_.pick(found);
            for (std::size_t axis = 0; axis < prototype.shapes[place].size(); ++axis) {
                sizes.emplace(prototype.shapes[place][axis], use.anchor.shape()[axis]);
            }
        }
    }
    sizes[1] = 1;
    const auto replaced = [&](Index size) {
        const auto known = sizes.find(size);
        if (known != sizes.end()) {
            return known->second;
        }
        return sizes[size] = dice_.chance(0.5) ? size : draw_size(dice_, std::max<Index>(8, limit_ / 32));
    };
    for (Shape& shape : use.shapes) {
        std::transform(shape.begin(), shape.end(), shape.begin(), replaced);
    }
    if (use.anchored != no_input) {
        use.shapes[use.anchored] = use.anchor.shape();
    }
    const auto high = static_cast<Index>(prototype.high);
    const Attributes as_they_were = use.attributes;
    std::transform(use.attributes.integers.begin(), use.attributes.integers.end(),
                   use.attributes.integers.begin(),
                   [&](Index size) { return sizes.contains(size) ? sizes[size] : size; });
    use.high = index_limit(use, sizes.contains(high) ? sizes[high] : high);
    if (fits(use)) {
        return use;
    }
    use.attributes = as_they_were;
    use.high = std::min(use.high, prototype.high);
    return fits(use) ? std::optional(use) : std::nullopt;
}

// Indices stay below what any axis has become that they could index.
double Drawing::index_limit(const Use& use, Index high) {
    for (std::size_t input = 0; input < use.shapes.size(); ++input) {
        const Shape& before = use.prototype->shapes[input];
        for (std::size_t axis = 0; axis < before.size(); ++axis) {
            if (!use.prototype->indices[input] && static_cast<double>(before[axis]) >= use.prototype->high) {
                high = std::min(high, use.shapes[input][axis]);
            }
        }
    }
    return static_cast<double>(high);
}

void Drawing::any_operation() {
    const Prototype& chosen = dice_.pick(dice_.pick(others_));
    std::optional<Use> use;
    for (int attempt = 0; attempt < 6 && !use; ++attempt) {
        use = scaled(chosen);
    }
    if (!use) {
        use = Use{&chosen, chosen.attributes, chosen.shapes, chosen.high, no_input, {}};
    }
    std::vector<Var> inputs;
    for (std::size_t i = 0; i < use->shapes.size(); ++i) {
        inputs.push_back(chosen.indices[i]    ? index_leaf(use->shapes[i], use->high)
                         : i == use->anchored ? in_range(use->anchor, chosen)
                                              : in_range(operand(use->shapes[i]), chosen));
    }
    keep(chosen.build ? chosen.build(inputs) : record(*chosen.operation, inputs, use->attributes));
}

// A product of a matrix there is with another, in each of the ways that a layer and its gradients multiply.
void Drawing::product() {
    const Var x = matrix();
    const Index rows = x.shape()[0];
    const Index columns = x.shape()[1];
    const auto affords = [&](Index a, Index b, Index c) {
        return std::max({a * b, b * c, a * c}) <= limit_ &&
               affordable(static_cast<double>(a) * static_cast<double>(b) * static_cast<double>(c) / 4);
    };
    const Index other =
        dice_.chance(0.5) ? rows : draw_size(dice_, std::max<Index>(1, limit_ / std::max(rows, columns)));
    const bool left = affords(other, rows, columns);
    const bool right = affords(rows, columns, other);
    const std::size_t kind = dice_.below(6);
    if (kind == 0 && left) {
        combine(matmul(operand({rows, other}), x, true));
    } else if (kind == 1 && left) {
        combine(matmul(operand({other, rows}), x));
    } else if (kind == 2 && right) {
        combine(matmul(x, operand({columns, other})));
    } else if (kind == 3 && right) {
        combine(matmul(x, operand({other, columns}), false, true));
    } else if (kind == 4 && affords(columns, rows, other)) {
        combine(matmul(x, operand({rows, other}), true));
    } else if (right) {
        const bool transposed = dice_.chance(0.5);
        const Var weight = operand(transposed ? Shape{other, columns} : Shape{columns, other});
        const Var second = operand(x.shape());
        combine(matmul(x, weight, false, transposed));
        combine(matmul(second, weight, false, transposed));
    }
}

// Elementwise work that reads a product of the size for tiles, and what that product reads besides.
void Drawing::read_product_and_operand() {
    const Index rows = 32 + static_cast<Index>(dice_.below(33));
    const Var x = tanh(leaf({rows, 65536 / rows + 1 + static_cast<Index>(dice_.below(64))}));
    const Var product = matmul(operand({rows, rows}), x, true);
    const Var other = dice_.chance(0.7) ? x : operand(x.shape());
    keep(dice_.chance(0.5) ? other * product : tanh(product) + other * 0.5);
}

// Often an elementwise operation alone reads the product, as an optimizer does.
void Drawing::combine(Var product) {
    if (dice_.chance(0.4)) {
        keep(product);
        return;
    }
    Var result = elementwise(product);
    for (std::size_t more = dice_.below(3); more > 0; --more) {
        result = elementwise(result);
    }
    keep(result);
}

void Drawing::differentiate() {
    if (tape_.size() > 250 || variables_.empty()) {
        return;
    }
    const Var x = value();
    const Var loss = dice_.chance(0.5) ? mean(square(x)) : dice_.chance(0.7) ? sum(x) : x;
    losses_.push_back(loss);
    std::vector<Var> variables;
    for (std::size_t count = 1 + dice_.below(3); count > 0; --count) {
        variables.push_back(dice_.chance(0.7) ? dice_.pick(variables_) : dice_.pick(values_));
    }
    const std::vector<Var> slopes = gradient(loss, variables);
    for (std::size_t i = 0; i < slopes.size(); ++i) {
        keep(slopes[i]);
        slopes_.push_back({variables[i], slopes[i]});
    }
    if (dice_.chance(0.25) && tape_.size() < 150) {
        keep(gradient(sum(square(slopes[0])), dice_.pick(variables)));
    }
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
