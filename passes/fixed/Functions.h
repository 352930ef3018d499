// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known of the functions that tables stand for: where they lead, how
// steep they are, and which arguments a table of them takes.
#ifndef DLNET_PASSES_FIXED_FUNCTIONS_H
#define DLNET_PASSES_FIXED_FUNCTIONS_H

#include "passes/fixed/Format.h"
#include "passes/fixed/Interval.h"

namespace dlnet::fixed {

/// Where a function leads from an interval, whose ends may be infinite.
Interval<double> imageOf(Activation function, Interval<double> argument);

/// Its slopes there.
Interval<double> slopesOf(Activation function, Interval<double> argument);

/// Whether a table of the function may take any format of 16 bits that holds
/// its argument. One of exp or reciprocal needs its intervals where the
/// argument is, and a zero of its own.
bool takesAnyFormat(Activation function);

/// The format of a table's argument. `recorded` is the range that was seen of
/// it, with headroom, or all that is possible; it must be finite unless the
/// function is flat beyond its domain.
Format argumentFormat(Activation function, Interval<double> recorded);

} // namespace dlnet::fixed

#endif // DLNET_PASSES_FIXED_FUNCTIONS_H
