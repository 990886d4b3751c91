#include "autodiff/kernels/winograd.hpp"

#include <utility>

#include "autodiff/kernels/lanes.hpp"
#include "autodiff/kernels/winograd_matrices.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// Matrices as types, so that a coefficient of zero costs nothing and one of one no multiplication.
template <typename Sizes>
struct Source {
    static constexpr auto matrix = Sizes::source_matrix();
};
template <typename Sizes>
struct Result {
    static constexpr auto matrix = Sizes::result_matrix();
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

// out = matrix in matrix^T, for squares of lanes
template <typename Of>
GANDSL_INLINE void both_sides(Lanes* out, const Lanes* in) {
    constexpr std::size_t rows = rows_of<Of>;
    constexpr std::size_t columns = columns_of<Of>;
    Lanes half[rows * columns];
    for (std::size_t column = 0; column < columns; ++column) {
        line_times<Of>(half + column, columns, in + column, columns, std::make_index_sequence<rows>{});
    }
    for (std::size_t row = 0; row < rows; ++row) {
        line_times<Of>(out + row * rows, 1, half + row * columns, 1, std::make_index_sequence<rows>{});
    }
}

// The pixels of one tile along one axis: offsets in elements, or -1 outside.
template <std::size_t count>
GANDSL_INLINE void places_along(Index* offsets, Index tile, Index outputs, Index phase, Index phases,
                                Index offset, Index size, Index stride) {
    for (std::size_t place = 0; place < count; ++place) {
        const Index pixel = phases * (outputs * tile + static_cast<Index>(place)) + phase - offset;
        offsets[place] = pixel < 0 || pixel >= size ? -1 : pixel * stride;
    }
}

// Calls body(index of the tile, its example, tile row, tile column, phase along y, phase along x).
template <typename Body>
GANDSL_INLINE void for_tiles(const WinogradTiles& tiles, Index phases, Index begin, Index end,
                             const Body& body) {
    for (Index tile = begin; tile < end; ++tile) {
        const Index line = tile / tiles.columns;
        for (Index phase = 0; phase < phases * phases; ++phase) {
            body(tile - begin, line / tiles.rows, line % tiles.rows, tile % tiles.columns, phase / phases,
                 phase % phases);
        }
    }
}

template <typename Of, std::size_t outputs>
GANDSL_INLINE void spread_tiles(Real* out, Index slab, Index step, const Real* image,
                                const WinogradImage& layout, const WinogradTiles& tiles, Index begin,
                                Index end) {
    constexpr std::size_t side = columns_of<Of>;
    constexpr std::size_t places = rows_of<Of> * rows_of<Of>;
    const Index channels = layout.channels;
    const Index row = layout.size[1] * channels;
    for_tiles(
        tiles, layout.phases, begin, end,
        [&](Index index, Index example, Index tile_y, Index tile_x, Index phase_y, Index phase_x)
            __attribute__((always_inline)) {
                Index y[side];
                Index x[side];
                places_along<side>(y, tile_y, outputs, phase_y, layout.phases, layout.offset[0],
                                   layout.size[0], row);
                places_along<side>(x, tile_x, outputs, phase_x, layout.phases, layout.offset[1],
                                   layout.size[1], channels);
                const Real* const source = image + example * layout.size[0] * row;
                const Index ahead = layout.phases * static_cast<Index>(outputs) * channels;  // the next tile
                Real* const target = out + index * step + (phase_y * layout.phases + phase_x) * channels;
                for (Index channel = 0; channel < channels; channel += lane_count) {
                    Lanes in[side * side];
                    Lanes spread[places];
                    for (std::size_t i = 0; i < side; ++i) {
                        for (std::size_t j = 0; j < side; ++j) {
                            if (y[i] < 0 || x[j] < 0) {
                                in[i * side + j] = Lanes{};
                            } else {
                                load(in[i * side + j], source + y[i] + x[j] + channel);
                                if (j + outputs >= side) {
                                    __builtin_prefetch(source + y[i] + x[j] + ahead + channel);
                                }
                            }
                        }
                    }
                    both_sides<Of>(spread, in);
                    for (std::size_t place = 0; place < places; ++place) {
                        store(target + static_cast<Index>(place) * slab + channel, spread[place]);
                    }
                }
            });
}

template <typename Of, std::size_t outputs, bool adds>
GANDSL_INLINE void gather_tiles(Real* image, const WinogradImage& layout, const WinogradTiles& tiles,
                                Index begin, Index end, const Real* in, Index slab, Index step) {
    constexpr std::size_t side = rows_of<Of>;
    constexpr std::size_t places = columns_of<Of> * columns_of<Of>;
    const Index channels = layout.channels;
    const Index row = layout.size[1] * channels;
    for_tiles(
        tiles, layout.phases, begin, end,
        [&](Index index, Index example, Index tile_y, Index tile_x, Index phase_y, Index phase_x)
            __attribute__((always_inline)) {
                Index y[side];
                Index x[side];
                places_along<side>(y, tile_y, outputs, phase_y, layout.phases, layout.offset[0],
                                   layout.size[0], row);
                places_along<side>(x, tile_x, outputs, phase_x, layout.phases, layout.offset[1],
                                   layout.size[1], channels);
                Real* const target = image + example * layout.size[0] * row;
                const Index ahead = layout.phases * static_cast<Index>(outputs) * channels;
                const Real* const source = in + index * step + (phase_y * layout.phases + phase_x) * channels;
                for (Index channel = 0; channel < channels; channel += lane_count) {
                    Lanes spread[places];
                    Lanes out[side * side];
                    for (std::size_t place = 0; place < places; ++place) {
                        load(spread[place], source + static_cast<Index>(place) * slab + channel);
                    }
                    both_sides<Of>(out, spread);
                    for (std::size_t i = 0; i < side; ++i) {
                        for (std::size_t j = 0; j < side; ++j) {
                            if (y[i] >= 0 && x[j] >= 0) {
                                Real* const pixel = target + y[i] + x[j] + channel;
                                if constexpr (adds) {
                                    Lanes total;
                                    load(total, pixel);
                                    total += out[i * side + j];
                                    store(pixel, total);
                                    if (j + outputs >= side) {
                                        __builtin_prefetch(pixel + ahead, 1);
                                    }
                                } else {
                                    store(pixel, out[i * side + j]);
                                }
                            }
                        }
                    }
                }
            });
}

template <typename Of>
GANDSL_INLINE void spread_weight(Real* out, Index slab, const Real* weight, const WinogradWeight& layout,
                                 const WinogradTaps& taps, Index begin, Index end) {
    constexpr std::size_t side = columns_of<Of>;
    constexpr std::size_t places = rows_of<Of> * rows_of<Of>;
    for (Index a = begin; a < end; ++a) {
        for (Index phase = 0; phase < taps.phases * taps.phases; ++phase) {
            const auto& y = taps.at[static_cast<std::size_t>(phase / taps.phases)];
            const auto& x = taps.at[static_cast<std::size_t>(phase % taps.phases)];
            for (Index b = 0; b < layout.b; b += lane_count) {
                Lanes in[side * side];
                Lanes spread[places];
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
                both_sides<Of>(spread, in);
                Real* const target = out + a * layout.row + phase * layout.phase + b;
                for (std::size_t place = 0; place < places; ++place) {
                    store(target + static_cast<Index>(place) * slab, spread[place]);
                }
            }
        }
    }
}

template <typename Of>
GANDSL_INLINE void gather_weight(Real* weight, const WinogradWeight& layout, const WinogradTaps& taps,
                                 Index begin, Index end, const Real* in, Index slab) {
    constexpr std::size_t side = rows_of<Of>;
    constexpr std::size_t places = columns_of<Of> * columns_of<Of>;
    for (Index a = begin; a < end; ++a) {
        for (Index phase = 0; phase < taps.phases * taps.phases; ++phase) {
            const auto& y = taps.at[static_cast<std::size_t>(phase / taps.phases)];
            const auto& x = taps.at[static_cast<std::size_t>(phase % taps.phases)];
            for (Index b = 0; b < layout.b; b += lane_count) {
                Lanes spread[places];
                Lanes out[side * side];
                const Real* const source = in + a * layout.row + phase * layout.phase + b;
                for (std::size_t place = 0; place < places; ++place) {
                    load(spread[place], source + static_cast<Index>(place) * slab);
                }
                both_sides<Of>(out, spread);
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

// A template cannot be compiled for several processors, so each size gets free functions of its own.
#define GANDSL_WINOGRAD(outputs, taps)                                                                       \
    GANDSL_CLONES void source_##outputs##_##taps(Real* out, Index slab, Index step, const Real* image,       \
                                                 const WinogradImage& layout, const WinogradTiles& tiles,    \
                                                 Index begin, Index end) {                                   \
        spread_tiles<Source<ToomCook<outputs, taps>>, outputs>(out, slab, step, image, layout, tiles, begin, \
                                                               end);                                         \
    }                                                                                                        \
    GANDSL_CLONES void cotangent_##outputs##_##taps(Real* out, Index slab, Index step, const Real* image,    \
                                                    const WinogradImage& layout, const WinogradTiles& tiles, \
                                                    Index begin, Index end) {                                \
        spread_tiles<Transposed<Result<ToomCook<outputs, taps>>>, outputs>(out, slab, step, image, layout,   \
                                                                           tiles, begin, end);               \
    }                                                                                                        \
    GANDSL_CLONES void result_##outputs##_##taps(Real* image, const WinogradImage& layout,                   \
                                                 const WinogradTiles& tiles, Index begin, Index end,         \
                                                 const Real* in, Index slab, Index step) {                   \
        gather_tiles<Result<ToomCook<outputs, taps>>, outputs, false>(image, layout, tiles, begin, end, in,  \
                                                                      slab, step);                           \
    }                                                                                                        \
    GANDSL_CLONES void source_gradient_##outputs##_##taps(                                                   \
        Real* image, const WinogradImage& layout, const WinogradTiles& tiles, Index begin, Index end,        \
        const Real* in, Index slab, Index step) {                                                            \
        gather_tiles<Transposed<Source<ToomCook<outputs, taps>>>, outputs, true>(                            \
            image, layout, tiles, begin, end, in, slab, step);                                               \
    }                                                                                                        \
    GANDSL_CLONES void weight_##outputs##_##taps(Real* out, Index slab, const Real* weight,                  \
                                                 const WinogradWeight& layout, const WinogradTaps& at,       \
                                                 Index begin, Index end) {                                   \
        spread_weight<Weight<ToomCook<outputs, taps>>>(out, slab, weight, layout, at, begin, end);           \
    }                                                                                                        \
    GANDSL_CLONES void weight_gradient_##outputs##_##taps(Real* weight, const WinogradWeight& layout,        \
                                                          const WinogradTaps& at, Index begin, Index end,    \
                                                          const Real* in, Index slab) {                      \
        gather_weight<Transposed<Weight<ToomCook<outputs, taps>>>>(weight, layout, at, begin, end, in,       \
                                                                   slab);                                    \
    }
#define GANDSL_WINOGRAD_ROW(outputs, taps)                                                                 \
    {                                                                                                      \
        outputs, taps, source_##outputs##_##taps, cotangent_##outputs##_##taps, result_##outputs##_##taps, \
            source_gradient_##outputs##_##taps, weight_##outputs##_##taps,                                 \
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
