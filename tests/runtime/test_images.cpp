#include <png.h>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "runtime/data/images.hpp"
#include "runtime/formats/orientation.hpp"
#include "runtime/formats/picture.hpp"
#include "tests/runtime/encoded_pictures.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::data;
using namespace gandsl::formats;
using namespace gandsl::test;

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;
using Floats = std::vector<float>;

constexpr DecodeLimits limits{.bytes = 1 << 24};

Bytes png_pixels(const PngKind& kind, std::uint32_t width, const std::vector<std::string>& rows) {
    return decode_png(png_file(kind, width, rows), limits).pixels;
}

/// A picture of smooth colours.
std::string a_png(std::uint32_t side) {
    std::vector<std::string> rows(side);
    for (std::uint32_t y = 0; y < side; ++y) {
        for (std::uint32_t x = 0; x < side; ++x) {
            rows[y] += static_cast<char>(255 * x / side);
            rows[y] += static_cast<char>(255 * y / side);
            rows[y] += static_cast<char>(128);
        }
    }
    return png_file({PNG_COLOR_TYPE_RGB, 8, false}, side, rows);
}

std::string a_jpeg(std::uint32_t side, bool progressive) {
    Bytes pixels;
    for (std::uint32_t i = 0; i < side * side; ++i) {
        pixels.insert(pixels.end(),
                      {static_cast<std::uint8_t>(i % side), static_cast<std::uint8_t>(i / side), 99});
    }
    return jpeg_file({3, progressive}, side, side, pixels);
}

/// The colour of a flat JPEG picture, as it is decoded.
Bytes jpeg_colour(const JpegKind& kind, const Bytes& colour) {
    Bytes pixels;
    for (int i = 0; i < 16 * 16; ++i) {
        pixels.insert(pixels.end(), colour.begin(), colour.end());
    }
    const Image image = decode_jpeg(jpeg_file(kind, 16, 16, pixels), limits);
    BOOST_TEST(image.pixels.size() == 16 * 16 * image.channels);
    return {image.pixels.begin(), image.pixels.begin() + static_cast<std::ptrdiff_t>(image.channels)};
}

/// The mean of what each pixel of the middle square covers, summed pixel by pixel in the units of `size`:
/// every pixel of the picture is `size` of them wide, every one of the result `side`.
std::vector<double> means_of_middle(const Image& image, std::size_t size) {
    const std::size_t side = std::min(image.height, image.width);
    const std::size_t top = (image.height - side) / 2;
    const std::size_t left = (image.width - side) / 2;
    const auto shared = [&](std::size_t from, std::size_t to) {  // units that both cover
        const std::size_t begin = std::max(from * size, to * side);
        const std::size_t end = std::min((from + 1) * size, (to + 1) * side);
        return end > begin ? static_cast<double>(end - begin) : 0.0;
    };
    std::vector<double> means(image.channels * size * size);
    for (std::size_t i = 0; i < means.size(); ++i) {
        const std::size_t x = i % size;
        const std::size_t y = i / size % size;
        const std::size_t channel = i / size / size;
        for (std::size_t row = y * side / size; row < side && row * size < (y + 1) * side; ++row) {
            for (std::size_t column = x * side / size; column < side && column * size < (x + 1) * side;
                 ++column) {
                const double pixel =
                    image.pixels[((top + row) * image.width + left + column) * image.channels + channel];
                means[i] += pixel * shared(row, y) * shared(column, x);
            }
        }
        means[i] /= static_cast<double>(side * side);
    }
    return means;
}

/// Black, with white lines along the borders, where a wrong reduction shows.
Bytes framed(std::size_t width, std::size_t height, std::size_t channels) {
    Bytes pixels(width * height * channels);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const std::size_t x = i / channels % width;
        const std::size_t y = i / channels / width;
        const bool light = x % 97 < 5 || width - x < 4 || height - y < 6;
        pixels[i] = static_cast<std::uint8_t>(light ? 255 : 20 * (i % channels));
    }
    return pixels;
}

struct ImagesFixture {
    ScratchFolder folder;

