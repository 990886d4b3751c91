#include "runtime/training/brightness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace gandsl::training {

namespace {

using dsl::Instruction;
using Kind = Instruction::Kind;
using Datas = std::set<std::size_t>;  // places in Program::data

using Range = std::pair<float, float>;

std::optional<Range> range_in(const dsl::Arguments& arguments) {
    const auto given = arguments.find("range");
    const auto* bounds =
        given == arguments.end() ? nullptr : std::get_if<std::vector<double>>(&given->second.data);
    if (bounds == nullptr || bounds->size() != 2) {
        return std::nullopt;
    }
    return Range(static_cast<float>((*bounds)[0]), static_cast<float>((*bounds)[1]));
}

/// What a value comes from without anything else having a say in it but numbers: data, or a net's result.
struct Root {
    enum class Of { nothing, data, net } of = Of::nothing;
    std::size_t index = 0;
    std::size_t result = 0;

    friend auto operator<=>(const Root&, const Root&) = default;
};

/// Instructions with the values that they make.
class Code {
  public:
    void add(const dsl::Instructions& instructions) {
        for (const Instruction& each : instructions) {
            all_.push_back(&each);
            for (std::size_t output = 0; output < each.outputs.size(); ++output) {
                makers_.emplace(each.outputs[output], std::pair(&each, output));
            }
        }
    }

    const std::vector<const Instruction*>& all() const { return all_; }

    Root root(dsl::ValueId value) const {
        while (true) {
            const auto made = makers_.find(value);
            if (made == makers_.end()) {
                return {};
            }
            const auto [code, output] = made->second;
            // A picture is the first of what a source gives.
            if (code->kind == Kind::data && code->field == 0) {
                return {Root::Of::data, code->index, 0};
            }
            if (code->kind == Kind::call) {
                return {Root::Of::net, code->index, output};
            }
            if (code->kind != Kind::apply) {
                return {};
            }
            std::vector<dsl::ValueId> inputs;
            std::copy_if(code->inputs.begin(), code->inputs.end(), std::back_inserter(inputs),
                         [&](dsl::ValueId input) { return !is_number(input); });
            if (inputs.size() != 1) {
                return {};
            }
            value = inputs[0];
        }
    }

    /// All data and nets that a value depends on.
    void reach(dsl::ValueId value, Datas& datas, std::set<std::size_t>& nets) const {
        std::set<dsl::ValueId> seen;
        std::vector<dsl::ValueId> open = {value};
        while (!open.empty()) {
            const dsl::ValueId next = open.back();
            open.pop_back();
            const auto made = makers_.find(next);
            if (!seen.insert(next).second || made == makers_.end()) {
                continue;
            }
            const Instruction& code = *made->second.first;
            if (code.kind == Kind::data) {
                datas.insert(code.index);
            } else if (code.kind == Kind::call || code.kind == Kind::continuation) {
                nets.insert(code.index);
            }
            open.insert(open.end(), code.inputs.begin(), code.inputs.end());
        }
    }

  private:
    bool is_number(dsl::ValueId value) const {
        const auto made = makers_.find(value);
        return made != makers_.end() && made->second.first->kind == Kind::constant;
    }

