#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "tests/autodiff/misuse.hpp"
#include "tests/autodiff/suites.hpp"

namespace gandsl_test {

using namespace gandsl;

namespace {

void check(const Misuse& row) {
    try {
        row.act();
    } catch (const Error& error) {
        BOOST_TEST((error.code() == row.code), to_string(error.code()) << ": " << error.message());
        for (const std::string& word : row.words) {
            BOOST_TEST(error.message().find(word) != std::string::npos,
                       "'" << word << "' is missing from: " << error.message());
        }
        return;
    }
    BOOST_ERROR("no error was thrown");
}

void check(const Allowed& row) {
    const Array found = row.act();
    BOOST_TEST(to_string(shape_of(found)) == to_string(row.shape));
    BOOST_TEST_REQUIRE(found.size() == row.numbers.size());
    for (std::size_t index = 0; index < row.numbers.size(); ++index) {
        const double wanted = row.numbers[index];
        const auto number = static_cast<double>(found.data()[index]);
        BOOST_TEST((std::isnan(wanted) ? std::isnan(number) : number == wanted),
                   "element " << index << " is " << number << ", expected " << wanted);
    }
}

}  // namespace

void add_misuse_cases() {
    static const std::vector<Misuse> mistakes[] = {misused_vars(), misused_sizes(), misused_plans(),
                                                   misused_records()};
    static const std::vector<Allowed> allowed[] = {allowed_sizes(), allowed_plans(), allowed_records()};
    std::set<std::string> names;
    std::size_t rows = 0;
    const auto add = [&](const auto& table) {
        for (const auto& row : table) {
            names.insert(row.name);
            ++rows;
            add_case("misuse", row.name, [&row] { check(row); });
        }
    };
    std::for_each(std::begin(mistakes), std::end(mistakes), add);
    std::for_each(std::begin(allowed), std::end(allowed), add);
    add_case("misuse", "rows_have_names_of_their_own",
             [rows, different = names.size()] { BOOST_TEST(rows == different); });
}

}  // namespace gandsl_test
