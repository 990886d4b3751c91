#include <png.h>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "runtime/formats/png.hpp"
#include "runtime/render/grid.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::render;
using namespace gandsl::formats;
using gandsl::test::message_of;
using gandsl::test::ScratchFolder;

namespace {

/// Reads with libpng's other interface than the one that writes.
Image read_png(const std::filesystem::path& path, bool colour) {
    png_image png{};
    png.version = PNG_IMAGE_VERSION;
    BOOST_REQUIRE(png_image_begin_read_from_file(&png, path.c_str()) != 0);
    BOOST_TEST(((png.format & PNG_FORMAT_FLAG_COLOR) != 0) == colour);
    png.format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
    Image image{png.height, png.width, colour ? 3U : 1U, std::vector<std::uint8_t>(PNG_IMAGE_SIZE(png))};
    BOOST_REQUIRE(png_image_finish_read(&png, nullptr, image.pixels.data(), 0, nullptr) != 0);
    return image;
}

std::uint8_t at(const Image& image, std::size_t y, std::size_t x, std::size_t channel = 0) {
    return image.pixels[(y * image.width + x) * image.channels + channel];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(render)

BOOST_AUTO_TEST_CASE(a_written_png_reads_back) {
    const ScratchFolder folder;
    for (const std::size_t channels : {1U, 3U}) {
        Image image{5, 7, channels, {}};
        for (std::size_t i = 0; i < 35 * channels; ++i) {
            image.pixels.push_back(static_cast<std::uint8_t>(i * 37 % 256));
        }
        write_png(folder / "picture.png", image);
        const Image back = read_png(folder / "picture.png", channels == 3);
        BOOST_TEST(back.height == 5);
        BOOST_TEST(back.width == 7);
        BOOST_TEST(back.pixels == image.pixels, boost::test_tools::per_element());
    }
    BOOST_TEST(folder.content() == std::vector<std::string>{"picture.png"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(refuses_images_that_are_none) {
    const ScratchFolder folder;
    const auto message = [&](const Image& image) {
        return message_of([&] { write_png(folder / "a.png", image); })
            .substr((folder / "a.png").string().size());
    };
    BOOST_TEST(message({0, 3, 1, {}}) == ": a picture of 0 x 3 pixels cannot be written");
    BOOST_TEST(message({1, 1, 2, {1, 2}}) == ": a picture has 1 channel or 3; found 2");
    BOOST_TEST(message({2, 2, 1, {1, 2, 3}}) == ": found 3 bytes of pixels, expected 4");
    BOOST_TEST(folder.content().empty());
    BOOST_TEST(message_of([&] {
                   write_png(folder / "none" / "a.png", {1, 1, 1, {0}});
               }) == (folder / "none" / "a.png").string() + " cannot be written: No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_grid_has_pictures_in_rows_with_gaps) {
    // 2 x 3 pictures of 1 x 64: the k-th is all k / 10, large enough to be shown as it is.
    std::vector<float> values;
    for (int k = 0; k < 6; ++k) {
        values.insert(values.end(), 64, static_cast<float>(k) / 10);
    }
    const Image image = arrange_grid({values, 1, 1, 64, 0, 1}, 2, 3);
    BOOST_TEST(image.height == 2 * 1 + 3 * 2);
    BOOST_TEST(image.width == 3 * 64 + 4 * 2);
    for (std::size_t k = 0; k < 6; ++k) {
        const std::size_t top = 2 + k / 3 * 3;
        const std::size_t left = 2 + k % 3 * 66;
        const auto shade = static_cast<std::uint8_t>(std::lround(25.5 * static_cast<double>(k)));
        BOOST_TEST(at(image, top, left) == shade);
        BOOST_TEST(at(image, top, left + 63) == shade);
        BOOST_TEST(at(image, top, left + 64) == 128);
        BOOST_TEST(at(image, top - 1, left) == 128);
    }
}

BOOST_AUTO_TEST_CASE(small_pictures_are_enlarged) {
    std::vector<float> values(28 * 28, 0);
    values[3 * 28 + 5] = 1;
    const Image image = arrange_grid({values, 1, 28, 28, 0, 1}, 1, 1);
    BOOST_TEST(image.height == 2 * 28 + 4);
    for (std::size_t y = 0; y < 56; ++y) {
        for (std::size_t x = 0; x < 56; ++x) {
            BOOST_TEST(at(image, y + 2, x + 2) == (y / 2 == 3 && x / 2 == 5 ? 255 : 0));
        }
    }
}

BOOST_AUTO_TEST_CASE(colours_are_planes_in_and_pixels_out) {
    const std::vector<float> values = {-1, 0, 1};  // red, green, blue of one pixel
    const Image image = arrange_grid({values, 3, 1, 1, -1, 1}, 1, 1);
    BOOST_TEST(image.channels == 3);
    BOOST_TEST(at(image, 2, 2, 0) == 0);
    BOOST_TEST(at(image, 2, 2, 1) == 128);
    BOOST_TEST(at(image, 2, 2, 2) == 255);
}

BOOST_AUTO_TEST_CASE(values_beyond_the_range_are_clipped) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    std::vector<float> values(64, 0.5F);
    values[0] = -infinity;
    values[1] = 7;
    values[2] = std::numeric_limits<float>::quiet_NaN();
    const Image image = arrange_grid({values, 1, 1, 64, 0, 1}, 1, 1);
    BOOST_TEST(at(image, 2, 2) == 0);
    BOOST_TEST(at(image, 2, 3) == 255);
    BOOST_TEST(at(image, 2, 4) == 128);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_grid) {
    const std::vector<float> values(12);
    BOOST_TEST(message_of([&] {
                   arrange_grid({values, 1, 2, 2, 0, 1}, 2, 2);
               }) == "a grid of 2 x 2 pictures of 1 x 2 x 2 does not have 12 values");
    BOOST_TEST(message_of([&] {
                   arrange_grid({values, 2, 1, 1, 0, 1}, 2, 3);
               }) == "a grid shows pictures of 1 channel or 3; found 2");
    BOOST_TEST(message_of([&] {
                   arrange_grid({values, 1, 2, 2, 1, 1}, 1, 3);
               }) == "the range of a grid goes from a smaller number to a greater one");
}

BOOST_AUTO_TEST_SUITE_END()
