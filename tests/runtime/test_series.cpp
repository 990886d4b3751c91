#include <boost/test/unit_test.hpp>
#include <cmath>

#include "runtime/data/series.hpp"
#include "runtime/formats/csv.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::data;
using namespace gandsl::formats;
using namespace gandsl::test;

namespace {

using Names = std::vector<std::string>;

struct SeriesFixture {
    ScratchFolder folder;

    /// The message about a series of this content, after the file's name.
    std::string refused(const std::string& content, std::optional<std::string> column = {}) const {
        write_file(folder / "a.csv", content);
        const std::string message = message_of([&] {
            open_series({"a.csv", folder.path(), column, 1, 0, Scale::none});
        });
        const std::string name = (folder / "a.csv").string();
        return message.rfind(name, 0) == 0 ? message.substr(name.size())
                                           : "does not name the file: " + message;
    }
    DatasetPointer series(const std::string& content, std::optional<std::string> column, std::size_t length,
                          double holdout, Scale scale) const {
        write_file(folder / "a.csv", content);
        return open_series({"a.csv", folder.path(), column, length, holdout, scale});
    }
    std::vector<Names> rows(const std::string& content) const {
        write_file(folder / "a.csv", content);
        CsvFile file(folder / "a.csv");
        std::vector<Names> all{file.columns()};
        for (Names cells; file.next(cells);) {
            all.push_back(cells);
        }
        return all;
    }
};

/// Each step of a split once: the beginnings of its windows.
std::vector<double> steps_of(const Dataset& set, Split split) {
    std::vector<double> steps;
    std::vector<float> window(set.description().fields[0].size());
    const std::span<float> span = window;
    for (std::size_t index = 0; index < set.description().count(split); ++index) {
        set.read({split, index}, std::span(&span, 1));
        steps.push_back(double{window[0]});
    }
    return steps;
}

/// The mean squared error of the best linear guess of each number from the `order` before it, by least
/// squares.
double linear_error(const std::vector<double>& steps, std::size_t order) {
    std::vector<std::vector<double>> system(order, std::vector<double>(order + 1));
    double square = 0;
    const double count = static_cast<double>(steps.size() - order);
    for (std::size_t t = order; t < steps.size(); ++t) {
        for (std::size_t i = 0; i < order; ++i) {
            for (std::size_t j = 0; j < order; ++j) {
                system[i][j] += steps[t - 1 - i] * steps[t - 1 - j] / count;
            }
            system[i][order] += steps[t - 1 - i] * steps[t] / count;
        }
        square += steps[t] * steps[t] / count;
    }
    const auto products = system;
    for (std::size_t i = 0; i < order; ++i) {  // Gauss and Jordan; the matrix is positive definite
        for (std::size_t row = 0; row < order; ++row) {
            const double factor = system[row][i] / system[i][i];
            for (std::size_t k = i; k <= order && row != i; ++k) {
                system[row][k] -= factor * system[i][k];
            }
        }
    }
    double error = square;
    for (std::size_t i = 0; i < order; ++i) {
        error -= system[i][order] / system[i][i] * products[i][order];
    }
    return error;
}

double repeat_error(const std::vector<double>& steps) {
    double error = 0;
    for (std::size_t t = 1; t < steps.size(); ++t) {
        error +=
            (steps[t] - steps[t - 1]) * (steps[t] - steps[t - 1]) / static_cast<double>(steps.size() - 1);
    }
    return error;
}

double variance(const std::vector<double>& steps) {
    double mean = 0;
    double square = 0;
    for (const double step : steps) {
        mean += step / static_cast<double>(steps.size());
        square += step * step / static_cast<double>(steps.size());
    }
    return square - mean * mean;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(series, SeriesFixture)

BOOST_AUTO_TEST_CASE(cells_quotes_and_line_ends) {
    const std::vector<Names> expected = {{"a", "b, c", "d\"e"}, {"1", "", "x\ny"}, {"", "2", "3"}};
    const std::string content =
        "\xEF\xBB\xBF"
        "a,\"b, c\",\"d\"\"e\"\n\n1,,\"x\ny\"\n\"\",2, 3 \n\n";
    BOOST_TEST((rows(content) == expected));
    std::string returns;
    for (const char c : content) {
        returns += c == '\n' ? "\r\n" : std::string(1, c);
    }
    const std::vector<Names> with_return = {{"a", "b, c", "d\"e"}, {"1", "", "x\r\ny"}, {"", "2", "3"}};
    BOOST_TEST((rows(returns) == with_return));
    BOOST_TEST((rows("a,b\r1,2\r3,4") == std::vector<Names>{{"a", "b"}, {"1", "2"}, {"3", "4"}}));
    BOOST_TEST((rows("x,\n1,2") == std::vector<Names>{{"x", ""}, {"1", "2"}}));
    BOOST_TEST((rows("1,2\n3,4\n") == std::vector<Names>{{"1", "2"}, {"1", "2"}, {"3", "4"}}));
    BOOST_TEST((rows("only\n") == std::vector<Names>{{"only"}}));
}

BOOST_AUTO_TEST_CASE(numbers_as_people_write_them) {
    BOOST_TEST(parse_number(" +1.5e3\t").value() == 1500);
    BOOST_TEST(parse_number("-0").value() == 0);
    for (const char* text : {"", " ", "+", "+-1", "1,5", "1 2", "0x10", "1e", "--1", "abc"}) {
        BOOST_TEST(!parse_number(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(a_column_becomes_windows) {
    std::string content = "day,close\n";
    for (int day = 0; day < 20; ++day) {
        content += "d" + std::to_string(day) + "," + std::to_string(100 + day) + "\n";
    }
    const auto set = series(content, "close", 3, 0.25, Scale::none);
    const Description& description = set->description();
    BOOST_TEST(description.fields[0].shape == (std::vector<std::size_t>{3, 1}),
               boost::test_tools::per_element());
    BOOST_TEST(description.train_count == 12);
    BOOST_TEST(description.test_count == 2);
    BOOST_TEST(steps_of(*set, Split::test) == (std::vector<double>{115, 116}),
               boost::test_tools::per_element());
    BOOST_TEST(description.origin == (folder / "a.csv").string() + ", column close");

    // 100 .. 114: mean 107, variance (15^2 - 1) / 12.
    const auto scaled = series(content, "close", 3, 0.25, Scale::standard);
    BOOST_TEST(steps_of(*scaled, Split::train)[0] == -7 / std::sqrt(224.0 / 12),
               boost::test_tools::tolerance(1e-6));
    BOOST_TEST(scaled->description().origin.find("column close, less 107 and divided by 4.32049") !=
                   std::string::npos,
               scaled->description().origin);
}

BOOST_AUTO_TEST_CASE(numbers_that_are_hard_to_scale) {
    const auto first = [&](const std::string& content) {
        return steps_of(*series(content, {}, 1, 0, Scale::standard), Split::train)[0];
    };
    BOOST_TEST(first("5\n5\n5\n") == 0);
    BOOST_TEST(first("0.1\n0.1\n0.1\n0.1\n0.1\n0.1\n0.1\n") == 0);
    BOOST_TEST(first("1e308\n-1e308\n1e308\n-1e308\n") == 1);
    BOOST_TEST(first("1e-300\n-1e-300\n") == 1, boost::test_tools::tolerance(1e-6));
    BOOST_TEST(first("1000000001\n1000000003\n") == -1, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(a_series_keeps_its_first_row) {
    // Dates stand over dates, and numbers over numbers.
    const auto set =
        series("2020-01-01,5\n2020-01-02,6\n2020-01-03,7\n2020-01-04,8\n", "2", 1, 0, Scale::none);
    BOOST_TEST(steps_of(*set, Split::train)[0] == 5);
    BOOST_TEST(set->description().warnings.size() == 1);
    const auto scaled = series("close\n5\n6\n7\n", {}, 1, 0, Scale::standard);
    BOOST_TEST_REQUIRE(scaled->description().scaled.size() == 1);
    BOOST_TEST(scaled->description().scaled[0].name == "close");
    BOOST_TEST(scaled->description().scaled[0].scaling.mean == 6);
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong) {
    BOOST_TEST(refused("a,b\n1,2\n3,4\n", "c") == " has no column 'c'; its columns are 'a', 'b'");
    BOOST_TEST(
        refused("a,a\n1,2\n", "a") ==
        ", line 1: column 1 and column 2 are both named 'a'; rename one of them, or with `header = false` "
        "columns are named \"1\", \"2\" and so on, once the line of names is taken out of the file");
    BOOST_TEST(refused("a;b\n1;2\n", "b") ==
               " has no column 'b'; its only column is 'a;b'; cells seem to be separated by "
               "\";\": write `separator = \";\"`");
    BOOST_TEST(refused("a,b\n1,2\n") ==
               ", line 1: a series is one column; say which: its columns are 'a', 'b'");
    BOOST_TEST(refused("a,b\n1,2\n3,\n", "b") == ", line 3: column 'b' is empty; expected a number");
    BOOST_TEST(
        refused("a,b\n1,2\n\n\"x\ny\",2\n3,n/a\n", "b") ==
        ", line 6: column 'b' has 'n/a'; expected a number, and this stands for a missing value; leave "
        "such rows out of the file, or the column with `columns`");
    BOOST_TEST(refused("a\n1\nnan\n").find("line 3: column 'a' has 'nan'; expected a number") !=
               std::string::npos);
    BOOST_TEST(refused("a\n1\n-inf\n").find("has '-inf'") != std::string::npos);
    BOOST_TEST(refused("a\n1\n1e999\n").find("has '1e999'") != std::string::npos);
    BOOST_TEST(refused("a,b\n1,2\n3\n", "a") == ", line 3: has 1 cell, but the header in line 1 has 2");
    BOOST_TEST(refused("a,b\n1,2,3\n", "a") == ", line 2: has 3 cells, but the header in line 1 has 2");
    BOOST_TEST(refused("a\n\"1\n2\n") ==
               ", line 2: a cell begins with a double quote and never ends with one");
    BOOST_TEST(refused("a\n\"1\"2\n").find(", line 2: after the double quote that ends a cell stands '2'") ==
               0);
    BOOST_TEST(refused("") == " has no rows");
    BOOST_TEST(refused("\n\r\n") == " has no rows");
    BOOST_TEST(refused("a\n") ==
               " has a header and no rows after it; if its line is data, write `header = false`");
    BOOST_TEST(refused(std::string("\x00\x01\n\x00", 4)) ==
               ", line 2: column '\\x00\\x01' has '\\x00'; expected a number");
    BOOST_TEST(message_of([&] {
                   open_series({"none.csv", folder.path(), {}, 1, 0, Scale::none});
               }).find("none.csv") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(waves_are_worth_learning) {
    for (const std::uint64_t seed : {0U, 1U, 2U, 3U}) {
        const auto set = open_wave({.length = 50, .seed = seed});
        BOOST_TEST(set->description().train_count == 8950);
        BOOST_TEST(set->description().test_count == 950);
        for (const Split split : {Split::train, Split::test}) {
            const std::vector<double> steps = steps_of(*set, split);
            BOOST_TEST(variance(steps) > 0.2);
            BOOST_TEST(variance(steps) < 2);
            BOOST_TEST(repeat_error(steps) > 0.2 * variance(steps), "the last number is a good guess");
            BOOST_TEST(linear_error(steps, 12) < repeat_error(steps) / 25, "even many numbers tell little");
            BOOST_TEST(linear_error(steps, 2) > 2 * linear_error(steps, 12), "two numbers tell all");
        }
    }
    BOOST_TEST(open_wave({})->description().hash == open_wave({})->description().hash);
    BOOST_TEST(open_wave({.seed = 1})->description().hash != open_wave({})->description().hash);
}

BOOST_AUTO_TEST_CASE(tones_are_worth_learning) {
    const auto set = open_tone({.length = 1, .holdout = 0.1, .count = 20000});
    const std::vector<double> samples = steps_of(*set, Split::train);
    for (const double sample : samples) {
        BOOST_TEST_REQUIRE(std::abs(sample) <= 1);
    }
    BOOST_TEST(variance(samples) > 0.01);
    BOOST_TEST(repeat_error(samples) > 0.1 * variance(samples));
    // One guess for all notes; a net hears which note it is.
    BOOST_TEST(linear_error(samples, 24) < repeat_error(samples) / 15);
    BOOST_TEST(open_tone({})->description().train_count == 139);
}

// Scaled numbers are the same in metres and in feet.
BOOST_FIXTURE_TEST_CASE(the_hash_tells_series_of_other_units_apart, SeriesFixture) {
    const auto hash = [&](const std::string& content) {
        return series(content, {}, 2, 0, Scale::standard)->description().hash;
    };
    const std::string metres = hash("0\n4\n8\n12\n");
    BOOST_TEST(metres == hash("0\n4\n8\n12\n"));
    BOOST_TEST(metres != hash("0\n8\n16\n24\n"));
    BOOST_TEST(metres != hash("1\n5\n9\n13\n"));
}

BOOST_FIXTURE_TEST_CASE(whole_numbers_that_are_rounded_are_warned_of, SeriesFixture) {
    const std::string content = "16777216\n16777217\n1e15\n1000000000000001\n";
    const std::vector<std::string> warnings = series(content, {}, 2, 0, Scale::none)->description().warnings;
    BOOST_TEST_REQUIRE(warnings.size() == 1U);
    BOOST_TEST(
        warnings[0].find("3 whole numbers, such as 16777217, beyond what 32 bits hold") != std::string::npos,
        warnings[0]);
    BOOST_TEST(warnings[0].ends_with("or write `scale = standard`"), warnings[0]);
    BOOST_TEST(series(content, {}, 2, 0, Scale::standard)->description().warnings.empty());
}

BOOST_AUTO_TEST_SUITE_END()
