#include "runtime/data/sequence.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "autodiff/error.hpp"
#include "runtime/data/order.hpp"
#include "runtime/data/rows.hpp"
#include "runtime/files/checksum.hpp"

namespace gandsl::data {

namespace {

/// Windows that fit into so many steps, each with the step after it.
std::size_t windows_in(std::size_t steps, std::size_t length, Stride stride) {
    if (steps <= length) {
        return 0;
    }
    return stride == Stride::sliding ? steps - length : (steps - 1) / length;
}

}  // namespace

Windows::Windows(std::size_t steps, std::size_t length, double holdout, Stride stride,
                 const std::string& what)
    : length_(length), train_steps_(steps), test_steps_(0), wants_test_(holdout > 0), stride_(stride) {
    if (length == 0) {
        throw Error(ErrorCode::invalid_argument, "a window has at least 1 step; found length = 0");
    }
    test_steps_ = held_out_count(steps, holdout);
    train_steps_ = steps - test_steps_;
    if (train_steps_ <= length) {
        throw Error(ErrorCode::invalid_argument,
                    what + ": too short: a window of length " + std::to_string(length) +
                        " and the step after it need " + std::to_string(length + 1) + ", and " +
                        std::to_string(train_steps_) + " are for training; a smaller `length` would fit");
    }
}

std::size_t Windows::count(Split split) const {
    if (split == Split::test) {
        return windows_in(test_steps_, length_, stride_);
    }
    // As many as fit behind the largest offset, so that all epochs are equally long.
    const std::size_t whole = windows_in(train_steps_, length_, stride_);
    return stride_ == Stride::sliding ? whole : std::max<std::size_t>(1, train_steps_ / length_ - 1);
}

std::size_t Windows::begin(const Example& example) const {
    if (stride_ == Stride::sliding) {
        return example.index + (example.split == Split::test ? train_steps_ : 0);
    }
    if (example.split == Split::test) {
        return train_steps_ + example.index * length_;
    }
    const std::size_t spare = train_steps_ - 1 - count(Split::train) * length_;
    const std::size_t offsets = std::min(spare, length_ - 1) + 1;
    const std::size_t offset = permuted(example.epoch % offsets, offsets, 0, 0, example.epoch / offsets);
    return offset + example.index * length_;
}

std::vector<std::string> Windows::warnings() const {
    if (!wants_test_ || count(Split::test) > 0) {
        return {};
    }
    return {"test split shorter than the window: it has " + std::to_string(test_steps_) + " steps, and " +
            std::to_string(length_ + 1) +
            " make an example and what follows it; nothing can be measured on it"};
}

Sequence::Sequence(Description description, Field field, std::vector<float> values, const Windows& windows)
    : description_(std::move(description)), values_(std::move(values)), windows_(windows) {
    description_.fields = {std::move(field)};
    description_.train_count = windows_.count(Split::train);
    description_.test_count = windows_.count(Split::test);
    std::uint32_t checksum = files::crc32(std::to_string(windows_.train_steps()) + "\n");
    for (const std::string& symbol : description_.fields[0].names) {
        checksum = files::crc32(symbol, checksum);
    }
    checksum = files::crc32(std::as_bytes(std::span(values_)), checksum);
    checksum = checksum_of(description_.scaled, checksum);
    description_.hash = "crc32:" + files::hexadecimal(checksum);
    for (std::string& warning : windows_.warnings()) {
        description_.warnings.push_back(std::move(warning));
    }
}

void Sequence::read(const Example& example, std::span<const std::span<float>> fields) const {
    if (!fields.empty() && !fields[0].empty()) {
        const std::size_t begin = windows_.begin(example) + example.shift;
        std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(begin), windows_.length(),
                    fields[0].begin());
    }
}

}  // namespace gandsl::data
