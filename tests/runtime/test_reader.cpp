#include <atomic>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <stdexcept>

#include "autodiff/error.hpp"
#include "runtime/data/reader.hpp"

using namespace gandsl;
using namespace gandsl::data;

namespace {

/// Example i is the pair (i, epoch) and the number 2 i; reading example `broken` throws.
class Counting final : public Dataset {
  public:
    explicit Counting(std::size_t count, std::size_t broken = ~std::size_t{0}) : broken_(broken) {
        description_.source = "counting";
        description_.fields = {Field{"pair", {2}, std::nullopt}, Field{"double", {}, std::nullopt}};
        description_.train_count = count;
        description_.test_count = count;
    }

    const Description& description() const override { return description_; }

    void read(const Example& example, std::span<const std::span<float>> fields) const override {
        ++reads_;
        if (example.index == broken_) {
            throw Error(ErrorCode::file, "example " + std::to_string(example.index) + " is broken");
        }
        if (!fields.empty() && !fields[0].empty()) {
            fields[0][0] = static_cast<float>(example.index);
            fields[0][1] = static_cast<float>(example.epoch);
        }
        if (fields.size() > 1) {
            fields[1][0] = static_cast<float>(2 * example.index);
        }
    }

    std::size_t reads() const { return reads_; }

  private:
    Description description_;
    std::size_t broken_;
    mutable std::atomic<std::size_t> reads_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(reader)

BOOST_AUTO_TEST_CASE(yields_the_order_across_epochs) {
    const auto set = std::make_shared<Counting>(10);
    const Order order{5, 10};
    Reader::Options options;
    options.batch = 4;
    Reader reader(set, order, options);
    Batch batch;
    for (std::uint64_t k = 0; k < 20; ++k) {
        reader.next(batch);
        BOOST_TEST(batch.position == 4 * k);
        BOOST_TEST(batch.size == 4);
        BOOST_TEST(batch.fields.size() == 2);
        BOOST_TEST(batch.fields[0].size() == 8);
        for (std::size_t i = 0; i < 4; ++i) {
            const auto place = order.at(4 * k + i);
            BOOST_TEST(batch.fields[0][2 * i] == static_cast<float>(place.index));
            BOOST_TEST(batch.fields[0][2 * i + 1] == static_cast<float>(place.epoch));
            BOOST_TEST(batch.fields[1][i] == static_cast<float>(2 * place.index));
        }
    }
}

BOOST_AUTO_TEST_CASE(goes_on_from_any_position) {
    const auto set = std::make_shared<Counting>(10);
    Reader::Options options;
    options.batch = 3;
    Reader whole(set, {1, 10}, options);
    options.position = 3 * 7;
    Reader resumed(set, {1, 10}, options);
    Batch expected;
    Batch found;
    for (int k = 0; k < 7; ++k) {
        whole.next(expected);
    }
    for (int k = 0; k < 5; ++k) {
        whole.next(expected);
        resumed.next(found);
        BOOST_TEST(expected.position == found.position);
        BOOST_TEST(expected.fields[0] == found.fields[0], boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(reads_no_further_than_the_queue) {
    const auto set = std::make_shared<Counting>(1000);
    Reader::Options options;
    options.batch = 5;
    options.queue = 2;
    {
        Reader reader(set, {1, 1000}, options);
        Batch batch;
        reader.next(batch);
        reader.next(batch);
    }  // ends while the thread waits for room or reads
    BOOST_TEST(set->reads() >= 10);
    BOOST_TEST(set->reads() <= 5 * (2 + 2 + 1));
}

BOOST_AUTO_TEST_CASE(leaves_out_fields_that_nobody_wants) {
    const auto set = std::make_shared<Counting>(10);
    Reader::Options options;
    options.field_count = 1;
    Reader reader(set, {1, 10}, options);
    Batch batch;
    reader.next(batch);
    BOOST_TEST(batch.fields.size() == 1);
}

BOOST_AUTO_TEST_CASE(errors_arrive_at_the_caller) {
    const Order order{2, 10};
    const auto set = std::make_shared<Counting>(10, order.at(7).index);
    Reader::Options options;
    options.batch = 3;
    Reader reader(set, order, options);
    Batch batch;
    reader.next(batch);
    reader.next(batch);
    const std::string expected = "example " + std::to_string(order.at(7).index) + " is broken";
    for (int again = 0; again < 2; ++again) {
        try {
            reader.next(batch);
            BOOST_ERROR("nothing thrown");
        } catch (const Error& error) {
            BOOST_TEST(error.what() == expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_cannot_be_read) {
    const auto set = std::make_shared<Counting>(10);
    Reader::Options options;
    BOOST_CHECK_THROW(Reader(set, Order{0, 11}, options), Error);
    options.batch = 0;
    BOOST_CHECK_THROW(Reader(set, Order{0, 10}, options), Error);
}

BOOST_AUTO_TEST_CASE(reads_a_split_in_turn) {
    const Counting set(10);
    Batch batch;
    read_in_order(set, Split::test, 8, 4, 99, batch);
    BOOST_TEST(batch.size == 2);
    BOOST_TEST(batch.fields[1] == (std::vector<float>{16, 18}), boost::test_tools::per_element());
    read_in_order(set, Split::test, 10, 4, 99, batch);
    BOOST_TEST(batch.size == 0);
    BOOST_TEST(batch.fields[0].empty());
}

BOOST_AUTO_TEST_SUITE_END()
