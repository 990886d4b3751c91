#include "tests/autodiff/reference_support.hpp"

namespace gandsl_test {

namespace {

Numbers same(const Call& call) {
    return call.inputs[0].numbers;
}

Numbers broadcast_to(const Call& call) {
    Numbers result;
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        result.push_back(broadcast_at(call.inputs[0], place_at(call.output, position)));
    }
    return result;
}

Numbers transpose(const Call& call) {
    Numbers result;
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        const auto place = place_at(call.output, position);
        std::vector<Index> from(place.size());
        for (std::size_t axis = 0; axis < place.size(); ++axis) {
            from[static_cast<std::size_t>(call.integers[axis])] = place[axis];
        }
        result.push_back(call.inputs[0].numbers[position_at(call.inputs[0].shape, from)]);
    }
    return result;
}

// integers: axis, begin, end, stride
Numbers slice(const Call& call) {
    Numbers result;
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        auto place = place_at(call.output, position);
        Index& along = place[static_cast<std::size_t>(call.integers[0])];
        along = call.integers[1] + along * call.integers[3];
        result.push_back(call.inputs[0].numbers[position_at(call.inputs[0].shape, place)]);
    }
    return result;
}

// integers: axis, before, after, stride
Numbers pad(const Call& call) {
    Numbers result(static_cast<std::size_t>(gandsl::element_count(call.output)), 0.0);
    for (std::size_t position = 0; position < call.inputs[0].numbers.size(); ++position) {
        auto place = place_at(call.inputs[0].shape, static_cast<Index>(position));
        Index& along = place[static_cast<std::size_t>(call.integers[0])];
        along = call.integers[1] + along * call.integers[3];
        result[position_at(call.output, place)] = call.inputs[0].numbers[position];
    }
    return result;
}

Numbers concatenate(const Call& call) {
    Numbers result;
    const auto axis = static_cast<std::size_t>(call.integers[0]);
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        auto place = place_at(call.output, position);
        std::size_t part = 0;
        while (place[axis] >= call.inputs[part].shape[axis]) {
            place[axis] -= call.inputs[part++].shape[axis];
        }
        result.push_back(call.inputs[part].numbers[position_at(call.inputs[part].shape, place)]);
    }
    return result;
}

// How many numbers one index stands for.
std::size_t width_of(const Values& values, const Values& indices) {
    return indices.numbers.empty() ? 0 : values.numbers.size() / indices.numbers.size();
}

Numbers gather(const Call& call) {
    const std::size_t width =
        call.inputs[0].numbers.size() / static_cast<std::size_t>(call.inputs[0].shape[0]);
    Numbers result;
    for (const double index : call.inputs[1].numbers) {
        for (std::size_t i = 0; i < width; ++i) {
            result.push_back(call.inputs[0].numbers[static_cast<std::size_t>(index) * width + i]);
        }
    }
    return result;
}

Numbers scatter_add(const Call& call) {
    const std::size_t width = width_of(call.inputs[0], call.inputs[1]);
    Numbers result(static_cast<std::size_t>(gandsl::element_count(call.output)), 0.0);
    for (std::size_t position = 0; position < call.inputs[0].numbers.size(); ++position) {
        const auto row = static_cast<std::size_t>(call.inputs[1].numbers[position / width]);
        result[row * width + position % width] += call.inputs[0].numbers[position];
    }
    return result;
}

Numbers pick(const Call& call) {
    const std::size_t width = width_of(call.inputs[0], call.inputs[1]);
    Numbers result;
    for (std::size_t row = 0; row < call.inputs[1].numbers.size(); ++row) {
        result.push_back(
            call.inputs[0].numbers[row * width + static_cast<std::size_t>(call.inputs[1].numbers[row])]);
    }
    return result;
}

Numbers one_hot(const Call& call) {
    Numbers result;
    for (const double index : call.inputs[0].numbers) {
        for (Index i = 0; i < call.integers[0]; ++i) {
            result.push_back(static_cast<double>(i) == index ? 1 : 0);
        }
    }
    return result;
}

Numbers flip(const Call& call) {
    const auto axis = static_cast<std::size_t>(call.integers[0]);
    Numbers result;
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        auto place = place_at(call.output, position);
        place[axis] = call.output[axis] - 1 - place[axis];
        result.push_back(call.inputs[0].numbers[position_at(call.inputs[0].shape, place)]);
    }
    return result;
}

// Where each index points: the position in `shape` that differs from its own along one axis.
std::vector<std::size_t> targets(const Values& indices, Index axis, const Shape& shape) {
    std::vector<std::size_t> result;
    for (std::size_t position = 0; position < indices.numbers.size(); ++position) {
        auto place = place_at(indices.shape, static_cast<Index>(position));
        place[static_cast<std::size_t>(axis)] = static_cast<Index>(indices.numbers[position]);
        result.push_back(position_at(shape, place));
    }
    return result;
}

Numbers take_along_axis(const Call& call) {
    Numbers result;
    for (const std::size_t each : targets(call.inputs[1], call.integers[0], call.inputs[0].shape)) {
        result.push_back(call.inputs[0].numbers[each]);
    }
    return result;
}

Numbers add_along_axis(const Call& call) {
    Numbers result(static_cast<std::size_t>(gandsl::element_count(call.output)), 0.0);
    const std::vector<std::size_t> to = targets(call.inputs[1], call.integers[0], call.output);
    for (std::size_t position = 0; position < to.size(); ++position) {
        result[to[position]] += call.inputs[0].numbers[position];
    }
    return result;
}

}  // namespace

References shape_references() {
    return {
        {"reshape", same},
        {"stop_gradient", same},
        {"broadcast_to", broadcast_to},
        {"slice", slice},
        {"pad", pad},
        {"concatenate", concatenate},
        {"transpose", transpose},
        {"gather", gather},
        {"scatter_add", scatter_add},
        {"pick", pick},
        {"one_hot", one_hot},
        {"flip", flip},
        {"take_along_axis", take_along_axis},
        {"add_along_axis", add_along_axis},
    };
}

}  // namespace gandsl_test
