// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs an integer program on tiles of windows side by side, bit for bit as
// emitted C does. What the backward pass of the scan wants to know is written
// into its trace, in real numbers.
#ifndef DLNET_TRAINER_ENGINE_INTEGERKERNEL_H
#define DLNET_TRAINER_ENGINE_INTEGERKERNEL_H

#include "trainer/engine/IntegerProgram.h"
#include "trainer/engine/ScanKernel.h"

#include <vector>

namespace dlnet {

/// Where a run writes, by window; each may be null.
struct IntegerResults {
  int32_t *forecast = nullptr;     ///< [H, N]
  int32_t *coefficients = nullptr; ///< [k, N], without rows of dead ones.
  int32_t *state = nullptr;        ///< [n, N], the last one; likewise.
  /// Receives states (times `stateScale`) and gates (Q15), 0 of dead units; the
  /// inputs are not written.
  ScanTrace *trace = nullptr;
  float stateScale = 1;
  /// Rows of inputs as the recurrence reads them, [T, F, N].
  int32_t *inputs = nullptr;
};

/// Windows as a program starts from them, in integers.
struct IntegerInputs {
  const int32_t *blockSums = nullptr; ///< [T, N] sums of their blocks.
  const int32_t *last = nullptr;      ///< [N] their newest SOH.
  /// [N] cycles lived at the newest SOH, 0 to 32767; null for a program that
  /// does not read it.
  const int32_t *age = nullptr;
};

/// Runs `program` on N windows.
void runProgram(const IntegerProgram &program, const IntegerInputs &inputs,
                int64_t windows, const IntegerResults &results);

/// Forecasts [N, H] from windows [N, steps * block] and ages [N] as emitted C
/// gives them: elements of a window below 0 count as 0, ages above 32767 as
/// 32767. `ages` may be null for a program that does not read them.
void runWindows(const IntegerProgram &program, const int16_t *windows,
                const uint32_t *ages, int64_t count, int16_t *forecasts);

/// For tests: run the code for any processor even where AVX2 is present.
void setPortableProgram(bool portable);

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_INTEGERKERNEL_H
