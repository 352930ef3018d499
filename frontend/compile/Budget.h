// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a model may cost and lose, as it is written on a command line.
#ifndef DLNET_FRONTEND_COMPILE_BUDGET_H
#define DLNET_FRONTEND_COMPILE_BUDGET_H

#include "frontend/support/Result.h"

#include <cstdint>
#include <string>

namespace dlnet {

/// Greatest figures that are allowed; 0: no limit.
struct Budget {
  int64_t flash = 0; ///< Of code and tables, in bytes.
  int64_t ram = 0;   ///< Of the state, in bytes.
  double ms = 0;     ///< Of a forecast, in milliseconds.
  double mae = 0;    ///< Of SOH in int8 on the validation cells.
};

/// From "flash=8k,ram=1.5k,ms=1,mae=0.0012": any of the four, each once, each
/// positive. Sizes are bytes, or KiB with k or KiB behind; fractions of a byte
/// are dropped. Fails, naming the part that is wrong.
Result<Budget> parseBudget(const std::string &text);

} // namespace dlnet

#endif // DLNET_FRONTEND_COMPILE_BUDGET_H
