// Parsed once for the library. Every file includes what it uses all the same, and builds with -Db_pch=false
// too.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "autodiff/plan.hpp"
#include "dsl/program.hpp"
