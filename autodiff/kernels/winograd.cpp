#include "autodiff/kernels/winograd.hpp"

#include <utility>

#include "autodiff/kernels/lanes.hpp"
#include "autodiff/kernels/winograd_matrices.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// One axis of a tile: whole, or with one result and one point less. A short tile's values are those of the
// whole one's kernel, whose share of the distance to the missing point it takes out again.
template <std::size_t whole_outputs, std::size_t taps_, bool is_short>
struct Axis {
    using Sizes = ToomCook<whole_outputs - (is_short ? 1 : 0), taps_>;
    static constexpr std::size_t whole_points = whole_outputs + taps_ - 1;

    /// Which of the whole tile's numbers a point is.
    static constexpr Index index_of(std::size_t point) {
        return static_cast<Index>(is_short && point + 1 == Sizes::points ? point + 1 : point);
    }
    static constexpr auto source_matrix() {
        auto matrix = Sizes::source_matrix();
        for (std::size_t point = 0; is_short && point + 1 < Sizes::points; ++point) {
            for (double& coefficient : matrix[point]) {
                coefficient *= Sizes::abscissae[point] - Sizes::abscissae[Sizes::points - 1];
            }
        }
        return matrix;
    }
};

// Matrices as types, so that a coefficient of zero costs nothing and one of one no multiplication.
template <typename Axis>
struct Source {
    static constexpr auto matrix = Axis::source_matrix();
};
template <typename Axis>
struct Result {
    static constexpr auto matrix = Axis::Sizes::result_matrix();
};
template <typename Sizes>
struct Weight {
    static constexpr auto matrix = Sizes::weight_matrix();
};
template <typename Of>
struct Transposed {
    static constexpr auto matrix = transposed(Of::matrix);
};

template <typename Of>
inline constexpr std::size_t rows_of = Of::matrix.size();
template <typename Of>
inline constexpr std::size_t columns_of = Of::matrix[0].size();

template <typename Of, std::size_t row>
constexpr std::size_t first_column() {
    std::size_t column = 0;
    while (Of::matrix[row][column] == 0) {
        ++column;
    }
    return column;
}

template <typename Of, std::size_t row, std::size_t column>
GANDSL_INLINE void add_term(Lanes& total, const Lanes& value) {
    constexpr double coefficient = Of::matrix[row][column];
    if constexpr (column == first_column<Of, row>()) {
        if constexpr (coefficient == 1) {
            total = value;
        } else {
            total = value * static_cast<Real>(coefficient);
        }
    } else if constexpr (coefficient == 1) {
        total += value;
    } else if constexpr (coefficient == -1) {
        total -= value;
    } else if constexpr (coefficient != 0) {
        total += value * static_cast<Real>(coefficient);
    }
}

template <typename Of, std::size_t row, std::size_t... column>
GANDSL_INLINE void row_times(Lanes& total, const Lanes* in, std::size_t step,
                             std::index_sequence<column...>) {
    (add_term<Of, row, column>(total, in[column * step]), ...);
}

template <typename Of, std::size_t... row>
GANDSL_INLINE void line_times(Lanes* out, std::size_t out_step, const Lanes* in, std::size_t in_step,
                              std::index_sequence<row...>) {
    (row_times<Of, row>(out[row * out_step], in, in_step, std::make_index_sequence<columns_of<Of>>{}), ...);
}

// out = y in x^T, for squares of lanes
template <typename Y, typename X>
GANDSL_INLINE void both_sides(Lanes* out, const Lanes* in) {
    constexpr std::size_t rows = rows_of<Y>;
    constexpr std::size_t columns = columns_of<X>;
    Lanes half[rows * columns];
    for (std::size_t column = 0; column < columns; ++column) {
        line_times<Y>(half + column, columns, in + column, columns, std::make_index_sequence<rows>{});
    }
    for (std::size_t row = 0; row < rows; ++row) {
        line_times<X>(out + row * rows_of<X>, 1, half + row * columns, 1,
                      std::make_index_sequence<rows_of<X>>{});
    }
}

template <typename AxisY, typename AxisX>
constexpr Index point_of(std::size_t i, std::size_t j) {
    return AxisY::index_of(i) * static_cast<Index>(AxisX::whole_points) + AxisX::index_of(j);
}

// The pixels of one tile along one axis: offsets in elements, or -1 outside.
template <std::size_t count>
GANDSL_INLINE void places_along(Index* offsets, Index tile, Index outputs, Index phase, Index phases,
                                Index offset, Index size, Index stride) {
    for (std::size_t i = 0; i < count; ++i) {
        const Index pixel = phases * (outputs * tile + static_cast<Index>(i)) + phase - offset;
        offsets[i] = pixel < 0 || pixel >= size ? -1 : pixel * stride;
    }
}

