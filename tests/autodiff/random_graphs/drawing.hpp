#pragma once

#include <map>
#include <optional>
#include <vector>

#include "autodiff/operations.hpp"
#include "autodiff/plan.hpp"
#include "tests/autodiff/random_graphs/dice.hpp"
#include "tests/autodiff/random_graphs/draw.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

/// A graph that is being drawn: a tape, what on it may be read further, and how much work it may still take.
class Drawing {
  public:
    Drawing(std::uint64_t seed, const std::vector<std::vector<Prototype>>& known);
    RandomGraph draw();

  private:
    struct Use {  ///< of a prototype, at other sizes
        const Prototype* prototype;
        gandsl::Attributes attributes;
        std::vector<gandsl::Shape> shapes;
        double high;
        std::size_t anchored;  ///< the input that is `anchor`; no_input: none
        gandsl::Var anchor;
    };
    static constexpr std::size_t no_input = static_cast<std::size_t>(-1);

    // leaves and operands (drawing.cpp)
    gandsl::Var leaf(const gandsl::Shape& shape);
    gandsl::Var index_leaf(const gandsl::Shape& shape, double count);
    gandsl::Var state(const gandsl::Shape& shape);
    Fill draw_fill();
    gandsl::Var value();
    gandsl::Var matrix();
    std::optional<gandsl::Var> value_of(const gandsl::Shape& shape);
    gandsl::Var operand(const gandsl::Shape& shape);
    gandsl::Var partner(const gandsl::Shape& shape);
    gandsl::Var in_range(gandsl::Var x, const Prototype& prototype);
    void keep(gandsl::Var x) { values_.push_back(x); }
    bool allowed(const gandsl::Shape& shape) const { return gandsl::element_count(shape) <= limit_; }
    bool affordable(double flops) const { return flops <= work_; }
    static double work_of(const gandsl::Tape& tape, gandsl::NodeId id);
    void count_work();

    // what is recorded next (steps.cpp)
    void step();
    gandsl::Var elementwise(gandsl::Var x);
    void any_operation();
    std::optional<Use> scaled(const Prototype& prototype);
    bool fits(const Use& use) const;
    bool fits_prepared(const Use& use) const;
    static double index_limit(const Use& use, gandsl::Index high);
    void product();
    void combine(gandsl::Var product);
    void read_product_and_operand();
    void differentiate();

    // moves.cpp
    gandsl::Var neutral(gandsl::Var x);
    gandsl::Var move(gandsl::Var x);
    gandsl::Var reshaped_somehow(gandsl::Var x);

    // ends.cpp
    void update();
    void choose_stores();
    void choose_outputs();
    void store(gandsl::Var state, gandsl::Var value);
    bool stored(gandsl::Var state) const;
    RandomGraph graph() const;

    Dice dice_;
    std::uint64_t seed_;
    std::vector<std::vector<Prototype>> elementwise_;  ///< by operation
    std::vector<std::vector<Prototype>> others_;
    gandsl::Index limit_;  ///< elements of a value
    double work_;
    bool special_;  ///< leaves hold more than plain numbers
    gandsl::Tape tape_;
    gandsl::NodeId counted_ = 0;
    std::map<gandsl::NodeId, GraphNode> leaves_;  ///< what inputs of the tape stand for
    std::vector<gandsl::Var> values_, variables_, states_, losses_;
    struct Slope {
        gandsl::Var variable, gradient;
    };
    std::vector<Slope> slopes_;
    std::vector<gandsl::Assignment> stores_;
    std::vector<gandsl::Var> outputs_;
};

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
