#pragma once

#if __cplusplus < 202002L
#error "gandsl needs C++20: compile with -std=c++20 or later"
#endif

/// Of the library whose headers these are: 10000 times the major number, 100 times the minor one, and the
/// patch's. Programs that were built with another minor one have to be built again.
#define GANDSL_VERSION_NUMBER 200
#define GANDSL_VERSION_TEXT "0.2.0"
