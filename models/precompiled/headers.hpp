// Parsed once for the library. Every file includes what it uses all the same, and builds with -Db_pch=false
// too.
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "autodiff/operations.hpp"
#include "dsl/catalogue.hpp"
#include "models/builder.hpp"
