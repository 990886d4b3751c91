#pragma once

#include "autodiff/real.hpp"
#include "autodiff/shape.hpp"

/// Columns of patches, from images with channels last. Each anchor (a pixel of one image) meets one pixel of
/// another image, the source, for every tap of a kernel; a column row holds the source's channels at all taps
/// of an anchor.
namespace gandsl {

/// One axis of it: anchor a meets source (a * up + tap * dilation - offset) / down, where that is whole and
/// inside. `up` or `down` is 1.
struct PatchAxis {
    Index anchors = 1;
    Index sources = 1;
    Index taps = 1;
    Index up = 1;
    Index down = 1;
    Index dilation = 1;
    Index offset = 0;

    /// The source that an anchor meets at a tap, or -1.
    Index source(Index anchor, Index tap) const {
        const Index position = anchor * up + tap * dilation - offset;
        return position < 0 || position % down != 0 || position / down >= sources ? -1 : position / down;
    }
};

struct Patches {
    PatchAxis y, x;
    Index examples = 1;
    Index channels = 1;  ///< of the source

    Index rows() const { return examples * y.anchors * x.anchors; }
    Index width() const { return y.taps * x.taps * channels; }
    Index source_size() const { return y.sources * x.sources * channels; }  ///< elements of one example
    /// Whether the columns are the source itself.
    bool direct() const { return identity(y) && identity(x); }

    static bool identity(const PatchAxis& axis) {
        return axis.taps == 1 && axis.up == 1 && axis.down == 1 && axis.offset == 0 &&
               axis.anchors == axis.sources;
    }
};

inline namespace GANDSL_PRECISION {

/// Writes the column rows begin .. end, each of width() elements; outside the source they read `outside`.
void unfold_rows(Real* columns, const Real* source, const Patches& patches, Index begin, Index end,
                 Real outside);

/// Adds the column rows begin .. end to the source: the adjoint of unfold_rows.
void fold_rows(Real* source, const Real* columns, const Patches& patches, Index begin, Index end);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
