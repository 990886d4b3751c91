#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gandsl {

/// Which group waits for which, while groups grow and are merged. Kept as positions in which every group
/// stands after all that it waits for (Pearce and Kelly, 2006, "A Dynamic Topological Sort Algorithm for
/// Directed Acyclic Graphs"): a question looks only at what stands between two groups.
class GroupOrder {
  public:
    /// A group that nobody waits for; they are numbered from 0.
    std::size_t add();

    /// Whether `later` can be made to wait for `first`, without that one waiting for it already. Also false
    /// if finding out takes more than `max_search` steps: the answer costs little in graphs of any size.
    bool may_wait(std::size_t later, std::size_t first) const;
    void wait(std::size_t later, std::size_t first);

    /// Whether `first` and `second`, which waits for it, can become one: nothing in between waits for the
    /// first and is waited for by the second. False as well if the search is too long.
    bool may_merge(std::size_t first, std::size_t second) const;
    /// `second` now stands for both.
    void merge(std::size_t first, std::size_t second);

    static constexpr std::size_t max_search = 2000;

  private:
    using Links = std::vector<std::vector<std::size_t>>;

    // What stands between two groups and must stay there.
    struct Between {
        std::vector<std::size_t> after_low, before_high;
        bool linked = false;    ///< the high one waits for the low one itself
        bool through = false;   ///< ... for one that waits for the low one
        bool complete = false;  ///< the search came to an end
    };

    std::size_t current(std::size_t group) const;
    void search(const Links& links, std::size_t from, std::size_t to, std::size_t limit,
                std::vector<std::size_t>& found, Between& result) const;
    Between between(std::size_t low, std::size_t high, std::size_t limit) const;
    void rearrange(Between between, std::size_t first, std::size_t second);

    std::vector<std::size_t> position_;
    std::vector<std::size_t> merged_into_;  ///< itself, unless it was merged
    Links before_, after_;                  ///< may name groups that were merged
    mutable std::vector<std::uint64_t> visited_;
    mutable std::uint64_t visit_ = 0;
};

}  // namespace gandsl
