#include <boost/test/unit_test.hpp>
#include <set>

#include "runtime/data/table.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::data;
using namespace gandsl::test;

namespace {

using Rows = std::vector<std::vector<float>>;

struct Fixture {
    ScratchFolder folder;
    TableSource source{.file = "t.csv", .folder = folder.path(), .columns = {}, .label = {}, .holdout = 0};

    DatasetPointer table(const std::string& content) const {
        write_file(folder / "t.csv", content);
        return open_table(source);
    }
    std::string refused(const std::string& content) const {
        const std::string message = message_of([&] { table(content); });
        const std::string name = (folder / "t.csv").string();
        return message.rfind(name, 0) == 0 ? message.substr(name.size())
                                           : "does not name the file: " + message;
    }
};

/// The examples of a split, each with its label behind its numbers.
Rows rows_of(const Dataset& set, Split split) {
    const Description& description = set.description();
    Rows rows;
    for (std::size_t index = 0; index < description.count(split); ++index) {
        std::vector<std::vector<float>> fields;
        for (const Field& field : description.fields) {
            fields.emplace_back(field.size());
        }
        std::vector<std::span<float>> spans(fields.begin(), fields.end());
        set.read({split, index}, spans);
        std::vector<float>& row = rows.emplace_back();
        for (const auto& field : fields) {
            row.insert(row.end(), field.begin(), field.end());
        }
    }
    return rows;
}

const char* const flowers = "width,height,kind\n1,10,rose\n2,20,aster\n3,30,rose\n4,50,lily\n";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(table, Fixture)

BOOST_AUTO_TEST_CASE(rows_become_vectors) {
    const auto set = table("1,2\n3,4.5\n-1e2, +7 \n");
    BOOST_TEST(set->description().fields.size() == 1);
    BOOST_TEST((rows_of(*set, Split::train) == Rows{{1, 2}, {3, 4.5F}, {-100, 7}}));
    source.columns = {"height"};
    BOOST_TEST((rows_of(*table(flowers), Split::train) == Rows{{10}, {20}, {30}, {50}}));
    source.columns = {"height", "width"};
    BOOST_TEST((rows_of(*table(flowers), Split::train) == Rows{{10, 1}, {20, 2}, {30, 3}, {50, 4}}));
}

BOOST_AUTO_TEST_CASE(a_label_is_a_second_value) {
    source.label = "kind";
    const auto set = table(flowers);
    BOOST_TEST_REQUIRE(set->description().fields.size() == 2);
    BOOST_TEST(set->description().fields[1].classes.value() == 3);
    BOOST_TEST((rows_of(*set, Split::train) == Rows{{1, 10, 2}, {2, 20, 0}, {3, 30, 2}, {4, 50, 1}}));
    BOOST_TEST(set->description().origin == (folder / "t.csv").string() + ", labels aster, lily, rose");
    // Numbers have the order of numbers.
    const auto numbers = table("a,kind\n0,10\n0,9\n0,100\n");
    BOOST_TEST((rows_of(*numbers, Split::train) == Rows{{0, 1}, {0, 0}, {0, 2}}));
}

BOOST_AUTO_TEST_CASE(the_test_split_is_picked_once_and_for_all) {
    std::string content;
    for (int row = 0; row < 50; ++row) {
        content += std::to_string(row) + "\n";
    }
    source.holdout = 0.2;
    const auto set = table(content);
    std::set<float> seen;
    for (const Split split : {Split::train, Split::test}) {
        for (const auto& row : rows_of(*set, split)) {
            seen.insert(row[0]);
        }
    }
    BOOST_TEST(seen.size() == 50);
    BOOST_TEST(set->description().test_count == 10);
    BOOST_TEST((rows_of(*set, Split::test) == rows_of(*table(content), Split::test)));
    BOOST_TEST(set->description().warnings.empty());
    const auto few = table("1\n2\n3\n");
    BOOST_TEST_REQUIRE(few->description().warnings.size() == 1);
    BOOST_TEST(few->description().warnings[0] ==
               "test split without examples: `holdout = 0.2` of 3 keeps none; nothing can be measured on it");
}

BOOST_AUTO_TEST_CASE(scaling_looks_at_the_training_split) {
    std::string content;
    for (int row = 0; row < 40; ++row) {
        content += std::to_string(row * row) + "," + std::to_string(5) + "\n";
    }
    source.scale = Scale::standard;
    source.holdout = 0.25;
    const auto set = table(content);
    double sum = 0;
    double square = 0;
    for (const auto& row : rows_of(*set, Split::train)) {
        sum += double{row[0]} / 30;
        square += double{row[0]} * double{row[0]} / 30;
        BOOST_TEST(row[1] == 0);
    }
    BOOST_TEST(std::abs(sum) < 1e-6);
    BOOST_TEST(square == 1, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong) {
    BOOST_TEST(
        refused(flowers) ==
        ", line 2: column 'kind' has 'rose'; expected a number; text is left out with `columns = \"...\"` or "
        "becomes a second value with `label = \"kind\"`");
    BOOST_TEST(refused("a,b\n1,\n") == ", line 2: column 'b' is empty; expected a number");
    BOOST_TEST(refused("a,b\n") == " has a header and no rows after it");
    BOOST_TEST(refused("") == " has no rows");
    BOOST_TEST(refused("\xFF\xFE"
                       "a") ==
               " is not UTF-8: byte 0 (in line 1) is 0xff; convert it, for instance with: iconv -f utf-16 -t "
               "utf-8");
    source.label = "sort";
    BOOST_TEST(refused(flowers) == " has no column 'sort'; its columns are 'width', 'height', 'kind'");
    source.label = "kind";
    BOOST_TEST(refused("kind\na\nb\n") ==
               ", line 1: the label is the only column; expected columns of numbers beside it");
    source.columns = {"width", "weight"};
    BOOST_TEST(refused(flowers) == " has no column 'weight'; its columns are 'width', 'height', 'kind'");
}

BOOST_AUTO_TEST_CASE(lists_of_names) {
    using Names = std::vector<std::string>;
    BOOST_TEST((split_names("a, b c ,d") == Names{"a", "b c", "d"}));
    BOOST_TEST((split_names("a") == Names{"a"}));
    BOOST_TEST((split_names("a,,") == Names{"a", "", ""}));
}

BOOST_AUTO_TEST_SUITE_END()
