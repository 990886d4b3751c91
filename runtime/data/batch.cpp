#include "runtime/data/batch.hpp"

#include <algorithm>
#include <span>

namespace gandsl::data {

namespace {

/// Fills the batch; `example_at(i)` says which example comes i-th.
template <class ExampleAt>
void fill(const Dataset& dataset, std::size_t size, std::size_t field_count, Batch& batch,
          ExampleAt example_at) {
    const auto& fields = dataset.description().fields;
    const std::size_t used = std::min(field_count, fields.size());
    batch.size = size;
    batch.fields.resize(used);
    for (std::size_t k = 0; k < used; ++k) {
        batch.fields[k].resize(size * fields[k].size());
    }
    std::vector<std::span<float>> spans(used);
    for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t k = 0; k < used; ++k) {
            const std::size_t length = batch.fields[k].size() / size;
            spans[k] = std::span(batch.fields[k]).subspan(i * length, length);
        }
        dataset.read(example_at(i), spans);
    }
}

}  // namespace

void read_ordered(const Dataset& dataset, const Order& order, std::uint64_t position, std::size_t size,
                  std::size_t field_count, Batch& batch) {
    batch.position = position;
    fill(dataset, size, field_count, batch, [&](std::size_t i) {
        const Order::Place place = order.at(position + i);
        return Example{Split::train, place.index, place.epoch};
    });
}

void read_in_turn(const Dataset& dataset, Split split, std::size_t first, std::size_t size,
                  std::size_t field_count, Batch& batch) {
    const std::size_t count = dataset.description().count(split);
    batch.position = first;
    fill(dataset, first < count ? std::min(size, count - first) : 0, field_count, batch, [&](std::size_t i) {
        return Example{split, first + i, 0};
    });
}

}  // namespace gandsl::data
