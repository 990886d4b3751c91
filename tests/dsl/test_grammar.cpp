#include <boost/test/unit_test.hpp>
#include <tao/pegtl/contrib/analyze.hpp>

#include "dsl/grammar.hpp"

BOOST_AUTO_TEST_SUITE(grammar)

// PEGTL's own analysis: no rule can loop without consuming anything.
BOOST_AUTO_TEST_CASE(has_no_endless_rule) {
    BOOST_TEST(tao::pegtl::analyze<gandsl::dsl::grammar::statement>(1) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
