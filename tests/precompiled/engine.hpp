// For tests that use the engine.
#include "autodiff/autodiff.hpp"
#include "autodiff/operation.hpp"
#include "tests/precompiled/headers.hpp"
