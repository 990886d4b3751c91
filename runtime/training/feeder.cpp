#include "runtime/training/feeder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "autodiff/error.hpp"

namespace gandsl::training {

namespace {

// Whether a graph looks at a data set at all, and at what comes one step later.
struct Use {
    bool read = false;
    bool next = false;
};

Use use_of(const std::vector<runtime::DataInput>& inputs, std::size_t data) {
    Use use;
    for (const runtime::DataInput& input : inputs) {
        use.read = use.read || input.data == data;
        use.next = use.next || (input.data == data && input.next);
    }
    return use;
}

const std::vector<float>& values_of(const data::Batch& batch, const runtime::DataInput& input) {
    return (input.next ? batch.next_fields : batch.fields)[input.field];
}

}  // namespace

data::Datasets open_datasets(const loading::Loaded& loaded) {
    data::Datasets datasets;
    for (const dsl::Data& data : loaded.program.data) {
        datasets.push_back(sources::open(loaded.sources, data.source->name, data.arguments));
        if (datasets.back()->description().fields.size() < data.names.size()) {
            throw Error(ErrorCode::format, fmt::format("{} has no labels, but '{}' wants them",
                                                       data.source->name, fmt::join(data.names, ", ")));
        }
    }
    return datasets;
}

TrainFeeder::TrainFeeder(const dsl::Program& program, const data::Datasets& datasets,
                         const runtime::Graph& graph, std::size_t batch, std::uint64_t seed,
                         std::uint64_t first_step)
    : graph_(graph) {
    const std::size_t slots = program.train->batch_slots;
    for (std::size_t data = 0; data < datasets.size(); ++data) {
        const Use use = use_of(graph.inputs, data);
        if (!use.read) {
            continue;
        }
        data::Reader::Options options;
        options.batch = batch;
        options.position = first_step * slots * batch;
        options.field_count = program.data[data].names.size();
        options.queue = 2 * slots + 2;
        options.next = use.next;
        const data::Order order{seed, datasets[data]->description().train_count, data};
        streams_.push_back({data, std::make_unique<data::Reader>(datasets[data], order, options),
                            std::vector<data::Batch>(slots)});
    }
}

void TrainFeeder::feed(Plan& plan) {
    for (Stream& stream : streams_) {
        for (data::Batch& batch : stream.slots) {
            stream.reader->next(batch);
        }
        for (const runtime::DataInput& input : graph_.inputs) {
            if (input.data == stream.data) {
                const std::vector<float>& values = values_of(stream.slots[input.slot], input);
                const std::span<Real> target = plan.feed(input.var);
                std::copy_n(values.begin(), std::min(values.size(), target.size()), target.begin());
            }
        }
    }
}

std::vector<runtime::ExampleCounts> example_counts(const data::Datasets& datasets) {
    std::vector<runtime::ExampleCounts> counts;
    for (const data::DatasetPointer& dataset : datasets) {
        const data::Description& description = dataset->description();
        counts.push_back(
            {static_cast<Index>(description.train_count), static_cast<Index>(description.test_count)});
    }
    return counts;
}

void feed_in_order(const dsl::Program& program, const data::Datasets& datasets,
                   const runtime::EvaluationGraph& graph, data::Split split, std::size_t first, Plan& plan) {
    const auto count = static_cast<std::size_t>(graph.count);
    data::Batch batch;
    for (std::size_t data = 0; data < datasets.size(); ++data) {
        const Use use = use_of(graph.inputs, data);
        if (!use.read) {
            continue;
        }
        data::read_in_order(*datasets[data], split, first, count, program.data[data].names.size(), batch,
                            use.next);
        if (batch.size != count) {
            throw Error(ErrorCode::internal, "a graph was built for more examples than there are");
        }
        for (const runtime::DataInput& input : graph.inputs) {
            if (input.data == data) {
                const std::vector<float>& values = values_of(batch, input);
                const std::span<Real> target = plan.feed(input.var);
                std::copy_n(values.begin(), target.size(), target.begin());
            }
        }
    }
}

}  // namespace gandsl::training
