#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "runtime/data/mnist.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::test;

namespace {

/// Three training examples and two for testing, of 2 x 2 pixels.
void write_set(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    write_file(folder / "train-images-idx3-ubyte",
               idx_content(0x803, {3, 2, 2}, std::string("\0\xff\x33\0aaaabbbb", 12)));
    write_gzipped(folder / "train-labels.idx1-ubyte.gz", idx_content(0x801, {3}, std::string("\1\0\t", 3)));
    write_file(folder / "t10k-images.idx3-ubyte", idx_content(0x803, {2, 2, 2}, "ccccdddd"));
    write_gzipped(folder / "t10k-labels-idx1-ubyte.gz", idx_content(0x801, {2}, "\4\5"));
}

data::SearchPath only(const std::filesystem::path& given) {
    data::SearchPath places;
    places.given = given;
    places.system = given / "nothing";
    return places;
}

std::vector<float> read_image(const data::Dataset& set, data::Split split, std::size_t index) {
    std::vector<float> image(set.description().fields[0].size());
    const std::array<std::span<float>, 1> spans = {image};
    set.read({split, index}, spans);
    return image;
}

float read_label(const data::Dataset& set, data::Split split, std::size_t index) {
    float label = -1;
    const std::array<std::span<float>, 2> spans = {std::span<float>{}, std::span(&label, 1)};
    set.read({split, index}, spans);
    return label;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mnist)

BOOST_AUTO_TEST_CASE(reads_both_splits_into_the_range) {
    const ScratchFolder folder;
    write_set(folder / "mnist");
    const auto search = data::find_mnist("mnist", only(folder.path()));
    BOOST_REQUIRE(search.files.has_value());
    const auto set = data::open_mnist("mnist", *search.files, {-1, 1});
    const auto& description = set->description();
    BOOST_TEST(description.source == "mnist");
    BOOST_TEST(description.origin == (folder / "mnist").string());
    BOOST_TEST(description.train_count == 3);
    BOOST_TEST(description.test_count == 2);
    BOOST_TEST(description.fields.size() == 2);
    BOOST_TEST(description.fields[0].shape == (std::vector<std::size_t>{1, 2, 2}),
               boost::test_tools::per_element());
    BOOST_TEST(description.fields[1].shape.empty());
    BOOST_TEST((description.fields[1].classes == 10));
    BOOST_TEST(read_image(*set, data::Split::train, 0) == (std::vector<float>{-1, 1, -0.6F, -1}),
               boost::test_tools::per_element());
    BOOST_TEST(read_label(*set, data::Split::train, 2) == 9);
    BOOST_TEST(read_label(*set, data::Split::test, 1) == 5);
}

BOOST_AUTO_TEST_CASE(looks_in_the_named_folder_first) {
    const ScratchFolder folder;
    write_set(folder.path());
    BOOST_TEST(data::find_mnist("mnist", only(folder.path())).files->folder == folder.path());
    write_set(folder / "fashion-mnist");
    BOOST_TEST(data::find_mnist("mnist", only(folder.path())).files->folder == folder.path());
    BOOST_TEST(data::find_mnist("fashion-mnist", only(folder.path())).files->folder ==
               folder / "fashion-mnist");
}

BOOST_AUTO_TEST_CASE(takes_places_in_their_order) {
    data::SearchPath places;
    places.given = "/given";
    places.environment = "/environment";
    places.cache = "/cache";
    const std::vector<std::filesystem::path> expected = {"/given/mnist",       "/given",
                                                         "/environment/mnist", "/environment",
                                                         "/cache/mnist",       "/usr/share/datasets/mnist"};
    BOOST_TEST((data::folders_for(places, "mnist") == expected));
    BOOST_TEST(message_of([] { data::find_search_path("/no/such/folder"); }) ==
               "--data /no/such/folder: there is no such folder");
}

BOOST_AUTO_TEST_CASE(says_where_it_looked) {
    const ScratchFolder folder;
    const auto search = data::find_mnist("mnist", only(folder.path()));
    BOOST_TEST(!search.files.has_value());
    const std::string path = folder.path().string();
    BOOST_TEST(search.absent == "no train-images-idx3-ubyte[.gz] in " + path + "/mnist, " + path + ", " +
                                    path + "/nothing/mnist");
}

BOOST_AUTO_TEST_CASE(a_broken_set_is_not_an_absent_one) {
    const ScratchFolder folder;
    write_set(folder.path());
    std::filesystem::remove(folder / "t10k-labels-idx1-ubyte.gz");
    BOOST_TEST(message_of([&] { data::find_mnist("mnist", only(folder.path())); }) ==
               (folder / "t10k-labels-idx1-ubyte").string() +
                   "[.gz] is not there, but train-images-idx3-ubyte is; expected all four files of the set");
}

BOOST_AUTO_TEST_CASE(labels_and_pictures_belong_together) {
    const ScratchFolder folder;
    write_set(folder.path());
    const auto open = [&] {
        data::open_mnist("mnist", *data::find_mnist("mnist", only(folder.path())).files, {});
    };

    write_gzipped(folder / "t10k-labels-idx1-ubyte.gz", idx_content(0x801, {3}, "\4\5\6"));
    BOOST_TEST(message_of(open) == (folder / "t10k-labels-idx1-ubyte.gz").string() + " has 3 labels, but " +
                                       (folder / "t10k-images.idx3-ubyte").string() +
                                       " has 2 pictures; expected as many");

    write_gzipped(folder / "t10k-labels-idx1-ubyte.gz", idx_content(0x801, {2}, "\4\x0a"));
    BOOST_TEST(message_of(open) ==
               (folder / "t10k-labels-idx1-ubyte.gz").string() + ": label 1 is 10; expected 0 to 9");

    write_gzipped(folder / "t10k-labels-idx1-ubyte.gz", idx_content(0x801, {2}, "\4\5"));
    write_file(folder / "t10k-images.idx3-ubyte", idx_content(0x803, {2, 2, 1}, "cccc"));
    BOOST_TEST(message_of(open) == (folder / "t10k-images.idx3-ubyte").string() +
                                       " has pictures of 2 x 1, but those for training are 2 x 2");
}

BOOST_AUTO_TEST_CASE(the_hash_follows_the_content) {
    const ScratchFolder folder;
    write_set(folder.path());
    const auto hash = [&](data::Range range) {
        return data::open_mnist("mnist", *data::find_mnist("mnist", only(folder.path())).files, range)
            ->description()
            .hash;
    };
    const std::string first = hash({0, 1});
    BOOST_TEST(first == hash({-1, 1}));
    write_gzipped(folder / "t10k-labels-idx1-ubyte.gz", idx_content(0x801, {2}, "\4\6"));
    BOOST_TEST(first != hash({0, 1}));
}

BOOST_AUTO_TEST_CASE(idx_source_holds_out_a_tenth) {
    const ScratchFolder folder;
    std::string pixels;
    for (int i = 0; i < 100; ++i) {
        pixels += static_cast<char>(i);
    }
    write_file(folder / "pictures", idx_content(0x803, {100, 1, 1}, pixels));
    write_file(folder / "classes", idx_content(0x801, {100}, pixels));
    data::IdxSource source;
    source.images = "pictures";
    source.labels = "classes";
    source.folder = folder.path();
    source.range = {0, 255};
    BOOST_TEST(!data::idx_absent(source).has_value());
    const auto set = data::open_idx(source);
    BOOST_TEST(set->description().train_count == 90);
    BOOST_TEST(set->description().test_count == 10);
    BOOST_TEST((set->description().fields[1].classes == 100));
    std::set<float> seen;
    for (const auto split : {data::Split::train, data::Split::test}) {
        for (std::size_t i = 0; i < set->description().count(split); ++i) {
            const float pixel = read_image(*set, split, i)[0];
            BOOST_TEST(pixel == read_label(*set, split, i));
            seen.insert(pixel);
        }
    }
    BOOST_TEST(seen.size() == 100);

    source.labels.reset();
    BOOST_TEST(data::open_idx(source)->description().fields.size() == 1);
    source.images = "elsewhere/pictures";
    BOOST_TEST(*data::idx_absent(source) == "no file " + (folder / "elsewhere/pictures").string());
}

BOOST_AUTO_TEST_CASE(held_out_examples_follow_no_pattern_of_the_file) {
    const auto test = data::held_out(60000, 0.1);
    BOOST_TEST(test.size() == 6000);
    BOOST_TEST(std::is_sorted(test.begin(), test.end()));
    BOOST_TEST((std::adjacent_find(test.begin(), test.end()) == test.end()));
    BOOST_TEST(test.back() < 60000);
    std::array<int, 10> of_class{};  // in a file whose labels go round
    std::array<int, 10> of_part{};   // in a file sorted by its labels
    for (const std::size_t i : test) {
        ++of_class[i % 10];
        ++of_part[i / 6000];
    }
    for (std::size_t c = 0; c < 10; ++c) {
        // Six standard deviations of drawing 600 of 6000 without putting back: 6 * sqrt(600 * 0.9 * 0.9) =
        // 132.
        BOOST_TEST(std::abs(of_class[c] - 600) < 132);
        BOOST_TEST(std::abs(of_part[c] - 600) < 132);
    }
    BOOST_TEST(data::held_out(9, 0.1).empty());
    BOOST_TEST(data::held_out(5, 0).empty());
    BOOST_CHECK_THROW(data::held_out(5, 1), Error);
    BOOST_CHECK_THROW(data::held_out(5, -0.1), Error);
}

BOOST_AUTO_TEST_CASE(reads_fashion_mnist_as_debian_packages_it) {
    data::SearchPath places;
    const auto search = data::find_mnist("fashion-mnist", places);
    BOOST_REQUIRE_MESSAGE(search.files.has_value(), "install Debian's package dataset-fashion-mnist");
    const auto set = data::open_mnist("fashion_mnist", *search.files, {0, 1});
    BOOST_TEST(set->description().train_count == 60000);
    BOOST_TEST(set->description().test_count == 10000);
    // The published means: 0.2860 over the training pictures; 6000 of each class.
    double sum = 0;
    std::array<int, 10> of_class{};
    for (std::size_t i = 0; i < 60000; ++i) {
        for (const float pixel : read_image(*set, data::Split::train, i)) {
            sum += pixel;
        }
        ++of_class[static_cast<std::size_t>(read_label(*set, data::Split::train, i))];
    }
    BOOST_TEST(std::abs(sum / (60000.0 * 784) - 0.2860) < 0.00006);
    for (const int count : of_class) {
        BOOST_TEST(count == 6000);
    }
}

BOOST_AUTO_TEST_SUITE_END()
