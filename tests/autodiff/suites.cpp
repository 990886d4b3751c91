#include "tests/autodiff/suites.hpp"

#include <boost/test/unit_test.hpp>
#include <utility>

namespace gandsl_test {

void add_case(const std::string& suite, const std::string& name, std::function<void()> body) {
    using namespace boost::unit_test;
    test_suite& all = framework::master_test_suite();
    const test_unit_id known = all.get(suite);
    test_suite* owner = nullptr;
    if (known == INV_TEST_UNIT_ID) {
        owner = BOOST_TEST_SUITE(suite);
        all.add(owner);
    } else {
        owner = &framework::get<test_suite>(known);
    }
    owner->add(make_test_case(std::move(body), name, __FILE__, __LINE__));
}

}  // namespace gandsl_test
