#pragma once

#include "dsl/catalogue.hpp"

namespace gandsl::dsl::test {

/// A catalogue for the tests of the front end: the entries that the language page names, with type rules that
/// are just large enough to make every diagnostic happen.
const Catalogue& catalogue();

}  // namespace gandsl::dsl::test
