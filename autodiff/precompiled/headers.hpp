// Parsed once for each library instead of once for each of its files: xtensor's headers cost a second each
// time. Every file includes what it uses all the same, and builds with -Db_pch=false too.
#include "autodiff/autodiff.hpp"
#include "autodiff/operation.hpp"
