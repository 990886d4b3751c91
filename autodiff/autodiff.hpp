#pragma once

/// Reverse-mode automatic differentiation over xtensor arrays: record on a Tape, differentiate with
/// gradient(), run eagerly or by a Plan.
#include "array.hpp"
#include "error.hpp"
#include "gradient.hpp"
#include "operations.hpp"
#include "optimizer.hpp"
#include "plan.hpp"
#include "tape.hpp"
#include "trace.hpp"
