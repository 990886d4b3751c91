#include "tests/autodiff/random_graphs/drawing.hpp"

#include <algorithm>

#include "autodiff/array.hpp"
#include "autodiff/operations/leaves.hpp"
#include "autodiff/plan.hpp"
#include "tests/autodiff/random_graphs/sizes.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

Drawing::Drawing(std::uint64_t seed, const std::vector<std::vector<Prototype>>& known)
    : dice_(split_mix(seed)),
      seed_(seed),
      limit_(draw_element_limit(dice_)),
      work_(2e5 + 60.0 * static_cast<double>(limit_)),
      special_(dice_.chance(0.15)),
      tape_(Evaluation::planned, seed) {
    for (const std::vector<Prototype>& of_one : known) {
        const bool elementwise =
            of_one[0].operation->kernel != nullptr && of_one[0].attributes.integers.empty();
        (elementwise ? elementwise_ : others_).push_back(of_one);
    }
}

Fill Drawing::draw_fill() {
    Fill fill{FillKind::plain, dice_.next() % 1000000, -2, 2};
    if (dice_.chance(0.15)) {
        fill.low = 0.25;
    }
    if (special_) {
        fill.kind = dice_.chance(0.4)   ? FillKind::ties
                    : dice_.chance(0.7) ? FillKind::special
                    : dice_.chance(0.2) ? FillKind::extreme
                                        : FillKind::plain;
    }
    return fill;
}

// What only this program knows to be a state or constant is an input on the tape that gradients are recorded
// on.
Var Drawing::leaf(const Shape& shape) {
    if (dice_.chance(0.25)) {
        return state(shape);
    }
    if (dice_.chance(0.1)) {
        const auto stream = static_cast<std::uint32_t>(dice_.below(3));
        return dice_.chance(0.5)   ? random_uniform(tape_, shape, stream)
               : dice_.chance(0.9) ? random_normal(tape_, shape, stream)
                                   : broadcast_to(step_number(tape_), shape);
    }
    const Var var = tape_.input(shape);
    const bool constant = dice_.chance(0.15);
    leaves_[var.id()] = {constant ? &constant_operation : &input_operation, {}, {}, shape, draw_fill()};
    variables_.push_back(var);
    return var;
}

Var Drawing::state(const Shape& shape) {
    const Var var = tape_.input(shape);
    leaves_[var.id()] = {&state_operation, {}, {}, shape, draw_fill()};
    variables_.push_back(var);
    states_.push_back(var);
    return var;
}

Var Drawing::index_leaf(const Shape& shape, double count) {
    const Var var = tape_.input(shape);
    leaves_[var.id()] = {
        &input_operation, {}, {}, shape, Fill{FillKind::index, dice_.next() % 1000000, 0, count}};
    return var;
}

// Mostly one of the last few, so that graphs get deep.
Var Drawing::value() {
    const std::size_t last = std::min<std::size_t>(4, values_.size());
    return dice_.chance(0.5) ? values_[values_.size() - 1 - dice_.below(last)] : dice_.pick(values_);
}

Var Drawing::matrix() {
    std::vector<Var> found;
    std::copy_if(values_.begin(), values_.end(), std::back_inserter(found),
                 [](const Var& each) { return each.shape().size() == 2; });
    if (!found.empty() && dice_.chance(0.9)) {
        return dice_.pick(found);
    }
    const Var made = leaf(draw_shape(dice_, 2, limit_));
    keep(made);
    return made;
}

std::optional<Var> Drawing::value_of(const Shape& shape) {
    std::vector<Var> found;
    std::copy_if(values_.begin(), values_.end(), std::back_inserter(found),
                 [&](const Var& each) { return each.shape() == shape; });
    return found.empty() ? std::nullopt : std::optional(dice_.pick(found));
}

Var Drawing::operand(const Shape& shape) {
    if (dice_.chance(0.75)) {
        if (const auto found = value_of(shape)) {
            return *found;
        }
    }
    if (dice_.chance(0.3)) {
        for (const Var& each : values_) {
            if (element_count(each.shape()) == element_count(shape)) {
                return reshape(each, shape);
            }
        }
    }
    const Var made = leaf(shape);
    keep(made);
    return made;
}

// An operand that meets `shape` element by element, or broadcast to it.
Var Drawing::partner(const Shape& shape) {
    if (dice_.chance(0.1)) {
        static const std::vector<double> numbers{0, 1, -1, 0.5, 2, -0.0};
        return tape_.constant(dice_.pick(numbers));
    }
    if (dice_.chance(0.75)) {
        return operand(shape);
    }
    Shape narrow(shape.begin() + static_cast<std::ptrdiff_t>(dice_.below(shape.size() + 1)), shape.end());
    for (Index& size : narrow) {
        size = dice_.chance(0.3) ? 1 : size;
    }
    return operand(narrow);
}

// Mostly where the operation is at home, so that not every graph ends in numbers that are none.
Var Drawing::in_range(Var x, const Prototype& prototype) {
    if (prototype.low >= 0) {
        return dice_.chance(0.07) ? x : sigmoid(x) * (prototype.high - prototype.low) + prototype.low;
    }
    return dice_.chance(0.12) ? tanh(x) : x;
}

double Drawing::work_of(const Tape& tape, NodeId id) {
    const Node& node = tape.node(id);
    std::vector<Shape> shapes;
    for (const NodeId input : node.inputs) {
        shapes.push_back(tape.node(input).shape);
    }
    const auto count = static_cast<double>(element_count(node.shape));
    return node.operation->alias              ? 0
           : node.operation->flops != nullptr ? node.operation->flops(node.attributes, shapes, node.shape) / 8
           : node.operation->cheap            ? count
                                              : 2 * count;
}

void Drawing::count_work() {
    for (; counted_ < tape_.size(); ++counted_) {
        work_ -= work_of(tape_, counted_);
    }
}

RandomGraph draw_graph(std::uint64_t seed, const std::vector<std::vector<Prototype>>& known) {
    return Drawing(seed, known).draw();
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
