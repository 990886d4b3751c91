#include "runtime/training/length.hpp"

#include <algorithm>

#include "autodiff/error.hpp"
#include "runtime/data/order.hpp"

namespace gandsl::training {

namespace {

constexpr std::uint64_t round_without_data = 1000;

}  // namespace

std::uint64_t Length::epochs_after(std::uint64_t step) const {
    return examples == 0 ? 0 : data::epochs_after(step, examples, per_step);
}

std::uint64_t Length::epoch_of(std::uint64_t step) const {
    const std::uint64_t epoch = std::max(epochs_after(step - 1) + 1, epochs_after(step));
    return epochs == 0 ? epoch : std::min(epoch, epochs);
}

std::uint64_t Length::rounds_after(std::uint64_t step) const {
    return examples == 0 ? step / round_without_data : epochs_after(step);
}

bool Length::ends_round(std::uint64_t step) const {
    return rounds_after(step) > rounds_after(step - 1);
}

bool Length::ends_last_round(std::uint64_t step) const {
    return step < steps && ends_round(step) && rounds_after(steps - 1) == rounds_after(step);
}

Length length_of(const loading::Loaded& loaded, const data::Datasets& datasets) {
    const dsl::Train& train = *loaded.program.train;
    Length length;
    if (!datasets.empty()) {
        length.examples = datasets[0]->description().train_count;
        length.per_step = train.batch * train.batch_slots;
    }
    if (train.steps) {
        length.steps = *train.steps;
    } else if (datasets.empty()) {
        throw Error(ErrorCode::invalid_argument,
                    loaded.path.string() +
                        ": a model without data has no epochs; give train(steps = ...) or --steps instead");
    } else {
        length.epochs = train.epochs.value_or(1);
        length.steps = data::steps_for_epochs(length.epochs, length.examples, length.per_step);
    }
    return length;
}

bool due(const dsl::Period& period, const Length& length, std::uint64_t step) {
    if (period.unit == dsl::Period::Unit::step) {
        return step % period.count == 0;
    }
    return length.epochs_after(step) / period.count > length.epochs_after(step - 1) / period.count;
}

}  // namespace gandsl::training
