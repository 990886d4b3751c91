#include <boost/test/unit_test.hpp>

/// The main function of all test programs whose tests register themselves. Boost's own is made by a macro
/// that has to stand before its header, which is precompiled here.
int main(int count, char** arguments) {
    return boost::unit_test::unit_test_main([] { return true; }, count, arguments);
}
