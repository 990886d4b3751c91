#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runtime/data/dataset.hpp"

namespace gandsl::data {

/// How windows lie on a split of a sequence.
enum class Stride {
    tiled,    ///< end to end; in training an epoch is one pass, which begins at another place each time
    sliding,  ///< from every step on
};

/// Which steps of a sequence belong to which window. The last floor(steps * holdout) steps are the test
/// split. A window has `length` steps and one after it, all of its own split.
class Windows {
  public:
    /// Throws invalid_argument for a length of 0, for a holdout outside [0, 1) and for a training split that
    /// is shorter than a window and the step after it; that message begins with `what` ("a.txt (12
    /// symbols)").
    Windows(std::size_t steps, std::size_t length, double holdout, Stride stride, const std::string& what);

    std::size_t count(Split split) const;
    std::size_t length() const { return length_; }
    std::size_t train_steps() const { return train_steps_; }
    /// The first step of a window. Tiled windows of the training split begin at an offset that takes each of
    /// its values once before one comes again.
    std::size_t begin(const Example& example) const;
    /// Why the test split has no examples, or nothing where it has or where none were wanted.
    std::vector<std::string> warnings() const;

  private:
    std::size_t length_;
    std::size_t train_steps_;
    std::size_t test_steps_;
    bool wants_test_;
    Stride stride_;
};

/// Windows of a sequence of numbers in memory: one field, of as many numbers as a window has steps.
class Sequence final : public Dataset {
  public:
    /// The description's fields, counts, warnings and hash are filled in here.
    Sequence(Description description, Field field, std::vector<float> values, const Windows& windows);

    const Description& description() const override { return description_; }
    void read(const Example& example, std::span<const std::span<float>> fields) const override;

  private:
    Description description_;
    std::vector<float> values_;
    Windows windows_;
};

}  // namespace gandsl::data
