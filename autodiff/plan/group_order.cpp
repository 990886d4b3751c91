#include "autodiff/plan/group_order.hpp"

#include <algorithm>
#include <limits>

namespace gandsl {

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

}  // namespace

std::size_t GroupOrder::add() {
    const std::size_t group = position_.size();
    position_.push_back(group);
    merged_into_.push_back(group);
    before_.emplace_back();
    after_.emplace_back();
    visited_.push_back(0);
    return group;
}

std::size_t GroupOrder::current(std::size_t group) const {
    while (merged_into_[group] != group) {
        group = merged_into_[group];
    }
    return group;
}

// All that `links` lead to from `from`, as far as it stands between `from` and `to`.
void GroupOrder::search(const Links& links, std::size_t from, std::size_t to, std::size_t limit,
                        std::vector<std::size_t>& found, Between& result) const {
    const auto [low, high] = std::minmax(position_[from], position_[to]);
    ++visit_;
    std::size_t steps = 0;
    std::size_t next = 0;
    for (std::size_t group = from;; group = found[next++]) {
        steps += links[group].size();
        if (steps > limit) {
            result.complete = false;
            return;
        }
        for (const std::size_t link : links[group]) {
            const std::size_t other = current(link);
            if (other == to) {
                (group == from ? result.linked : result.through) = true;
            } else if (visited_[other] != visit_ && position_[other] > low && position_[other] < high) {
                visited_[other] = visit_;
                found.push_back(other);
            }
        }
        if (result.through || next == found.size()) {
            return;
        }
    }
}

GroupOrder::Between GroupOrder::between(std::size_t low, std::size_t high, std::size_t limit) const {
    Between result;
    result.complete = true;
    search(after_, low, high, limit, result.after_low, result);
    if (result.complete && !result.through) {
        search(before_, high, low, limit, result.before_high, result);
    }
    return result;
}

bool GroupOrder::may_wait(std::size_t later, std::size_t first) const {
    if (position_[first] < position_[later]) {
        return true;
    }
    const Between found = between(later, first, max_search);
    return found.complete && !found.linked && !found.through;
}

void GroupOrder::wait(std::size_t later, std::size_t first) {
    if (position_[first] > position_[later]) {
        rearrange(between(later, first, no_limit), first, later);
    }
    if (before_[later].empty() || before_[later].back() != first) {
        before_[later].push_back(first);
        after_[first].push_back(later);
    }
}

bool GroupOrder::may_merge(std::size_t first, std::size_t second) const {
    const Between found = between(first, second, max_search);
    return found.complete && !found.through;
}

void GroupOrder::merge(std::size_t first, std::size_t second) {
    rearrange(between(first, second, no_limit), first, second);
    merged_into_[first] = second;
    const auto append = [&](Links& links) {
        for (const std::size_t link : links[first]) {
            if (current(link) != second) {
                links[second].push_back(link);
            }
        }
        std::erase_if(links[second], [&](std::size_t link) { return current(link) == second; });
        links[first] = {};
    };
    append(before_);
    append(after_);
}

// Gives out anew the positions of two groups and of what stands between them: first what the higher one waits
// for, then `first` and `second`, then what waits for the lower one.
void GroupOrder::rearrange(Between between, std::size_t first, std::size_t second) {
    const auto by_position = [&](std::size_t a, std::size_t b) { return position_[a] < position_[b]; };
    std::sort(between.before_high.begin(), between.before_high.end(), by_position);
    std::sort(between.after_low.begin(), between.after_low.end(), by_position);
    std::vector<std::size_t> order = std::move(between.before_high);
    order.push_back(first);
    order.push_back(second);
    order.insert(order.end(), between.after_low.begin(), between.after_low.end());
    std::vector<std::size_t> positions;
    for (const std::size_t group : order) {
        positions.push_back(position_[group]);
    }
    std::sort(positions.begin(), positions.end());
    for (std::size_t index = 0; index < order.size(); ++index) {
        position_[order[index]] = positions[index];
    }
}

}  // namespace gandsl
