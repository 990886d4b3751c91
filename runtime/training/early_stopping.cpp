#include "runtime/training/early_stopping.hpp"

#include <string>

#include "autodiff/error.hpp"
#include "models/records.hpp"

namespace gandsl::training {

StopRule::StopRule(const dsl::Program& program) {
    if (!program.train || !program.train->stop) {
        return;
    }
    const dsl::NestedCall& call = *program.train->stop;
    const dsl::Arguments arguments = models::arguments_of(call);
    const auto name = arguments.find("measure");
    const auto* measure =
        name == arguments.end() ? nullptr : std::get_if<dsl::NameReference>(&name->second.data);
    if (measure == nullptr) {
        throw Error(ErrorCode::internal, "no stop rule '" + call.name + "'");
    }
    turns_ = static_cast<std::size_t>(models::integer(arguments, "turns"));
    for (std::size_t i = 0; i < program.measures.size(); ++i) {
        if (program.measures[i].name == measure->name) {
            measure_ = i;
            return;
        }
    }
    throw Error(ErrorCode::invalid_argument,
                "stop = stalled(" + measure->name + ", ...): the file has no measure of this name");
}

void StopRule::observe(std::size_t index, double value) {
    if (measure_ != index) {
        return;
    }
    // A value that is no number is no improvement.
    without_better_ = value < best_ ? 0 : without_better_ + 1;
    best_ = value < best_ ? value : best_;
}

BestRule::BestRule(const dsl::Program& program, const StopRule& stop) : measure_(stop.measure()) {
    if (!measure_ && !program.measures.empty()) {
        measure_ = 0;
    }
}

bool BestRule::observe(std::size_t index, double value, std::uint64_t step) {
    if (measure_ != index || !(value < best_)) {
        return false;
    }
    best_ = value;
    step_ = step;
    return true;
}

}  // namespace gandsl::training