    std::vector<const Instruction*> all_;
    std::map<dsl::ValueId, std::pair<const Instruction*, std::size_t>> makers_;
};

Code training_code(const dsl::Program& program) {
    Code code;
    for (std::size_t item = 0; program.train && item < program.train->items.size(); ++item) {
        const auto* update = std::get_if<dsl::Update>(&program.train->items[item]);
        code.add(update != nullptr ? update->body : std::get<dsl::Instructions>(program.train->items[item]));
    }
    return code;
}

/// The data that training holds against a net's result.
Datas held_against(const Code& training, const Root& root) {
    Datas found;
    std::map<std::pair<std::size_t, std::size_t>, std::set<Root>> given;  // by net and input
    for (const Instruction* code : training.all()) {
        if (code->kind == Kind::apply && code->entry->matches_classes) {
            const Root left = training.root(code->inputs.at(0));
            const Root right = training.root(code->inputs.at(1));
            for (const auto& [own, other] : {std::pair(left, right), std::pair(right, left)}) {
                if (own == root && other.of == Root::Of::data) {
                    found.insert(other.index);
                }
            }
        } else if (code->kind == Kind::call) {
            for (std::size_t input = 0; input < code->inputs.size(); ++input) {
                given[{code->index, input}].insert(training.root(code->inputs[input]));
            }
        }
    }
    for (const auto& [slot, roots] : given) {
        if (!roots.contains(root)) {
            continue;
        }
        for (const Root& other : roots) {
            if (other.of == Root::Of::data) {
                found.insert(other.index);
            }
        }
    }
    return found;
}

/// These nets and all that they call.
std::set<std::size_t> with_called(const dsl::Program& program, const std::set<std::size_t>& nets) {
    std::set<std::size_t> all;
    std::vector<std::size_t> open(nets.begin(), nets.end());
    while (!open.empty()) {
        const std::size_t net = open.back();
        open.pop_back();
        if (all.insert(net).second) {
            for (const Instruction& code : program.nets[net].body) {
                if (code.kind == Kind::call) {
                    open.push_back(code.index);
                }
            }
        }
    }
    return all;
}

/// The data read by the updates whose objective has to do with one of the nets.
Datas trained_with(const dsl::Program& program, const Code& training, const std::set<std::size_t>& nets) {
    Datas found;
    for (std::size_t item = 0; program.train && item < program.train->items.size(); ++item) {
        const auto* update = std::get_if<dsl::Update>(&program.train->items[item]);
        if (update == nullptr) {
            continue;
        }
        Datas read;
        std::set<std::size_t> used;
        training.reach(update->objective, read, used);
        const std::set<std::size_t> all = with_called(program, used);
        if (std::any_of(nets.begin(), nets.end(), [&](std::size_t net) { return all.contains(net); })) {
            found.insert(read.begin(), read.end());
        }
    }
    return found;
}

/// The one range of these data; nothing where none has one, and nothing with a reason where they differ.
std::optional<Brightness> common(const dsl::Program& program, const Datas& datas) {
    std::optional<Range> range;
    std::vector<std::string> names;
    bool differ = false;
    for (const std::size_t index : datas) {
        const auto own = range_in(program.data[index].arguments);
        if (own) {
            differ = differ || (range && *range != *own);
            range = own;
            names.push_back(program.data[index].names.front());
        }
    }
    if (!range) {
        return std::nullopt;
    }
    if (differ) {
        return Brightness{std::nullopt,
                          fmt::format("as {} have different ranges", fmt::join(names, " and "))};
    }
    return Brightness{range, fmt::format("as in the data {}", fmt::join(names, " and "))};
}

}  // namespace

bool has_brightness(const dsl::Sample& sample) {
    return sample.arguments.contains("range");
}

Brightness brightness_of(const dsl::Program& program, const dsl::Sample& sample) {
    if (const auto range = range_in(sample.arguments)) {
        return {range, "as the grid says"};
    }
    Code shown;
    shown.add(sample.body);
    const Code training = training_code(program);
    const Root root = shown.root(sample.value);
    const Datas own = root.of == Root::Of::data  ? Datas{root.index}
                      : root.of == Root::Of::net ? held_against(training, root)
                                                 : Datas{};
    Datas read;
    std::set<std::size_t> nets;
    shown.reach(sample.value, read, nets);
    for (const Datas& datas : {own, read, trained_with(program, training, with_called(program, nets))}) {
        if (auto found = common(program, datas)) {
            return *std::move(found);
        }
    }
    return {std::nullopt, "as no data with a range says more"};
}

std::vector<std::string> brightness_lines(const dsl::Program& program) {
    std::vector<std::string> lines;
    for (const dsl::Sample& sample : program.samples) {
        if (!has_brightness(sample)) {
            continue;
        }
        const Brightness brightness = brightness_of(program, sample);
        lines.push_back(
            brightness.range
                ? fmt::format("{}: black is {:g} and white is {:g}, {}", sample.name, brightness.range->first,
                              brightness.range->second, brightness.why)
                : fmt::format("{}: black is the smallest number of each file and white its largest, "
                              "{}; `range = [low, high]` in the grid says other",
                              sample.name, brightness.why));
    }
    return lines;
}

}  // namespace gandsl::training
