#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dsl/program.hpp"

namespace gandsl::dsl {

/// What the values of straight-line code are computed from, as gradients see it.
class Flow {
  public:
    void add(const Instruction& instruction);

    /// What lets no gradient through: an entry, perhaps inside a net that is called.
    struct Stop {
        const Entry* entry = nullptr;
        std::string net = {};
    };
    /// Notes of a result and an argument of a call that no gradient flows between them in the net.
    void close(ValueId result, ValueId argument, const std::optional<Stop>& stop);

    /// Whether a value is computed from another; `through_opaque`: also where no gradient flows.
    bool depends(ValueId value, ValueId on, bool through_opaque = false) const;

    /// Whether a gradient of `value` reaches `on`; where it does not, what stands in its way, if anything
    /// does.
    struct GradientPath {
        bool open = false;
        std::optional<Stop> stop = {};
    };
    GradientPath gradient_path(ValueId value, ValueId on) const;

    /// The nets that are called or named on the way to a value, but not those that these call.
    std::set<std::size_t> nets_behind(ValueId value) const;

  private:
    struct Source {
        std::vector<ValueId> values = {};
        std::vector<ValueId> hidden = {};                    ///< what gradients do not see of them
        const Entry* stop = nullptr;                         ///< what lets no gradient through to any of them
        std::map<ValueId, std::optional<Stop>> closed = {};  ///< to which of them none flows
        std::vector<std::size_t> nets = {};
    };

    std::vector<Source> sources_;  ///< by value; what is not there, such as an input, comes from nothing
};

/// For each net of the program: the nets that its results are computed with, and those that these are. What
/// is computed of `program` alone.
std::vector<std::set<std::size_t>> nets_inside(const Program& program);

}  // namespace gandsl::dsl
