#pragma once

/// Reverse-mode automatic differentiation over xtensor arrays: record on a Tape, differentiate with
/// gradient(), run eagerly or by a Plan. Computing flushes numbers below the smallest normal one to 0.
#include "array.hpp"
#include "derivatives.hpp"
#include "error.hpp"
#include "gradient.hpp"
#include "gradient_check.hpp"
#include "initializers.hpp"
#include "layers.hpp"
#include "operation.hpp"
#include "operations.hpp"
#include "optimizer.hpp"
#include "plan.hpp"
#include "print.hpp"
#include "random.hpp"
#include "tape.hpp"
#include "trace.hpp"
#include "training.hpp"
