#include "autodiff/kernels/patches.hpp"

#include <algorithm>

#include "autodiff/kernels/clones.hpp"

namespace gandsl {

inline namespace GANDSL_PRECISION {

namespace {

// Anchors first, first + step, ... of a line that meet a source at one tap.
struct Meetings {
    Index anchor, anchor_step;
    Index source, source_step;
    Index count;
};

Index ceil_divide(Index a, Index b) {
    return a >= 0 ? (a + b - 1) / b : -(-a / b);
}

Meetings meetings(const PatchAxis& axis, Index tap, Index begin, Index end) {
    const Index shift = axis.offset - tap * axis.dilation;  // position = anchor * up - shift
    Meetings result{std::max(begin, ceil_divide(shift, axis.up)), axis.down, 0, axis.up, 0};
    result.anchor += ((shift - result.anchor) % axis.down + axis.down) % axis.down;
    result.source = (result.anchor * axis.up - shift) / axis.down;
    if (result.anchor < end && result.source < axis.sources) {
        result.count = std::min((end - 1 - result.anchor) / result.anchor_step,
                                (axis.sources - 1 - result.source) / result.source_step) +
                       1;
    }
    return result;
}

GANDSL_INLINE void copy_run(Real* __restrict out, const Real* __restrict in, Index count) {
    for (Index i = 0; i < count; ++i) {
        out[i] = in[i];
    }
}

GANDSL_INLINE void add_run(Real* __restrict out, const Real* __restrict in, Index count) {
    for (Index i = 0; i < count; ++i) {
        out[i] += in[i];
    }
}

GANDSL_INLINE void fill_run(Real* __restrict out, Index count, Real value) {
    for (Index i = 0; i < count; ++i) {
        out[i] = value;
    }
}

// Anchors begin .. end of one line, over one row of taps: `line` is the source line they meet. Where
// neighbouring taps meet neighbouring sources, all taps of an anchor are one run.
GANDSL_CLONES void unfold_line(Real* __restrict columns, Index stride, const Real* __restrict line,
                               const PatchAxis& axis, Index channels, Index begin, Index end, Real outside) {
    const Index width = axis.taps * channels;
    if (axis.down == 1 && axis.dilation == 1) {
        for (Index anchor = begin; anchor < end; ++anchor) {
            const Index base = anchor * axis.up - axis.offset;
            const Index first = std::clamp(-base, Index{0}, axis.taps) * channels;
            const Index last = std::clamp(axis.sources - base, Index{0}, axis.taps) * channels;
            Real* const row = columns + (anchor - begin) * stride;
            if (first >= last) {
                fill_run(row, width, outside);
                continue;
            }
            fill_run(row, first, outside);
            copy_run(row + first, line + (base * channels + first), last - first);
            fill_run(row + last, width - last, outside);
        }
        return;
    }
    for (Index tap = 0; tap < axis.taps; ++tap) {
        const Meetings met = meetings(axis, tap, begin, end);
        Real* const column = columns + tap * channels;
        if (met.count < end - begin) {
            for (Index anchor = 0; anchor < end - begin; ++anchor) {
                fill_run(column + anchor * stride, channels, outside);
            }
        }
        for (Index i = 0; i < met.count; ++i) {
            copy_run(column + (met.anchor + i * met.anchor_step - begin) * stride,
                     line + (met.source + i * met.source_step) * channels, channels);
        }
    }
}

GANDSL_CLONES void fold_line(Real* __restrict line, const Real* __restrict columns, Index stride,
                             const PatchAxis& axis, Index channels, Index begin, Index end) {
    if (axis.down == 1 && axis.dilation == 1) {
        for (Index anchor = begin; anchor < end; ++anchor) {
            const Index base = anchor * axis.up - axis.offset;
            const Index first = std::clamp(-base, Index{0}, axis.taps) * channels;
            const Index last = std::clamp(axis.sources - base, Index{0}, axis.taps) * channels;
            if (first < last) {
                add_run(line + (base * channels + first), columns + (anchor - begin) * stride + first,
                        last - first);
            }
        }
        return;
    }
    for (Index tap = 0; tap < axis.taps; ++tap) {
        const Meetings met = meetings(axis, tap, begin, end);
        for (Index i = 0; i < met.count; ++i) {
            add_run(line + (met.source + i * met.source_step) * channels,
                    columns + tap * channels + (met.anchor + i * met.anchor_step - begin) * stride, channels);
        }
    }
}

GANDSL_CLONES void fill_rows(Real* __restrict columns, Index stride, Index width, Index rows, Real value) {
    for (Index row = 0; row < rows; ++row) {
        fill_run(columns + row * stride, width, value);
    }
}

}  // namespace

void unfold_rows(Real* columns, const Real* source, const Patches& patches, Index begin, Index end,
                 Real outside) {
    const Index width = patches.width();
    const Index line_width = patches.x.taps * patches.channels;
    const Index line_size = patches.x.sources * patches.channels;
    while (begin < end) {
        const Index line = begin / patches.x.anchors;
        const Index first = begin % patches.x.anchors;
        const Index last = std::min(patches.x.anchors, first + end - begin);
        const Real* const image = source + line / patches.y.anchors * patches.source_size();
        for (Index tap = 0; tap < patches.y.taps; ++tap) {
            const Index y = patches.y.source(line % patches.y.anchors, tap);
            if (y < 0) {
                fill_rows(columns + tap * line_width, width, line_width, last - first, outside);
            } else {
                unfold_line(columns + tap * line_width, width, image + y * line_size, patches.x,
                            patches.channels, first, last, outside);
            }
        }
        columns += (last - first) * width;
        begin += last - first;
    }
}

void fold_rows(Real* source, const Real* columns, const Patches& patches, Index begin, Index end) {
    const Index width = patches.width();
    const Index line_width = patches.x.taps * patches.channels;
    const Index line_size = patches.x.sources * patches.channels;
    while (begin < end) {
        const Index line = begin / patches.x.anchors;
        const Index first = begin % patches.x.anchors;
        const Index last = std::min(patches.x.anchors, first + end - begin);
        Real* const image = source + line / patches.y.anchors * patches.source_size();
        for (Index tap = 0; tap < patches.y.taps; ++tap) {
            const Index y = patches.y.source(line % patches.y.anchors, tap);
            if (y >= 0) {
                fold_line(image + y * line_size, columns + tap * line_width, width, patches.x,
                          patches.channels, first, last);
            }
        }
        columns += (last - first) * width;
        begin += last - first;
    }
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
