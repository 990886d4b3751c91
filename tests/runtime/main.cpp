#define BOOST_TEST_MODULE runtime services
#include <boost/test/unit_test.hpp>