// Calls body(number of the tile, slot of its phase, where its example is, offsets of its lines and of its
// columns).
template <std::size_t lines, std::size_t columns, typename Body>
GANDSL_INLINE void for_tiles(const WinogradImage& layout, const WinogradTiles& tiles, Index outputs,
                             Index begin, Index end, const Body& body) {
    const Index row = layout.size[1] * layout.channels;
    for (Index tile = begin; tile < end; ++tile) {
        const Index line = tile / tiles.columns;
        const Index tile_y = tiles.first_row + line % tiles.rows;
        const Index tile_x = tiles.first_column + tile % tiles.columns;
        for (Index phase = 0; phase < layout.phases * layout.phases; ++phase) {
            Index y[lines];
            Index x[columns];
            places_along<lines>(y, tile_y, outputs, phase / layout.phases, layout.phases, layout.offset[0],
                                layout.size[0], row);
            places_along<columns>(x, tile_x, outputs, phase % layout.phases, layout.phases, layout.offset[1],
                                  layout.size[1], layout.channels);
            body(tile - begin, winograd_slot(layout.phases, phase / layout.phases, phase % layout.phases),
                 line / tiles.rows * layout.size[0] * row, y, x);
        }
    }
}

// Elements from a pixel to the one like it in the next tile, which is fetched ahead.
GANDSL_INLINE Index tile_step(const WinogradImage& layout, std::size_t outputs) {
    return layout.phases * static_cast<Index>(outputs) * layout.channels;
}

template <template <typename> typename Matrix, std::size_t outputs, typename AxisY, typename AxisX>
GANDSL_INLINE void spread_tiles(Real* out, Index slab, Index step, const Real* image,
                                const WinogradImage& layout, const WinogradTiles& tiles, Index begin,
                                Index end) {
    using Y = Matrix<AxisY>;
    using X = Matrix<AxisX>;
    constexpr std::size_t lines = columns_of<Y>;
    constexpr std::size_t columns = columns_of<X>;
    const Index channels = layout.channels;
    const Index ahead = tile_step(layout, outputs);
    for_tiles<lines, columns>(
        layout, tiles, outputs, begin, end,
        [&](Index tile, Index slot, Index example, const Index* y, const Index* x)
            __attribute__((always_inline)) {
                const Real* const source = image + example;
                Real* const target = out + tile * step + slot * channels;
                for (Index channel = 0; channel < channels; channel += lane_count) {
                    Lanes in[lines * columns];
                    Lanes spread[rows_of<Y> * rows_of<X>];
                    for (std::size_t i = 0; i < lines; ++i) {
                        for (std::size_t j = 0; j < columns; ++j) {
                            if (y[i] < 0 || x[j] < 0) {
                                in[i * columns + j] = Lanes{};
                            } else {
                                const Real* const pixel = source + y[i] + x[j] + channel;
                                load(in[i * columns + j], pixel);
                                if (j + outputs >= columns) {
                                    __builtin_prefetch(pixel + ahead);
                                }
                            }
                        }
                    }
                    both_sides<Y, X>(spread, in);
                    for (std::size_t i = 0; i < rows_of<Y>; ++i) {
                        for (std::size_t j = 0; j < rows_of<X>; ++j) {
                            store(target + point_of<AxisY, AxisX>(i, j) * slab + channel,
                                  spread[i * rows_of<X> + j]);
                        }
                    }
                }
            });
}

