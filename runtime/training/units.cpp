#include "runtime/training/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <variant>

#include "runtime/sinks/sink.hpp"

namespace gandsl::training {

namespace {

using Kind = dsl::Instruction::Kind;

/// The values of a program in sets of those that it holds against each other.
class Compared {
  public:
    explicit Compared(const dsl::Program& program) {
        for (const dsl::Data& data : program.data) {
            data_.push_back(reserve(data.types.size()));
        }
        for (const dsl::Net& net : program.nets) {
            nets_.push_back(reserve(net.types.size()));
        }
        for (std::size_t net = 0; net < program.nets.size(); ++net) {
            read(program, program.nets[net].body, program.nets[net].types, nets_[net]);
        }
        if (program.train) {
            const std::size_t first = reserve(program.train->types.size());
            for (const dsl::TrainItem& item : program.train->items) {
                const auto* update = std::get_if<dsl::Update>(&item);
                read(program, update != nullptr ? update->body : std::get<dsl::Instructions>(item),
                     program.train->types, first);
            }
        }
        for (const dsl::Sample& sample : program.samples) {
            samples_.push_back(reserve(sample.types.size()));
            read(program, sample.body, sample.types, samples_.back());
        }
    }

    bool with_data(std::size_t sample, const dsl::ValueId& value, std::size_t data) {
        return root(samples_[sample] + value) == root(data_[data]);
    }

  private:
    std::size_t reserve(std::size_t count) {
        const std::size_t first = parents_.size();
        parents_.resize(first + count);
        std::iota(parents_.begin() + static_cast<std::ptrdiff_t>(first), parents_.end(), first);
        return first;
    }

    std::size_t root(std::size_t value) {
        while (parents_[value] != value) {
            parents_[value] = parents_[parents_[value]];
            value = parents_[value];
        }
        return value;
    }

    void join(std::size_t a, std::size_t b) { parents_[root(a)] = root(b); }

    void read(const dsl::Program& program, const dsl::Instructions& body, const std::vector<dsl::Type>& types,
              std::size_t first) {
        for (const dsl::Instruction& step : body) {
            if (step.kind == Kind::data) {
                join(first + step.outputs[0], data_[step.index] + step.field);
            } else if (step.kind == Kind::call) {
                const dsl::Net& net = program.nets[step.index];
                for (std::size_t i = 0; i < step.inputs.size(); ++i) {
                    join(first + step.inputs[i], nets_[step.index] + i);
                }
                for (std::size_t i = 0; i < step.outputs.size(); ++i) {
                    join(first + step.outputs[i], nets_[step.index] + net.results[i]);
                }
            } else if (step.kind == Kind::apply && step.entry->kind != dsl::EntryKind::layer) {
                read_function(step, types, first);
            }
        }
    }

    /// Inputs of one shape stand against each other. What a function of one value gives (its mean over the
    /// batch) stands for it; what an operation of several gives, as a difference does, has units of its own.
    void read_function(const dsl::Instruction& step, const std::vector<dsl::Type>& types, std::size_t first) {
        for (const dsl::ValueId input : step.inputs) {
            const dsl::Shape& shape = types[input].shape;
            if (!shape.empty() && shape == types[step.inputs[0]].shape) {
                join(first + input, first + step.inputs[0]);
            }
        }
        if (step.entry->kind == dsl::EntryKind::function && step.inputs.size() == 1 &&
            !types[step.inputs[0]].shape.empty() &&
            types[step.outputs[0]].shape == types[step.inputs[0]].shape) {
            join(first + step.outputs[0], first + step.inputs[0]);
        }
    }

    std::vector<std::size_t> parents_;
    std::vector<std::size_t> data_;  ///< where the values of each begin
    std::vector<std::size_t> nets_;
    std::vector<std::size_t> samples_;
};

bool is_row_of(const dsl::Sample& sample, const std::vector<data::ScaledColumn>& columns) {
    return sinks::sink_of(*sample.sink).undoes_scaling && !columns.empty() &&
           sample.types[sample.value].shape == dsl::Shape{static_cast<dsl::Index>(columns.size())};
}

bool is_given(const dsl::Sample& sample) {
    return std::any_of(sample.body.begin(), sample.body.end(), [&](const dsl::Instruction& step) {
        return (step.kind == Kind::data || step.kind == Kind::call) &&
               std::find(step.outputs.begin(), step.outputs.end(), sample.value) != step.outputs.end();
    });
}

}  // namespace

std::vector<std::optional<std::size_t>> units_of_samples(const dsl::Program& program,
                                                         const data::Datasets& datasets) {
    Compared compared(program);
    std::vector<std::optional<std::size_t>> units(program.samples.size());
    for (std::size_t sample = 0; sample < units.size(); ++sample) {
        std::size_t tables = 0;
        for (std::size_t data = 0; data < datasets.size(); ++data) {
            if (is_row_of(program.samples[sample], datasets[data]->description().scaled) &&
                is_given(program.samples[sample]) &&
                compared.with_data(sample, program.samples[sample].value, data)) {
                units[sample] = data;
                ++tables;
            }
        }
        if (tables > 1) {
            units[sample].reset();
        }
    }
    return units;
}

std::vector<std::string> unit_notes(const dsl::Program& program, const data::Datasets& datasets) {
    const auto units = units_of_samples(program, datasets);
    std::vector<std::string> notes;
    for (std::size_t sample = 0; sample < units.size(); ++sample) {
        const std::string& name = program.samples[sample].name;
        for (std::size_t data = 0; data < datasets.size(); ++data) {
            if (!is_row_of(program.samples[sample], datasets[data]->description().scaled)) {
                continue;
            }
            if (units[sample] == data) {
                notes.push_back(fmt::format("{}: in the units of {}, its scaling undone", name,
                                            program.data[data].names[0]));
            } else if (!units[sample]) {
                notes.push_back(
                    fmt::format("{}: stays scaled, as it is not told to be a row of {} (mean and deviation "
                                "of each column are "
                                "in run.json)",
                                name, program.data[data].names[0]));
            }
        }
    }
    return notes;
}

}  // namespace gandsl::training