    ImagesSource source(std::size_t size, std::size_t channels = 3) const {
        return {.files = "*",
                .folder = folder.path(),
                .size = size,
                .channels = channels,
                .range = {0, 255},
                .augmentation = {},
                .skip_broken = true,
                .holdout = 0};
    }
    std::string refused(const ImagesSource& what) const {
        return message_of([&] { open_images(what); });
    }
};

Floats picture(const Dataset& set, Split split, std::size_t index, std::uint64_t epoch = 0) {
    Floats values(set.description().fields[0].size());
    const std::span<float> span = values;
    set.read({split, index, epoch}, std::span(&span, 1));
    return values;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(images, ImagesFixture)

BOOST_AUTO_TEST_CASE(every_kind_of_png) {
    const auto same = boost::test_tools::per_element();
    BOOST_TEST(
        png_pixels({PNG_COLOR_TYPE_RGB, 8, false}, 2, {"abcdef"}) == (Bytes{'a', 'b', 'c', 'd', 'e', 'f'}),
        same);
    BOOST_TEST(png_pixels({PNG_COLOR_TYPE_RGB, 8, true}, 2, {"abcdef", "ghijkl"}) ==
                   (Bytes{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'}),
               same);
    BOOST_TEST(png_pixels({PNG_COLOR_TYPE_GRAY, 8, false}, 3, {"abc"}) == (Bytes{'a', 'b', 'c'}), same);
    BOOST_TEST(png_pixels({PNG_COLOR_TYPE_GRAY, 1, false}, 3, {"\xA0"}) == (Bytes{255, 0, 255}), same);
    BOOST_TEST(png_pixels({PNG_COLOR_TYPE_GRAY, 2, false}, 4, {"\x1B"}) == (Bytes{0, 85, 170, 255}), same);
    BOOST_TEST(png_pixels({PNG_COLOR_TYPE_GRAY, 4, false}, 2, {"\x0F"}) == (Bytes{0, 255}), same);
    // 16 bits are as bright as 8.
    BOOST_TEST(png_pixels({PNG_COLOR_TYPE_GRAY, 16, false}, 2, {"\x40\x40\xC8\xC8"}) == (Bytes{0x40, 0xC8}),
               same);
    BOOST_TEST(png_pixels({PNG_COLOR_TYPE_RGB, 16, false}, 1, {"aabbcc"}) == (Bytes{'a', 'b', 'c'}), same);
    BOOST_TEST(png_pixels({PNG_COLOR_TYPE_PALETTE, 2, false}, 4, {"\x1B"}) ==
                   (Bytes{0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255}),
               same);
    // Transparent is white.
    const Bytes alpha = png_pixels({PNG_COLOR_TYPE_RGB_ALPHA, 8, false}, 3,
                                   {std::string("abc\xFF"
                                                "abc\x00"
                                                "\x00\x00\x00\x80",
                                                12)});
    BOOST_TEST((Bytes{alpha.begin(), alpha.begin() + 6}) == (Bytes{'a', 'b', 'c', 255, 255, 255}), same);
    BOOST_TEST(alpha[6] > 100);
    BOOST_TEST(alpha[6] < 200);
    BOOST_TEST(png_pixels({PNG_COLOR_TYPE_GRAY_ALPHA, 8, false}, 2,
                          {std::string("a\xFF"
                                       "a\x00",
                                       4)}) == (Bytes{'a', 255}),
               same);
}

BOOST_AUTO_TEST_CASE(every_kind_of_jpeg) {
    const auto near = [](const Bytes& found, const Bytes& expected) {
        BOOST_TEST_REQUIRE(found.size() == expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            BOOST_TEST(std::abs(int{found[i]} - int{expected[i]}) <= 2);
        }
    };
    near(jpeg_colour({1, false}, {77}), {77});
    near(jpeg_colour({3, false}, {200, 100, 50}), {200, 100, 50});
    near(jpeg_colour({3, true}, {20, 100, 250}), {20, 100, 250});
    near(jpeg_colour({4, false}, {255, 255, 255, 255}), {255, 255, 255});  // no ink
    near(jpeg_colour({4, false}, {255, 0, 0, 255}), {255, 0, 0});
    near(jpeg_colour({4, false}, {255, 255, 255, 51}), {51, 51, 51});
    // Ink on ink is rounded, as everything is: 203 * 251 / 255 is 199.8.
    BOOST_TEST(jpeg_colour({4, false}, {203, 203, 203, 251}) == (Bytes{200, 200, 200}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(photographs_stand_as_the_camera_was_held) {
    // Rows 1 2 3 / 4 5 6 as each orientation stores them (Exif 2.3, table of "Orientation").
    const std::vector<Bytes> stored = {{1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1},
                                       {4, 5, 6, 1, 2, 3}, {1, 4, 2, 5, 3, 6}, {3, 6, 2, 5, 1, 4},
                                       {6, 3, 5, 2, 4, 1}, {4, 1, 5, 2, 6, 3}};
    for (unsigned orientation = 1; orientation <= 8; ++orientation) {
        const bool sideways = orientation >= 5;
        const Image image{std::size_t{sideways ? 3U : 2U}, std::size_t{sideways ? 2U : 3U}, 1,
                          stored[orientation - 1]};
        const Image found = upright(image, orientation);
        BOOST_TEST(found.width == 3);
        BOOST_TEST(found.pixels == (Bytes{1, 2, 3, 4, 5, 6}), boost::test_tools::per_element());
    }
    const std::string little =
        std::string("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0", 28);
    const std::string big =
        std::string("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0", 28);
    for (const std::string& marker : {little, big}) {
        const auto orientation_of = [](const std::string& text) {
            return exif_orientation({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
        };
        BOOST_TEST(orientation_of(marker) == 6);
        for (std::size_t size = 0; size < marker.size() - 4; ++size) {
            BOOST_TEST(orientation_of(marker.substr(0, size)) == 1);
        }
        for (std::size_t i = 6; i < marker.size(); ++i) {  // reads nothing beyond the end
            std::string damaged = marker;
            damaged[i] = '\xFF';
            BOOST_TEST(orientation_of(damaged) <= 8);
        }
        std::string whole = a_jpeg(16, false);
        whole.insert(2, "\xFF\xE1" + std::string({'\0', static_cast<char>(marker.size() + 2)}) + marker);
        const Image turned = decode_jpeg(whole, limits);
        const Image plain = decode_jpeg(a_jpeg(16, false), limits);
        BOOST_TEST(turned.pixels == upright(plain, 6).pixels, boost::test_tools::per_element());
        BOOST_TEST((turned.pixels != plain.pixels));
    }
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_or_damaged_is_no_picture) {
    const std::string png = a_png(20);
    const std::string jpeg = a_jpeg(20, false);
    const std::string progressive = a_jpeg(20, true);
    const std::size_t png_data = png.size() - 12 - 4;  // without the checksum of the data and the end mark
    for (std::size_t size = 8; size < png_data; ++size) {
        const std::string message = message_of([&] { decode_png(png.substr(0, size), limits); });
        BOOST_TEST(message.rfind("is no whole PNG picture: ", 0) == 0, size << ": " << message);
    }
    for (const std::string& whole : {jpeg, progressive}) {
        for (std::size_t size = 3; size + 2 < whole.size(); ++size) {
            const std::string message = message_of([&] { decode_jpeg(whole.substr(0, size), limits); });
            BOOST_TEST(message.rfind("is no whole JPEG picture: ", 0) == 0, size << ": " << message);
        }
    }
    // No damage may end the program, whatever it yields.
    for (const std::string& whole : {png, jpeg, progressive}) {
        for (std::size_t i = 0; i < whole.size(); ++i) {
            for (const unsigned flipped : {0x01U, 0x80U, 0xFFU}) {
                std::string damaged = whole;
                damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ flipped);
                message_of([&] { decode_png(damaged, limits); });
                message_of([&] { decode_jpeg(damaged, limits); });
            }
        }
    }
    BOOST_TEST(message_of([&] { decode_png(png, limits); }) == "nothing thrown");
}

BOOST_AUTO_TEST_CASE(sizes_are_checked_before_pixels_are_read) {
    const std::string png = a_png(20);
    BOOST_TEST(message_of([&] { decode_png(png, {.bytes = 1199}); }) ==
               "promises 20 x 20 pixels, which take 1.2 kB; there is room for 1.2 kB");
    BOOST_TEST(message_of([&] { decode_png(png, {.bytes = 1200}); }) == "nothing thrown");
    std::string jpeg = a_jpeg(20, false);
    const std::size_t frame = jpeg.find("\xFF\xC0");
    jpeg.replace(frame + 5, 4, "\xFF\xDC\xFF\xDC");  // 65500 x 65500
    BOOST_TEST(message_of([&] { decode_jpeg(jpeg, limits); }) ==
               "promises 65500 x 65500 pixels, which take 12.9 GB; there is room for 16.8 MB");
}

BOOST_AUTO_TEST_CASE(the_middle_is_scaled_by_areas) {
    const auto same = boost::test_tools::per_element();
    const Image wide{2, 4, 1, {9, 10, 20, 9, 9, 30, 40, 9}};
    BOOST_TEST(middle_square(wide, 2, 1) == (Bytes{10, 20, 30, 40}), same);
    BOOST_TEST(middle_square(wide, 1, 1) == Bytes{25}, same);
    BOOST_TEST(middle_square(wide, 2, 3) == (Bytes{10, 20, 30, 40, 10, 20, 30, 40, 10, 20, 30, 40}), same);
    const Image tall{4, 2, 1, {9, 9, 10, 20, 30, 40, 9, 9}};
    BOOST_TEST(middle_square(tall, 2, 1) == (Bytes{10, 20, 30, 40}), same);
    // 3 to 2: a pixel and a half each.
    const Image three{3, 3, 1, {0, 90, 180, 0, 90, 180, 0, 90, 180}};
    BOOST_TEST(middle_square(three, 2, 1) == (Bytes{30, 150, 30, 150}), same);
    // 2 to 4: between the centres, the border stays.
    const Image two{2, 2, 1, {0, 100, 0, 100}};
    const Bytes enlarged = middle_square(two, 4, 1);
    BOOST_TEST((Bytes{enlarged.begin(), enlarged.begin() + 4}) == (Bytes{0, 25, 75, 100}), same);
    const Image colour{1, 1, 3, {255, 0, 0}};
    BOOST_TEST(middle_square(colour, 1, 3) == (Bytes{255, 0, 0}), same);
    BOOST_TEST(middle_square(colour, 1, 1) == Bytes{76}, same);
}

BOOST_AUTO_TEST_CASE(large_photographs_are_means_of_what_they_cover) {
    // Around the multiples of the 8 pixels that JPEG codes together, and of the 16 where colours are halved.
    constexpr std::size_t size = 9;
    const std::vector<std::pair<std::uint32_t, std::uint32_t>> sizes = {
        {144, 144}, {145, 145}, {151, 151}, {152, 153}, {153, 150}, {159, 160}, {160, 161},
        {161, 159}, {145, 290}, {290, 151}, {289, 151}, {300, 145}, {18, 18},   {19, 35}};
    for (const auto& [width, height] : sizes) {
        for (const int channels : {1, 3, 4}) {
            for (const unsigned orientation : {1U, 3U, 6U}) {
                std::string file = jpeg_file({channels, false}, width, height,
                                             framed(width, height, static_cast<std::size_t>(channels)));
                const std::string marker =
                    std::string("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 24) +
                    static_cast<char>(orientation) + std::string(3, '\0');
                file.insert(2,
                            "\xFF\xE1" + std::string({'\0', static_cast<char>(marker.size() + 2)}) + marker);
                write_file(folder / "p.jpg", file);
                const Image whole = decode_jpeg(file, limits);
                BOOST_TEST_REQUIRE(whole.width == (orientation == 6 ? height : width));
                const std::vector<double> means = means_of_middle(whole, size);
                const std::size_t kept = channels == 1 ? 1 : 3;
                const Floats found = picture(*open_images(source(size, kept)), Split::train, 0);
                BOOST_TEST_REQUIRE(found.size() == means.size());
                // The same pixels as a PNG file.
                std::vector<std::string> rows;
                for (std::size_t y = 0; y < whole.height; ++y) {
                    const auto* row =
                        reinterpret_cast<const char*>(whole.pixels.data() + y * whole.width * kept);
                    rows.emplace_back(row, whole.width * kept);
                }
                write_file(folder / "p.jpg",
                           png_file({kept == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, 8, false},
                                    static_cast<std::uint32_t>(whole.width), rows));
                const Floats as_png = picture(*open_images(source(size, kept)), Split::train, 0);
                for (std::size_t i = 0; i < means.size(); ++i) {
                    BOOST_TEST(std::abs(double{found[i]} - means[i]) <= 0.5 + 1e-9,
                               width << " x " << height << " x " << channels << ", " << orientation
                                     << ": number " << i << " is " << found[i] << ", the mean " << means[i]);
                    BOOST_TEST(as_png[i] == found[i]);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(broken_pictures_are_left_out_and_named) {
    write_file(folder / "a.png", a_png(16));
    write_file(folder / "b.png", a_png(16).substr(0, 60));
    write_file(folder / "c.jpeg.png", a_jpeg(16, false));  // its content decides
    write_file(folder / "d.png", "");
    write_file(folder / "e.txt", "no picture");
    fs::create_symlink("self", folder / "self");
    fs::create_directory(folder / "f.png");
    ImagesSource all = source(8);
    const auto set = open_images(all);
    BOOST_TEST(set->description().train_count == 2);
    BOOST_TEST(picture(*set, Split::train, 1)[2 * 64] == 99, boost::test_tools::tolerance(0.03F));
    BOOST_TEST_REQUIRE(set->description().warnings.size() == 1);
    const std::string at = "\n" + folder.path().string();
    BOOST_TEST(set->description().warnings[0] ==
               "left out 3 of 5 files, which cannot be read as pictures" + at +
                   "/b.png is no whole PNG picture: read beyond end of data" + at + "/d.png is empty" + at +
                   "/e.txt is neither PNG nor JPEG");
    BOOST_TEST(set->description().origin == "2 pictures that match " + (folder / "*").string());
    all.skip_broken = false;
    BOOST_TEST(refused(all) ==
               (folder / "b.png").string() +
                   " is no whole PNG picture: read beyond end of data; `on_error = skip` leaves out "
                   "what cannot be read");
    all.skip_broken = true;
    all.files = "[de].*";
    BOOST_TEST(refused(all) == "no file matches " + (folder / "[de].*").string());
    all.files = "?.txt";
    BOOST_TEST(refused(all).find("no file that matches " + (folder / "?.txt").string() +
                                 " is a picture: left out 1 of 1 files") == 0);
    all.files = "none/*";
    BOOST_TEST(images_absent(all).value() == "no file matches " + (folder / "none/*").string());
    all.channels = 2;
    BOOST_TEST(refused(all).find("found channels = 2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(more_than_fits_is_refused_before_it_is_read) {
    for (int i = 0; i < 200; ++i) {
        write_file(folder / std::to_string(i), "");
    }
    ImagesSource all = source(1 << 20);
    BOOST_TEST(refused(all).find(
                   "200 files match " + (folder / "*").string() +
                   ", and 3 x 1048576 x 1048576 bytes for each make 659.7 TB; there is room for ") == 0,
               refused(all));
}

BOOST_AUTO_TEST_CASE(splits_and_hashes) {
    for (int i = 0; i < 10; ++i) {
        write_file(folder / ("p" + std::to_string(i)),
                   png_file({PNG_COLOR_TYPE_GRAY, 8, false}, 1, {std::string(1, static_cast<char>(20 * i))}));
    }
    ImagesSource some = source(1, 1);
    some.holdout = 0.3;
    const auto set = open_images(some);
    BOOST_TEST(set->description().train_count == 7);
    BOOST_TEST(set->description().test_count == 3);
    BOOST_TEST(set->description().warnings.empty());
    std::vector<float> seen;
    for (const Split split : {Split::train, Split::test}) {
        for (std::size_t i = 0; i < set->description().count(split); ++i) {
            seen.push_back(picture(*set, split, i)[0] / 20);
        }
    }
    std::sort(seen.begin(), seen.end());
    BOOST_TEST(seen == (Floats{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}), boost::test_tools::per_element());
    BOOST_TEST(open_images(some)->description().hash == set->description().hash);
    some.holdout = 0.05;
    BOOST_TEST(open_images(some)->description().hash != set->description().hash);
    BOOST_TEST(open_images(some)->description().warnings.size() == 1);
    some.range = {-1, 1};
    some.files = "p0";
    BOOST_TEST(picture(*open_images(some), Split::train, 0)[0] == -1);
}

BOOST_AUTO_TEST_CASE(training_pictures_vary_from_epoch_to_epoch) {
    for (const char* name : {"a", "b", "c", "d"}) {
        write_file(folder / name, a_png(32));
    }
    ImagesSource all = source(16);
    const Floats plain = picture(*open_images(all), Split::train, 0);
    Floats mirrored(plain.size());
    for (std::size_t i = 0; i < plain.size(); ++i) {
        mirrored[i] = plain[i - i % 16 + 15 - i % 16];
    }
    all.augmentation.flip = true;
    const auto flipping = open_images(all);
    int flips = 0;
    for (std::uint64_t epoch = 0; epoch < 100; ++epoch) {
        const Floats found = picture(*flipping, Split::train, 0, epoch);
        BOOST_TEST((found == plain || found == mirrored));
        BOOST_TEST((found == picture(*flipping, Split::train, 0, epoch)));
        flips += found == mirrored ? 1 : 0;
    }
    BOOST_TEST(flips > 30);
    BOOST_TEST(flips < 70);

    all.holdout = 0.25;
    for (int kind = 0; kind < 3; ++kind) {
        all.augmentation = {.flip = false,
                            .rotate = kind == 0 ? 30.0 : 0,
                            .zoom = kind == 1 ? 0.5 : 0,
                            .crop = kind == 2 ? 0.3 : 0};
        const auto set = open_images(all);
        const Floats first = picture(*set, Split::train, 0, 0);
        BOOST_TEST((first != plain));
        BOOST_TEST((first == picture(*open_images(all), Split::train, 0, 0)));
        BOOST_TEST((first != picture(*set, Split::train, 0, 1)));
        BOOST_TEST((first != picture(*set, Split::train, 1, 0)));
        BOOST_TEST((picture(*set, Split::test, 0, 3) == plain));
        BOOST_TEST(*std::min_element(first.begin(), first.end()) >= 0);
        BOOST_TEST(*std::max_element(first.begin(), first.end()) <= 255);
    }
}

BOOST_AUTO_TEST_CASE(views_move_what_they_say) {
    const auto same = boost::test_tools::per_element();
    const Bytes pixels = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    std::array<float, 256> table{};
    std::iota(table.begin(), table.end(), 0.0F);
    const auto shown = [&](double angle, double scale, double across, double down) {
        View view(Augmentation{}, 0, 0);
        view.angle = angle;
        view.scale = scale;
        view.across = across;
        view.down = down;
        Floats result(9);
        show(view, true, pixels.data(), 3, table, result);
        for (float& value : result) {
            value = std::round(value * 100) / 100;
        }
        return result;
    };
    BOOST_TEST(shown(0, 1, 0, 0) == (Floats{0, 1, 2, 3, 4, 5, 6, 7, 8}), same);
    BOOST_TEST(shown(0, 1, 1.0 / 3, 0) == (Floats{1, 0, 1, 4, 3, 4, 7, 6, 7}),
               same);  // to the right, mirrored
    BOOST_TEST(shown(0, 1, 0, 1.0 / 3) == (Floats{3, 4, 5, 0, 1, 2, 3, 4, 5}), same);  // down
    BOOST_TEST(shown(0, 2, 0, 0) == (Floats{2, 2.5F, 3, 3.5F, 4, 4.5F, 5, 5.5F, 6}), same);
    BOOST_TEST(shown(std::acos(0.0), 1, 0, 0) == (Floats{6, 3, 0, 7, 4, 1, 8, 5, 2}),
               same);  // a quarter turn
}

BOOST_AUTO_TEST_SUITE_END()