template <template <typename> typename Matrix, std::size_t outputs, typename AxisY, typename AxisX, bool adds>
GANDSL_INLINE void gather_tiles(Real* image, const WinogradImage& layout, const WinogradTiles& tiles,
                                Index begin, Index end, const Real* in, Index slab, Index step) {
    using Y = Matrix<AxisY>;
    using X = Matrix<AxisX>;
    constexpr std::size_t lines = rows_of<Y>;
    constexpr std::size_t columns = rows_of<X>;
    const Index channels = layout.channels;
    const Index ahead = tile_step(layout, outputs);
    for_tiles<lines, columns>(
        layout, tiles, outputs, begin, end,
        [&](Index tile, Index slot, Index example, const Index* y, const Index* x)
            __attribute__((always_inline)) {
                Real* const target = image + example;
                const Real* const source = in + tile * step + slot * channels;
                for (Index channel = 0; channel < channels; channel += lane_count) {
                    Lanes spread[columns_of<Y> * columns_of<X>];
                    Lanes out[lines * columns];
                    for (std::size_t i = 0; i < columns_of<Y>; ++i) {
                        for (std::size_t j = 0; j < columns_of<X>; ++j) {
                            load(spread[i * columns_of<X> + j],
                                 source + point_of<AxisY, AxisX>(i, j) * slab + channel);
                        }
                    }
                    both_sides<Y, X>(out, spread);
                    for (std::size_t i = 0; i < lines; ++i) {
                        for (std::size_t j = 0; j < columns; ++j) {
                            if (y[i] < 0 || x[j] < 0) {
                                continue;
                            }
                            Real* const pixel = target + y[i] + x[j] + channel;
                            if constexpr (adds) {
                                Lanes total;
                                load(total, pixel);
                                out[i * columns + j] += total;
                                if (j + outputs >= columns) {
                                    __builtin_prefetch(pixel + ahead, 1);
                                }
                            }
                            store(pixel, out[i * columns + j]);
                        }
                    }
                }
            });
}

template <typename Of>
GANDSL_INLINE void spread_weight(Real* out, Index slab, const Real* weight, const WinogradWeight& layout,
                                 const WinogradTaps& taps, Index begin, Index end) {
    constexpr std::size_t side = columns_of<Of>;
    constexpr std::size_t point_count = rows_of<Of> * rows_of<Of>;
    for (Index a = begin; a < end; ++a) {
        for (Index phase = 0; phase < taps.phases * taps.phases; ++phase) {
            const auto& y = taps.at[static_cast<std::size_t>(phase / taps.phases)];
            const auto& x = taps.at[static_cast<std::size_t>(phase % taps.phases)];
            const Index slot = winograd_slot(taps.phases, phase / taps.phases, phase % taps.phases);
            for (Index b = 0; b < layout.b; b += lane_count) {
                Lanes in[side * side];
                Lanes spread[point_count];
                for (std::size_t i = 0; i < side; ++i) {
                    for (std::size_t j = 0; j < side; ++j) {
                        if (y[i] < 0 || x[j] < 0) {
                            in[i * side + j] = Lanes{};
                        } else {
                            load(in[i * side + j],
                                 weight + ((y[i] * layout.kernel + x[j]) * layout.a + a) * layout.b + b);
                        }
                    }
                }
                both_sides<Of, Of>(spread, in);
                Real* const target = out + a * layout.row + slot * layout.phase + b;
                for (std::size_t i = 0; i < point_count; ++i) {
                    store(target + static_cast<Index>(i) * slab, spread[i]);
                }
            }
        }
    }
}

template <typename Of>
GANDSL_INLINE void gather_weight(Real* weight, const WinogradWeight& layout, const WinogradTaps& taps,
                                 Index begin, Index end, const Real* in, Index slab) {
    constexpr std::size_t side = rows_of<Of>;
    constexpr std::size_t point_count = columns_of<Of> * columns_of<Of>;
    for (Index a = begin; a < end; ++a) {
        for (Index phase = 0; phase < taps.phases * taps.phases; ++phase) {
            const auto& y = taps.at[static_cast<std::size_t>(phase / taps.phases)];
            const auto& x = taps.at[static_cast<std::size_t>(phase % taps.phases)];
            const Index slot = winograd_slot(taps.phases, phase / taps.phases, phase % taps.phases);
            for (Index b = 0; b < layout.b; b += lane_count) {
                Lanes spread[point_count];
                Lanes out[side * side];
                const Real* const source = in + a * layout.row + slot * layout.phase + b;
                for (std::size_t i = 0; i < point_count; ++i) {
                    load(spread[i], source + static_cast<Index>(i) * slab);
                }
                both_sides<Of, Of>(out, spread);
                for (std::size_t i = 0; i < side; ++i) {
                    for (std::size_t j = 0; j < side; ++j) {
                        if (y[i] >= 0 && x[j] >= 0) {
                            store(weight + ((y[i] * layout.kernel + x[j]) * layout.a + a) * layout.b + b,
                                  out[i * side + j]);
                        }
                    }
                }
            }
        }
    }
}

template <typename Axis>
struct Cotangent : Transposed<Result<Axis>> {};
template <typename Axis>
struct SourceGradient : Transposed<Source<Axis>> {};

