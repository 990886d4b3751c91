#pragma once

#include <array>
#include <span>

#include "autodiff/real.hpp"
#include "autodiff/shape.hpp"

/// The transforms of Winograd's convolution (Lavin & Gray, 2015, "Fast Algorithms for Convolutional Neural
/// Networks"): tiles of an image and taps of a kernel become values at `points` x `points` points, where a
/// convolution is a product for each point; the result's tile comes back from there. Channels are last and
/// handled sixteen floats at a time.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// How tiles lie on an image. Along each axis a tile's number i of phase p is pixel
/// phases * (outputs * tile + i) + p - offset; pixels outside the image are zero, or are not written.
struct WinogradImage {
    Index size[2] = {1, 1};
    Index channels = 1;
    Index phases = 1;
    Index offset[2] = {0, 0};
};

/// The channels of all phases lie together, those of phases (1, 0), (0, 0), (0, 1), (1, 1) in turn: the
/// phases of even lines are neighbours, and so are those of even columns. This is the index of phase (y, x).
constexpr Index winograd_slot(Index phases, Index y, Index x) {
    return phases == 1 ? 0 : y == 0 ? 1 + x : 3 * x;
}

/// Tiles of all examples, in order: `rows` x `columns` in each, from a first one on.
struct WinogradTiles {
    Index rows = 1;
    Index columns = 1;
    Index first_row = 0;
    Index first_column = 0;
};

/// Which tap of the kernel, along either axis, stands at each position of each phase; -1: none.
struct WinogradTaps {
    Index phases = 1;
    std::array<std::array<Index, 5>, 2> at{};
};

/// Where the transformed kernel of the tap phase with slot p and channels (a, b) is, in the slab of one
/// point: a * row + p * phase + b.
struct WinogradWeight {
    Index kernel = 1;
    Index a = 1, b = 1;  ///< the weight is (kernel, kernel, a, b)
    Index row = 1;
    Index phase = 1;
};

/// The transforms for tiles of outputs x outputs results and kernels of taps x taps. A tile may be short
/// along an axis: one result less, and no value at the point `lacking`. Its other values multiply the same
/// kernel.
struct WinogradTransforms {
    Index outputs;
    Index taps;

    /// For tiles that are whole, short along x, short along y, short along both.
    template <typename Function>
    using Kinds = std::array<Function, 4>;
    static constexpr std::size_t short_x = 1;
    static constexpr std::size_t short_y = 2;

    /// Tiles begin .. end of an image to their points: out[point * slab + (tile - begin) * step + slot *
    /// channels + channel]. `source`: of the convolved image; `cotangent`: of the result's gradient.
    using Spread = void (*)(Real* out, Index slab, Index step, const Real* image, const WinogradImage& layout,
                            const WinogradTiles& tiles, Index begin, Index end);
    Kinds<Spread> source;
    Kinds<Spread> cotangent;
    /// Places back to pixels. `result`, the adjoint of `cotangent`, overwrites them; `source_gradient`, the
    /// adjoint of `source`, adds to them, as neighbouring tiles overlap.
    using Gather = void (*)(Real* image, const WinogradImage& layout, const WinogradTiles& tiles, Index begin,
                            Index end, const Real* in, Index slab, Index step);
    Kinds<Gather> result;
    Kinds<Gather> source_gradient;
    /// The weight's rows begin .. end (of a) to their points, and the adjoint.
    void (*weight)(Real* out, Index slab, const Real* weight, const WinogradWeight& layout,
                   const WinogradTaps& taps, Index begin, Index end);
    void (*weight_gradient)(Real* weight, const WinogradWeight& layout, const WinogradTaps& taps, Index begin,
                            Index end, const Real* in, Index slab);

    Index points() const { return outputs + taps - 1; }
    Index point_count() const { return points() * points(); }
    Index lacking() const { return points() - 2; }
    /// The points where a kernel's value is its first tap, and its last one.
    Index first_tap() const { return 0; }
    Index last_tap() const { return points() - 1; }
};

/// Every size there is.
std::span<const WinogradTransforms> winograd_transforms();

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
