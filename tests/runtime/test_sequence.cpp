#include <boost/test/unit_test.hpp>
#include <numeric>
#include <set>

#include "runtime/data/reader.hpp"
#include "runtime/data/sequence.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::data;
using test::message_of;

namespace {

/// The sequence 0, 1, 2, ...
std::shared_ptr<const Sequence> counting(std::size_t steps, std::size_t length, double holdout,
                                         Stride stride) {
    std::vector<float> values(steps);
    std::iota(values.begin(), values.end(), 0.0F);
    return std::make_shared<Sequence>(Description{}, Field{"step", {length}, std::nullopt}, std::move(values),
                                      Windows(steps, length, holdout, stride, "counting"));
}

std::vector<float> window(const Dataset& set, const Example& example) {
    std::vector<float> values(set.description().fields[0].size());
    const std::span<float> span = values;
    set.read(example, std::span(&span, 1));
    return values;
}

float begin(const Dataset& set, Split split, std::size_t index, std::uint64_t epoch = 0) {
    return window(set, {split, index, epoch})[0];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sequence)

BOOST_AUTO_TEST_CASE(tiled_windows_cover_the_sequence_from_every_offset) {
    for (const std::size_t steps : {9U, 15U, 16U, 17U, 23U, 100U, 103U}) {
        const std::size_t length = 8;
        const auto set = counting(steps, length, 0, Stride::tiled);
        const std::size_t count = set->description().train_count;
        std::set<float> offsets;
        for (std::uint64_t epoch = 0; epoch < 2 * length; ++epoch) {
            const float offset = begin(*set, Split::train, 0, epoch);
            offsets.insert(offset);
            for (std::size_t index = 0; index < count; ++index) {
                const std::vector<float> now = window(*set, {Split::train, index, epoch});
                const std::vector<float> next = window(*set, {Split::train, index, epoch, 1});
                for (std::size_t i = 0; i < length; ++i) {
                    BOOST_TEST(now[i] == offset + static_cast<float>(index * length + i));
                    BOOST_TEST(next[i] == now[i] + 1);
                }
            }
            BOOST_TEST(offset + static_cast<float>(count * length) < static_cast<float>(steps));
        }
        BOOST_TEST(offsets.size() == std::min(length, steps - count * length));
        BOOST_TEST(steps - count * length <= 2 * length, steps << " steps leave too much unseen");
    }
}

BOOST_AUTO_TEST_CASE(an_offset_comes_again_when_all_had_their_turn) {
    const auto set = counting(100, 8, 0, Stride::tiled);
    std::set<float> first;
    for (std::uint64_t epoch = 0; epoch < 8; ++epoch) {
        first.insert(begin(*set, Split::train, 0, epoch));
    }
    BOOST_TEST(first.size() == 8);
}

BOOST_AUTO_TEST_CASE(the_test_split_is_the_end) {
    const auto tiled = counting(100, 8, 0.2, Stride::tiled);
    BOOST_TEST(tiled->description().test_count == 2);
    BOOST_TEST(begin(*tiled, Split::test, 0) == 80);
    BOOST_TEST(begin(*tiled, Split::test, 1, 5) == 88);
    for (std::uint64_t epoch = 0; epoch < 8; ++epoch) {
        const std::size_t last = tiled->description().train_count - 1;
        BOOST_TEST(window(*tiled, {Split::train, last, epoch, 1}).back() < 80);
    }
    const auto sliding = counting(100, 8, 0.2, Stride::sliding);
    BOOST_TEST(sliding->description().train_count == 72);
    BOOST_TEST(sliding->description().test_count == 12);
    BOOST_TEST(begin(*sliding, Split::train, 71, 3) == 71);
    BOOST_TEST(begin(*sliding, Split::test, 11) == 91);
    BOOST_TEST(window(*sliding, {Split::test, 11, 0, 1}).back() == 99);
    BOOST_TEST(window(*sliding, {Split::train, 71, 0, 1}).back() == 79);
}

BOOST_AUTO_TEST_CASE(short_sequences) {
    BOOST_TEST(
        message_of([] { Windows(8, 8, 0, Stride::tiled, "a.txt (8 symbols)"); }) ==
        "a.txt (8 symbols): too short: a window of length 8 and the step after it need 9, and 8 are for "
        "training; a smaller `length` would fit");
    BOOST_TEST(message_of([] { Windows(0, 1, 0.1, Stride::sliding, "empty"); }).find("too short") !=
               std::string::npos);
    BOOST_TEST(counting(9, 8, 0, Stride::tiled)->description().train_count == 1);
    BOOST_TEST(counting(9, 8, 0, Stride::sliding)->description().train_count == 1);
    const auto set = counting(40, 8, 0.2, Stride::tiled);
    BOOST_TEST(set->description().test_count == 0);
    BOOST_TEST_REQUIRE(set->description().warnings.size() == 1);
    BOOST_TEST(
        set->description().warnings[0] ==
        "test split shorter than the window: it has 8 steps, and 9 make an example and what follows it; "
        "nothing can be measured on it");
    BOOST_TEST(counting(50, 8, 0.2, Stride::tiled)->description().warnings.empty());
    BOOST_TEST(counting(40, 8, 0, Stride::tiled)->description().warnings.empty());
    BOOST_TEST(message_of([] { Windows(9, 0, 0, Stride::tiled, ""); }) ==
               "a window has at least 1 step; found length = 0");
    BOOST_TEST(message_of([] { Windows(9, 2, 1, Stride::tiled, ""); }).find("holdout") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(batches_have_what_follows_when_asked) {
    const auto set = counting(100, 4, 0, Stride::tiled);
    Reader::Options options;
    options.batch = 3;
    options.next = true;
    Reader reader(set, {7, set->description().train_count}, options);
    Batch batch;
    for (int step = 0; step < 20; ++step) {
        reader.next(batch);
        BOOST_TEST_REQUIRE(batch.next_fields.size() == 1);
        BOOST_TEST_REQUIRE(batch.next_fields[0].size() == 12);
        for (std::size_t i = 0; i < 12; ++i) {
            BOOST_TEST(batch.next_fields[0][i] == batch.fields[0][i] + 1);
        }
    }
    read_in_order(*set, Split::train, 22, 5, 1, batch, true);
    BOOST_TEST(batch.size == 2);
    BOOST_TEST(batch.next_fields[0][7] == batch.fields[0][7] + 1);
    read_in_order(*set, Split::train, 0, 5, 1, batch);
    BOOST_TEST(batch.next_fields.empty());
}

BOOST_AUTO_TEST_CASE(the_hash_tells_contents_and_splits_apart) {
    const std::string hash = counting(50, 8, 0.2, Stride::tiled)->description().hash;
    BOOST_TEST(hash == counting(50, 8, 0.2, Stride::tiled)->description().hash);
    BOOST_TEST(hash != counting(50, 8, 0.1, Stride::tiled)->description().hash);
    BOOST_TEST(hash != counting(51, 8, 0.2, Stride::tiled)->description().hash);
}

BOOST_AUTO_TEST_SUITE_END()
