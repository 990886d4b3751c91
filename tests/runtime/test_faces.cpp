#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/data/batch.hpp"
#include "runtime/data/drawn/faces.hpp"

using namespace gandsl;
using namespace gandsl::data;

BOOST_AUTO_TEST_SUITE(faces)

BOOST_AUTO_TEST_CASE(describes_itself) {
    FacesSource source;
    source.size = 32;
    const auto set = open_faces(source);
    BOOST_TEST(set->description().train_count == 20000);
    BOOST_TEST(set->description().test_count == 2000);
    BOOST_TEST(set->description().fields.size() == 1);
    BOOST_TEST(set->description().fields[0].shape == (std::vector<std::size_t>{3, 32, 32}),
               boost::test_tools::per_element());
    source.seed = 5;
    BOOST_TEST(open_faces(source)->description().hash != set->description().hash);
    source.size = 7;
    BOOST_CHECK_THROW(open_faces(source), Error);
    source.size = 513;
    BOOST_CHECK_THROW(open_faces(source), Error);
    source.size = 64;
    source.count = 0;
    BOOST_CHECK_THROW(open_faces(source), Error);
}

BOOST_AUTO_TEST_CASE(an_example_depends_on_nothing_but_its_place) {
    FacesSource source;
    source.size = 24;
    source.range = {-1, 1};
    const auto set = open_faces(source);
    Batch batch;
    read_in_order(*set, Split::train, 0, 8, 1, batch);
    std::vector<float> again(3 * 24 * 24);
    const std::array<std::span<float>, 1> spans = {again};
    set->read({Split::train, 5, 3}, spans);
    BOOST_TEST(std::equal(again.begin(), again.end(), batch.fields[0].begin() + 5 * 3 * 24 * 24));
    set->read({Split::test, 5}, spans);
    BOOST_TEST(!std::equal(again.begin(), again.end(), batch.fields[0].begin() + 5 * 3 * 24 * 24));
    const auto [low, high] = std::minmax_element(batch.fields[0].begin(), batch.fields[0].end());
    BOOST_TEST(*low >= -1);
    BOOST_TEST(*low < -0.7F);
    BOOST_TEST(*high <= 1);
    BOOST_TEST(*high > 0.7F);
}

// Where a face is, skin is: the middle of the picture is redder than blue, the mean face is nearly symmetric,
// and the eyes are darker than the cheeks below them.
BOOST_AUTO_TEST_CASE(faces_look_ahead_from_the_middle) {
    constexpr std::size_t size = 32;
    constexpr std::size_t count = 300;
    FacesSource source;
    source.size = size;
    Batch batch;
    read_in_order(*open_faces(source), Split::train, 0, count, 1, batch);
    std::vector<double> mean(3 * size * size);
    for (std::size_t i = 0; i < batch.fields[0].size(); ++i) {
        mean[i % mean.size()] += double{batch.fields[0][i]} / count;
    }
    const auto at = [&](std::size_t channel, std::size_t y, std::size_t x) {
        return mean[(channel * size + y) * size + x];
    };
    BOOST_TEST(at(0, 18, 16) > at(2, 18, 16) + 0.15);
    for (const std::size_t eye : {11U, 18U}) {
        double white = 0;
        double cheek = 0;
        for (std::size_t x = eye; x < eye + 3; ++x) {
            white += at(2, 15, x) / 3;
            cheek += at(2, 19, x) / 3;
        }
        BOOST_TEST(white > cheek + 0.02);
    }
    double asymmetry = 0;
    for (std::size_t y = 0; y < size; ++y) {
        for (std::size_t x = 0; x < size / 2; ++x) {
            asymmetry += std::abs(at(1, y, x) - at(1, y, size - 1 - x)) / (size * size / 2);
        }
    }
    BOOST_TEST(asymmetry < 0.04);
}

BOOST_AUTO_TEST_SUITE_END()
