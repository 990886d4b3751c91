#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/data/batch.hpp"
#include "runtime/data/drawn/digits.hpp"
#include "runtime/data/drawn/strokes.hpp"

using namespace gandsl;
using namespace gandsl::data;

namespace {

constexpr std::size_t area = 28 * 28;

Batch read(const Dataset& set, Split split, std::size_t count) {
    Batch batch;
    read_in_order(set, split, 0, count, 2, batch);
    return batch;
}

float squared_distance(const float* a, const float* b) {
    float sum = 0;
    for (std::size_t i = 0; i < area; ++i) {
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(digits)

BOOST_AUTO_TEST_CASE(describes_itself) {
    const auto set = open_digits({});
    BOOST_TEST(set->description().train_count == 60000);
    BOOST_TEST(set->description().test_count == 10000);
    BOOST_TEST(set->description().fields[0].shape == (std::vector<std::size_t>{1, 28, 28}),
               boost::test_tools::per_element());
    BOOST_TEST((set->description().fields[1].classes == 10));
    DigitsSource other;
    other.seed = 1;
    BOOST_TEST(set->description().hash != open_digits(other)->description().hash);
    BOOST_TEST(set->description().hash == open_digits({})->description().hash);
    other.count = 0;
    BOOST_CHECK_THROW(open_digits(other), Error);
}

BOOST_AUTO_TEST_CASE(an_example_depends_on_nothing_but_its_place) {
    const auto set = open_digits({});
    const Batch whole = read(*set, Split::train, 50);
    std::vector<float> image(area);
    std::thread([&] {
        const std::array<std::span<float>, 1> spans = {image};
        set->read({Split::train, 31, 7}, spans);
    }).join();
    BOOST_TEST(std::equal(image.begin(), image.end(), whole.fields[0].begin() + 31 * area));
    const Batch test = read(*set, Split::test, 50);
    BOOST_TEST((whole.fields[0] != test.fields[0]));
}

BOOST_AUTO_TEST_CASE(fills_its_range_and_leaves_the_border_blank) {
    DigitsSource source;
    source.range = {-1, 1};
    const Batch batch = read(*open_digits(source), Split::train, 200);
    const auto [low, high] = std::minmax_element(batch.fields[0].begin(), batch.fields[0].end());
    BOOST_TEST(*low == -1);
    BOOST_TEST(*high > 0.9F);
    BOOST_TEST(*high <= 1);
    for (std::size_t i = 0; i < 200; ++i) {
        for (std::size_t k = 0; k < 28; ++k) {
            for (const std::size_t pixel : {k, 27 * 28 + k, 28 * k, 28 * k + 27}) {
                BOOST_REQUIRE(batch.fields[0][i * area + pixel] == -1);
            }
        }
    }
}

// As with handwritten ones: the mean of each class is a poor guide to it, similar examples are a good one.
BOOST_AUTO_TEST_CASE(classes_can_be_told_apart_but_not_too_easily) {
    constexpr std::size_t train_count = 2000;
    constexpr std::size_t test_count = 200;
    const auto set = open_digits({});
    const Batch train = read(*set, Split::train, train_count);
    const Batch test = read(*set, Split::test, test_count);
    std::vector<float> means(10 * area);
    std::array<float, 10> counts{};
    for (std::size_t i = 0; i < train_count; ++i) {
        ++counts[static_cast<std::size_t>(train.fields[1][i])];
    }
    for (std::size_t i = 0; i < train_count; ++i) {
        const auto label = static_cast<std::size_t>(train.fields[1][i]);
        for (std::size_t pixel = 0; pixel < area; ++pixel) {
            means[label * area + pixel] += train.fields[0][i * area + pixel] / counts[label];
        }
    }
    for (const float count : counts) {
        BOOST_TEST(count > 140);
    }
    int mean_right = 0;
    int neighbour_right = 0;
    for (std::size_t i = 0; i < test_count; ++i) {
        const float* picture = test.fields[0].data() + i * area;
        const auto nearest = [picture](const std::vector<float>& candidates) {
            std::size_t best = 0;
            for (std::size_t k = 1; k < candidates.size() / area; ++k) {
                if (squared_distance(picture, candidates.data() + k * area) <
                    squared_distance(picture, candidates.data() + best * area)) {
                    best = k;
                }
            }
            return best;
        };
        mean_right += static_cast<float>(nearest(means)) == test.fields[1][i] ? 1 : 0;
        neighbour_right += train.fields[1][nearest(train.fields[0])] == test.fields[1][i] ? 1 : 0;
    }
    BOOST_TEST(mean_right > 0.7 * test_count);
    BOOST_TEST(mean_right < 0.9 * test_count);
    BOOST_TEST(neighbour_right > 0.9 * test_count);
}

BOOST_AUTO_TEST_CASE(a_line_covers_what_it_should) {
    // A horizontal line of half-width 1.5 along y = 4: rows 2.5 .. 5.5 are covered, the outer two by half.
    std::array<float, 8 * 8> picture{};
    const std::array<Inked, 2> line = {Inked{{2, 4}, 1.5F}, Inked{{6, 4}, 1.5F}};
    draw_line(line, 1, picture, 8, 8);
    const std::array<float, 8> expected = {0, 0, 0.5F, 1, 1, 0.5F, 0, 0};
    for (std::size_t row = 0; row < 8; ++row) {
        BOOST_TEST(picture[row * 8 + 4] == expected[row]);
    }
    // Partly outside: the same pixels, and nothing beyond the picture is touched.
    const std::array<Inked, 2> outside = {Inked{{-50, 0}, 3}, Inked{{50, 90}, 3}};
    draw_line(outside, 1, picture, 8, 8);
}

BOOST_AUTO_TEST_CASE(a_smooth_line_goes_through_its_points) {
    const std::array<Point, 4> points = {Point{0, 0}, Point{1, 2}, Point{1, 2}, Point{3, 0}};
    const auto line = smooth_line(points, 4);
    BOOST_TEST(line.size() == 13);
    for (std::size_t i = 0; i < points.size(); ++i) {
        BOOST_TEST(line[4 * i].x == points[i].x);
        BOOST_TEST(line[4 * i].y == points[i].y);
    }
}

BOOST_AUTO_TEST_SUITE_END()
