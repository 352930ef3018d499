// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the integer level of the dialect to the program that training runs over
// many windows at once.
#ifndef DLNET_TRAINER_ENGINE_PROGRAMBUILDER_H
#define DLNET_TRAINER_ENGINE_PROGRAMBUILDER_H

#include "dialect/Lnn.h"
#include "frontend/support/Result.h"
#include "trainer/engine/IntegerProgram.h"

namespace dlnet {

/// Takes the IR that lnn-lower-to-int8 leaves. Gates are the tables with
/// `lnn.lanes`, coefficients the value outside the scan that has them. Fails on
/// what the program cannot say: another operation, more than one scan, a scan
/// that does not start from 0, or a window that is read other than by its block
/// sums and its newest element.
Result<IntegerProgram> buildProgram(lnn::ModelOp model);

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_PROGRAMBUILDER_H