// A template cannot be compiled for several processors, so each size gets free functions of its own: `y` and
// `x` tell whether a tile is short along that axis.
#define GANDSL_WINOGRAD_TILES(outputs, taps, y, x)                                                    \
    GANDSL_CLONES void source_##outputs##_##taps##_##y##x(                                            \
        Real* out, Index slab, Index step, const Real* image, const WinogradImage& layout,            \
        const WinogradTiles& tiles, Index begin, Index end) {                                         \
        spread_tiles<Source, outputs, Axis<outputs, taps, y>, Axis<outputs, taps, x>>(                \
            out, slab, step, image, layout, tiles, begin, end);                                       \
    }                                                                                                 \
    GANDSL_CLONES void cotangent_##outputs##_##taps##_##y##x(                                         \
        Real* out, Index slab, Index step, const Real* image, const WinogradImage& layout,            \
        const WinogradTiles& tiles, Index begin, Index end) {                                         \
        spread_tiles<Cotangent, outputs, Axis<outputs, taps, y>, Axis<outputs, taps, x>>(             \
            out, slab, step, image, layout, tiles, begin, end);                                       \
    }                                                                                                 \
    GANDSL_CLONES void result_##outputs##_##taps##_##y##x(                                            \
        Real* image, const WinogradImage& layout, const WinogradTiles& tiles, Index begin, Index end, \
        const Real* in, Index slab, Index step) {                                                     \
        gather_tiles<Result, outputs, Axis<outputs, taps, y>, Axis<outputs, taps, x>, false>(         \
            image, layout, tiles, begin, end, in, slab, step);                                        \
    }                                                                                                 \
    GANDSL_CLONES void source_gradient_##outputs##_##taps##_##y##x(                                   \
        Real* image, const WinogradImage& layout, const WinogradTiles& tiles, Index begin, Index end, \
        const Real* in, Index slab, Index step) {                                                     \
        gather_tiles<SourceGradient, outputs, Axis<outputs, taps, y>, Axis<outputs, taps, x>, true>(  \
            image, layout, tiles, begin, end, in, slab, step);                                        \
    }
#define GANDSL_WINOGRAD(outputs, taps)                                                                    \
    GANDSL_WINOGRAD_TILES(outputs, taps, 0, 0)                                                            \
    GANDSL_WINOGRAD_TILES(outputs, taps, 0, 1)                                                            \
    GANDSL_WINOGRAD_TILES(outputs, taps, 1, 0)                                                            \
    GANDSL_WINOGRAD_TILES(outputs, taps, 1, 1)                                                            \
    GANDSL_CLONES void weight_##outputs##_##taps(Real* out, Index slab, const Real* weight,               \
                                                 const WinogradWeight& layout, const WinogradTaps& at,    \
                                                 Index begin, Index end) {                                \
        spread_weight<Weight<ToomCook<outputs, taps>>>(out, slab, weight, layout, at, begin, end);        \
    }                                                                                                     \
    GANDSL_CLONES void weight_gradient_##outputs##_##taps(Real* weight, const WinogradWeight& layout,     \
                                                          const WinogradTaps& at, Index begin, Index end, \
                                                          const Real* in, Index slab) {                   \
        gather_weight<Transposed<Weight<ToomCook<outputs, taps>>>>(weight, layout, at, begin, end, in,    \
                                                                   slab);                                 \
    }
#define GANDSL_WINOGRAD_KINDS(name, outputs, taps)                             \
    {                                                                          \
        name##_##outputs##_##taps##_##00, name##_##outputs##_##taps##_##01,    \
            name##_##outputs##_##taps##_##10, name##_##outputs##_##taps##_##11 \
    }
#define GANDSL_WINOGRAD_ROW(outputs, taps)                                                                 \
    {                                                                                                      \
        outputs, taps, GANDSL_WINOGRAD_KINDS(source, outputs, taps),                                       \
            GANDSL_WINOGRAD_KINDS(cotangent, outputs, taps), GANDSL_WINOGRAD_KINDS(result, outputs, taps), \
            GANDSL_WINOGRAD_KINDS(source_gradient, outputs, taps), weight_##outputs##_##taps,              \
            weight_gradient_##outputs##_##taps                                                             \
    }

GANDSL_WINOGRAD(4, 2)
GANDSL_WINOGRAD(4, 3)
GANDSL_WINOGRAD(4, 4)
GANDSL_WINOGRAD(4, 5)

const std::array<WinogradTransforms, 4> table{{
    GANDSL_WINOGRAD_ROW(4, 2),
    GANDSL_WINOGRAD_ROW(4, 3),
    GANDSL_WINOGRAD_ROW(4, 4),
    GANDSL_WINOGRAD_ROW(4, 5),
}};

}  // namespace

std::span<const WinogradTransforms> winograd_transforms() {
    return table;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
