#include "runtime/training/autoregressive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "autodiff/random.hpp"
#include "runtime/data/symbols.hpp"

namespace gandsl::training {

Writer::Writer(const runtime::Continuation& continuation, std::uint64_t seed,
               std::span<const std::string> symbols, PlanOptions options)
    : continuation_(continuation),
      seed_(seed),
      plan_({continuation.output}, continuation.carried, std::move(options)),
      count_(static_cast<std::size_t>(continuation.input.shape()[0])),
      width_(static_cast<std::size_t>(element_count(continuation.input.shape())) / count_) {
    if (!continuation.prompt.valid()) {
        for (const std::size_t symbol : data::encode(symbols, continuation.text)) {
            text_.push_back(static_cast<Real>(symbol));
        }
    }
    uniform_.resize(count_);
    if (continuation_.classes) {
        // A net that gives no probabilities is found now, not after the first epoch.
        begin();
        Step first{.values = std::vector<Real>(count_)};
        run(first);
        draw(0, first.values);
    }
}

void Writer::begin() {
    for (const Assignment& each : continuation_.carried) {
        each.state.tape().assign(each.state, make_array(each.state.shape()));
    }
    seen_.clear();
}

void Writer::run(const Step& step) {
    if (const std::span<Real> position = plan_.feed(continuation_.position); !position.empty()) {
        position[0] = static_cast<Real>(seen_.size());
    }
    std::copy(step.values.begin(), step.values.end(), plan_.feed(continuation_.input).begin());
    plan_.run(step.number);
    if (continuation_.bounded) {
        seen_.push_back(step);
    }
}

void Writer::read(const Step& step) {
    if (continuation_.bounded && seen_.size() == static_cast<std::size_t>(continuation_.window)) {
        const std::vector<Step> later(
            std::make_move_iterator(seen_.end() - static_cast<std::ptrdiff_t>(seen_.size() / 2)),
            std::make_move_iterator(seen_.end()));
        begin();
        for (const Step& each : later) {
            run(each);
        }
    }
    run(step);
}

// Of each example's probabilities, raised to 1 / temperature.
void Writer::draw(std::uint64_t number, std::span<Real> next) {
    const std::span<const Real> probabilities = plan_.read(continuation_.output);
    const auto classes = static_cast<std::size_t>(*continuation_.classes);
    fill_uniform(uniform_, {.seed = seed_, .stream = continuation_.stream, .step = 0}, number * count_);
    weights_.resize(classes);
    for (std::size_t example = 0; example < count_; ++example) {
        const std::span<const Real> row = probabilities.subspan(example * classes, classes);
        double sum = 0;
        bool negative = false;
        for (const Real probability : row) {
            sum += double{probability};
            negative = negative || probability < 0;
        }
        if (negative || !(std::abs(sum - 1) < 1e-3)) {
            throw Error(
                ErrorCode::invalid_argument,
                fmt::format("`continue` draws from probabilities, but the net's output sums to {:.4g}; end "
                            "the net with `softmax`",
                            sum));
        }
        const double largest = std::log(double{*std::max_element(row.begin(), row.end())});
        double total = 0;
        for (std::size_t symbol = 0; symbol < classes; ++symbol) {
            weights_[symbol] =
                row[symbol] > 0
                    ? std::exp((std::log(double{row[symbol]}) - largest) / continuation_.temperature)
                    : 0;
            total += weights_[symbol];
        }
        double left = double{uniform_[example]} * total;
        std::size_t drawn = 0;
        for (std::size_t symbol = 0; symbol < classes; ++symbol) {
            if (weights_[symbol] > 0) {
                drawn = symbol;
                if (left < weights_[symbol]) {
                    break;
                }
                left -= weights_[symbol];
            }
        }
        next[example] = static_cast<Real>(drawn);
    }
}

void Writer::write(std::span<const Real> prompt, std::span<Real> written) {
    begin();
    Step next;
    std::vector<Real>& step = next.values;
    step.resize(count_ * width_);
    const std::size_t steps = prompt.empty() ? text_.size() : prompt.size() / step.size();
    next.number = std::uint64_t{1} - steps;
    if (prompt.empty()) {
        for (const Real symbol : text_) {
            std::fill(step.begin(), step.end(), symbol);
            read(next);
            ++next.number;
        }
    } else {
        for (std::size_t at = 0; at < steps; ++at) {
            for (std::size_t example = 0; example < count_; ++example) {
                const auto from =
                    prompt.begin() + static_cast<std::ptrdiff_t>((example * steps + at) * width_);
                std::copy_n(from, width_, step.begin() + static_cast<std::ptrdiff_t>(example * width_));
            }
            read(next);
            ++next.number;
        }
    }
    const auto length = static_cast<std::size_t>(continuation_.length);
    for (std::size_t at = 0; at < length; ++at) {
        if (continuation_.classes) {
            draw(at, step);
        } else {
            const std::span<const Real> output = plan_.read(continuation_.output);
            std::copy(output.begin(), output.end(), step.begin());
        }
        for (std::size_t example = 0; example < count_; ++example) {
            std::copy_n(step.begin() + static_cast<std::ptrdiff_t>(example * width_), width_,
                        written.begin() + static_cast<std::ptrdiff_t>((example * length + at) * width_));
        }
        if (at + 1 < length) {
            read(next);
            ++next.number;
        }
    }
}

}  // namespace gandsl::training
