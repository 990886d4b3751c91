// Parsed once for the library. Every file includes what it uses all the same, and builds with -Db_pch=false
// too.
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>
