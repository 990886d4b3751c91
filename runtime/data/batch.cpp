#include "runtime/data/batch.hpp"

#include <algorithm>
#include <span>

namespace gandsl::data {

namespace {

/// Fills `values` with `size` examples; `example_at(i)` says which comes i-th.
template <class ExampleAt>
void fill(const Dataset& dataset, std::size_t size, std::size_t field_count,
          std::vector<std::vector<float>>& values, ExampleAt example_at) {
    const auto& fields = dataset.description().fields;
    const std::size_t used = std::min(field_count, fields.size());
    values.resize(used);
    for (std::size_t k = 0; k < used; ++k) {
        values[k].resize(size * fields[k].size());
    }
    std::vector<std::span<float>> spans(used);
    for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t k = 0; k < used; ++k) {
            const std::size_t length = values[k].size() / size;
            spans[k] = std::span(values[k]).subspan(i * length, length);
        }
        dataset.read(example_at(i), spans);
    }
}

/// Fills the batch, and its fields one step later where they are wanted.
template <class ExampleAt>
void fill(const Dataset& dataset, std::size_t size, std::size_t field_count, bool next, Batch& batch,
          ExampleAt example_at) {
    batch.size = size;
    fill(dataset, size, field_count, batch.fields, example_at);
    if (!next) {
        batch.next_fields.clear();
        return;
    }
    fill(dataset, size, field_count, batch.next_fields, [&](std::size_t i) {
        Example example = example_at(i);
        example.shift = 1;
        return example;
    });
}

}  // namespace

void read_ordered(const Dataset& dataset, const Order& order, std::uint64_t position, std::size_t size,
                  std::size_t field_count, Batch& batch, bool next) {
    batch.position = position;
    fill(dataset, size, field_count, next, batch, [&](std::size_t i) {
        const Order::ExampleReference reference = order.at(position + i);
        return Example{Split::train, reference.index, reference.epoch};
    });
}

void read_in_order(const Dataset& dataset, Split split, std::size_t first, std::size_t size,
                   std::size_t field_count, Batch& batch, bool next) {
    const std::size_t count = dataset.description().count(split);
    batch.position = first;
    fill(dataset, first < count ? std::min(size, count - first) : 0, field_count, next, batch,
         [&](std::size_t i) {
             return Example{split, first + i, 0};
         });
}

}  // namespace gandsl::data
