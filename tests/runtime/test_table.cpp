#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "runtime/data/table.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::data;
using namespace gandsl::test;

namespace {

using Rows = std::vector<std::vector<float>>;

struct TableFixture {
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

BOOST_FIXTURE_TEST_SUITE(table, TableFixture)

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

BOOST_AUTO_TEST_CASE(a_share_that_is_whole_is_not_rounded_down) {
    // 0.29 * 100 is 28.999999999999996 in double.
    for (std::size_t count = 1; count <= 1000; ++count) {
        for (std::size_t percent = 0; percent < 100; ++percent) {
            BOOST_TEST_REQUIRE(held_out_count(count, static_cast<double>(percent) / 100) ==
                               count * percent / 100);
        }
    }
}

BOOST_AUTO_TEST_CASE(whole_numbers_that_are_rounded_are_told) {
    const auto set = table("a\n16777217\n3\n0.1\n");
    BOOST_TEST_REQUIRE(set->description().warnings.size() == 1);
    BOOST_TEST(set->description().warnings[0].find(": 1 whole number, such as 16777217, beyond") !=
                   std::string::npos,
               set->description().warnings[0]);
    source.scale = Scale::standard;
    BOOST_TEST(table("a\n16777217\n3\n0.1\n")->description().warnings.empty());
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
    BOOST_TEST(refused("a,b\n") ==
               " has a header and no rows after it; if its line is data, write `header = false`");
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

BOOST_AUTO_TEST_CASE(names_and_cells_without_the_blanks_around_them) {
    source.columns = {"height", "a b"};
    const Rows expected = {{2, 1}, {4, 3}};
    BOOST_TEST(
        (rows_of(*table("\xEF\xBB\xBF \"a b\" , height,kind\r\n 1, \"2\" ,x\r\n\"3\",\t4,y\r\n \r\n\r\n"),
                 Split::train) == expected));
    source.columns = {"height, cm"};
    BOOST_TEST((rows_of(*table("\"height, cm\",b\n5,0\n6,1\n"), Split::train) == Rows{{5}, {6}}));
    source.columns = {};
    source.label = " kind ";
    BOOST_TEST((rows_of(*table("a, kind\n1, x\n2,x \n3,\" x\"\n4,y\n"), Split::train) ==
                Rows{{1, 0}, {2, 0}, {3, 0}, {4, 1}}));
}

BOOST_AUTO_TEST_CASE(columns_are_named_once) {
    const std::string twice = ", line 1: column 1 and column 3 are both named 'a'; ";
    BOOST_TEST(refused("a,b,a \n1,2,3\n").rfind(twice, 0) == 0, refused("a,b,a \n1,2,3\n"));
    source.columns = {"a"};
    BOOST_TEST(refused("a,b,a\n1,2,3\n").rfind(twice, 0) == 0);
    source.columns = {"b"};
    BOOST_TEST((rows_of(*table("a,b,a\n1,2,3\n"), Split::train) == Rows{{2}}));
    source.columns = {"b", "b"};
    BOOST_TEST(refused("a,b\n1,2\n").find("`columns` has 'b' twice") != std::string::npos);
    source.columns = {};
    BOOST_TEST(
        refused(",a\n0,1\n").rfind(", line 1: column 1 has no name; name it, or say which columns", 0) == 0);
    source.columns = {"a"};
    BOOST_TEST((rows_of(*table("a,b,\n1,2,\n3,4,\n"), Split::train) == Rows{{1}, {3}}));
    source.columns = {};
    BOOST_TEST(
        refused("a,b\n1,2,\n") ==
        ", line 2: has 3 cells, but the header in line 1 has 2; a separator at the end of a line begins "
        "another cell");
    BOOST_TEST(refused("a,b,c\n1,2\n") == ", line 2: has 2 cells, but the header in line 1 has 3");
}

BOOST_AUTO_TEST_CASE(labels_are_compared_as_what_they_are) {
    source.label = "k";
    const auto numbers = table("a,k\n0,1\n1,1.0\n2,01\n3, 10\n4,9\n5,+9\n6,-0\n7,0\n");
    BOOST_TEST((rows_of(*numbers, Split::train) ==
                Rows{{0, 1}, {1, 1}, {2, 1}, {3, 3}, {4, 2}, {5, 2}, {6, 0}, {7, 0}}));
    BOOST_TEST(numbers->description().warnings.empty());
    // Among texts "1" and "1.0" are two.
    BOOST_TEST(table("a,k\n0,1\n1,1.0\n2,x\n")->description().fields[1].classes.value() == 3);
    BOOST_TEST(
        refused("a,k\n0,x\n1,\n") ==
        ", line 3: column 'k' is empty; expected the name of a class; leave such rows out of the file, or "
        "name their class");
    for (const char* cell : {"NA", "n/a", "NaN", "null", " ?"}) {
        const std::string message = refused(std::string("a,k\n0,x\n1,") + cell + "\n");
        BOOST_TEST(message.find(", line 3: column 'k' has ") == 0, message);
        BOOST_TEST(message.find(", which stands for a missing value; expected the name of a class") !=
                       std::string::npos,
                   message);
    }
}

BOOST_AUTO_TEST_CASE(labels_that_are_numbers_to_predict_are_told) {
    source.label = "price";
    std::string prices = "area,price\n";
    std::string ids = prices;
    for (int row = 0; row < 60; ++row) {
        prices += "1," + std::to_string(100 + row) + ".5\n";
        ids += "1," + std::to_string(row) + "\n";
    }
    for (const std::string& content : {prices, ids}) {
        const auto set = table(content);
        BOOST_TEST_REQUIRE(set->description().warnings.size() == 1);
        BOOST_TEST(set->description().warnings[0].find(": 60 classes in 60 rows; a label is the rank") !=
                       std::string::npos,
                   set->description().warnings[0]);
    }
    BOOST_TEST(table(prices)->description().warnings[0].find("not whole, such as 100.5: ") !=
               std::string::npos);
    // Few classes, and whole: as labels are.
    std::string kinds = "area,price\n";
    for (int row = 0; row < 60; ++row) {
        kinds += "1," + std::to_string(row % 30) + "\n";
    }
    BOOST_TEST(table(kinds)->description().warnings.empty());
}

BOOST_AUTO_TEST_CASE(other_separators_are_recognised_and_said) {
    for (const std::string separator : {";", "\t", "|"}) {
        const std::string spelled = separator == "\t" ? "\\t" : separator;
        const std::string hint =
            "; cells seem to be separated by \"" + spelled + "\": write `separator = \"" + spelled + "\"`";
        const std::string plain = "w" + separator + "h\n0.0" + separator + "0.5\n1" + separator + "-0.2\n";
        const std::string decimal = "w" + separator + "h\n0,0" + separator + "0,5\n1" + separator + "-0,2\n";
        const std::string bare = "0,0" + separator + "0,5\n1,0" + separator + "-0,2\n";
        source.format = {};
        for (const std::string& content : {plain, decimal, bare}) {
            BOOST_TEST(refused(content).find(hint) != std::string::npos, refused(content));
        }
        source.columns = {"w"};
        BOOST_TEST(refused(plain).find(hint) != std::string::npos, refused(plain));
        source.columns = {};
        source.format.separator = separator[0];
        BOOST_TEST((rows_of(*table(plain), Split::train) == Rows{{0, 0.5F}, {1, -0.2F}}));
        for (const std::string& content : {decimal, bare}) {
            BOOST_TEST(
                refused(content).find("; decimal commas and commas between thousands are not read: write "
                                      "a decimal point, ") != std::string::npos,
                refused(content));
        }
        BOOST_TEST(refused("w,h\n1,2\n").find("write `separator = \",\"`") != std::string::npos);
    }
    source.format.separator = '\t';
    BOOST_TEST((rows_of(*table("a\tb\n1\t 2\n"), Split::train) == Rows{{1, 2}}));
    BOOST_TEST(refused("a\tb\n1\t\n") == ", line 2: column 'b' is empty; expected a number");
}

BOOST_AUTO_TEST_CASE(numbers_are_right_or_refused) {
    for (const char* cell :
         {"1e400", "0x10", "\"1,000\"", "nan", "inf", "5%", "1 000", "1_000", "$5", "1e", "true"}) {
        BOOST_TEST(refused(std::string("a,b\n0,1\n1,") + cell + "\n").find(", line 3: column 'b' has '") == 0,
                   cell);
    }
    BOOST_TEST((rows_of(*table("a,b\n +5 ,.5\n5.,1E2\n"), Split::train) == Rows{{5, 0.5F}, {5, 100}}));
}

BOOST_AUTO_TEST_CASE(the_first_row_is_a_header_where_it_is_one) {
    const auto rows = [&](const std::string& content) {
        return rows_of(*table(content), Split::train).size();
    };
    const auto warnings = [&](const std::string& content) {
        return table(content)->description().warnings.size();
    };
    const std::string iris = "5.0,3.0,setosa\n4.9,3.1,virginica\n5.1,3,setosa\n";
    source.columns = {"1", "2"};
    source.label = "3";
    BOOST_TEST(rows(iris) == 3);
    BOOST_TEST_REQUIRE(warnings(iris) == 1);
    BOOST_TEST(
        table(iris)->description().warnings[0] ==
        (folder / "t.csv").string() +
            ", line 1: taken as a row of data, as it has numbers where the rows after it have some; if it "
            "names the columns, write `header = true`, and if it does not, `header = false`");
    source.format.header = false;
    BOOST_TEST(rows(iris) == 3);
    BOOST_TEST(warnings(iris) == 0);
    source.format.header = true;
    source.columns = {"5.0", "3.0"};
    source.label = "setosa";
    BOOST_TEST(rows(iris) == 2);
    source.format.header.reset();
    BOOST_TEST(refused(iris).find("line 1 is taken as data, and names the columns with `header = true`") !=
               std::string::npos);
    // A name over numbers tells a header, beside years too; missing values and numbers too large do not.
    source.columns = {"2019", "size"};
    source.label = "name";
    BOOST_TEST(rows("name,2019,size\na,1,2\nb,3,4\n") == 2);
    BOOST_TEST(warnings("name,2019,size\na,1,2\nb,3,4\n") == 0);
    source.columns = {"2"};
    source.label.reset();
    BOOST_TEST(rows("1e400,1\n2,2\n") == 2);
    BOOST_TEST(rows("NA,1\n2,2\n") == 2);
    source.columns = {};
    BOOST_TEST(rows("2019,2020\n1,2\n") == 2);
    source.format.header = true;
    BOOST_TEST(rows("2019,2020\n1,2\n") == 1);
    source.format.header = false;
    BOOST_TEST(refused("a,b\n1,2\n").find(", line 1: column '1' has 'a'; expected a number") == 0);
}

BOOST_AUTO_TEST_CASE(scalings_are_kept_with_all_their_digits) {
    source.scale = Scale::standard;
    const auto set = table("a,b\n9,1\n10,1\n12,1\n");
    const auto& scaled = set->description().scaled;
    BOOST_TEST_REQUIRE(scaled.size() == 2);
    BOOST_TEST(scaled[0].name == "a");
    BOOST_TEST(scaled[0].scaling.mean == 31.0 / 3, boost::test_tools::tolerance(1e-15));
    BOOST_TEST(scaled[0].scaling.deviation == std::sqrt(14.0 / 9), boost::test_tools::tolerance(1e-15));
    BOOST_TEST(scaled[1].scaling.mean == 1);
    const Rows rows = rows_of(*set, Split::train);
    BOOST_TEST(scaled[0].scaling.undo(double{rows[2][0]}) == 12, boost::test_tools::tolerance(1e-6));
    BOOST_TEST(set->description().origin ==
               (folder / "t.csv").string() +
                   "; a less 10.3333 and divided by 1.24722; b less 1 and divided by 1");
    source.scale = Scale::none;
    BOOST_TEST(table("1\n2\n")->description().scaled.empty());
}

BOOST_AUTO_TEST_CASE(lists_of_names) {
    using Names = std::vector<std::string>;
    BOOST_TEST((split_names("a, b c ,d") == Names{"a", "b c", "d"}));
    BOOST_TEST((split_names("a") == Names{"a"}));
    BOOST_TEST(
        (split_names("'a, b', c ,'it''s' , driver's age") == Names{"a, b", "c", "it's", "driver's age"}));
    for (const char* list : {"a,,", "", " ", "''", "'a", "'a' b", "a,"}) {
        BOOST_TEST(message_of([&] { split_names(list); }) != "nothing thrown", list);
    }
}

// Scaled numbers are the same in metres and in feet.
BOOST_FIXTURE_TEST_CASE(the_hash_tells_columns_of_other_units_apart, TableFixture) {
    source.scale = Scale::standard;
    const std::string metres = table("a,b\n0,1\n4,2\n8,3\n")->description().hash;
    BOOST_TEST(metres == table("a,b\n0,1\n4,2\n8,3\n")->description().hash);
    BOOST_TEST(metres != table("a,b\n0,1\n8,2\n16,3\n")->description().hash);
    BOOST_TEST(metres != table("a,b\n1,1\n5,2\n9,3\n")->description().hash);
    BOOST_TEST(metres != table("b,a\n0,1\n4,2\n8,3\n")->description().hash);
}

BOOST_FIXTURE_TEST_CASE(names_that_are_not_utf8_are_refused, TableFixture) {
    source.label = "c";
    BOOST_TEST(
        refused("a,c\n1,caf\xe9\n2,b\n") ==
        ", line 2: column 'c' has 'caf\\xe9', which is not UTF-8; convert the file, for instance with: "
        "iconv -f latin1 -t utf-8");
    BOOST_TEST(
        refused("\xe9t\xe9,c\n1,x\n2,y\n") ==
        ", line 1: column 1 is named '\\xe9t\\xe9', which is not UTF-8; convert the file, for instance "
        "with: iconv -f latin1 -t utf-8");
    BOOST_TEST(table("\xc3\xa9t\xc3\xa9,c\n1,caf\xc3\xa9\n2,b\n")->description().fields[1].names[1] ==
               "caf\xc3\xa9");
}

BOOST_AUTO_TEST_SUITE_END()
