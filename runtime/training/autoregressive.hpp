#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "autodiff/plan.hpp"
#include "runtime/build/graph.hpp"

/// Feeds a net with its own output, as a `continue` in a sample says.
namespace gandsl::training {

class Writer {
  public:
    /// `symbols` are the texts of the classes, empty where it is a series that goes on. Throws
    /// Error(invalid_argument) for a prompt that holds a symbol the text never has, and for a net whose
    /// output is no probability.
    Writer(const runtime::Continuation& continuation, std::uint64_t seed,
           std::span<const std::string> symbols, PlanOptions options);

    /// Reads the prompt, then writes `length` steps of every example. `prompt`: (count, steps, ...) as the
    /// graph computed it, or empty where the file has a text. The same draws every time.
    void write(std::span<const Real> prompt, std::span<Real> written);

  private:
    void begin();
    /// A step of the sequence. Draws inside the net depend on `number`, which counts from the step that makes
    /// the first one that is written, backwards beyond 0 through the prompt: what is drawn for a step that is
    /// written depends on neither the prompt's length nor on how often the step is read.
    struct Step {
        std::uint64_t number = 0;
        std::vector<Real> values = {};  ///< of every example, `width` numbers each
    };
    void read(const Step& step);
    void run(const Step& step);
    void draw(std::uint64_t number, std::span<Real> next);

    const runtime::Continuation& continuation_;
    std::uint64_t seed_;
    Plan plan_;
    std::size_t count_;
    std::size_t width_;  ///< numbers in one step of one example
    std::vector<Real> text_;
    std::vector<Step> seen_;  ///< the steps since it last began, where the net's view is bounded
    std::vector<Real> uniform_;
    std::vector<double> weights_;
};

}  // namespace gandsl::training
