// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A budget as it is written on a command line.
#include "Fuzz.h"
#include "frontend/compile/Budget.h"

#include <cmath>

using namespace dlnet;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Result<Budget> budget = parseBudget(fuzz::text(data, size));
  if (!budget) {
    fuzz::require(!budget.message().empty(), "a refusal has a reason");
    return 0;
  }
  fuzz::require(budget->flash >= 0 && budget->ram >= 0 && budget->ms >= 0 &&
                    budget->mae >= 0 && std::isfinite(budget->ms) &&
                    std::isfinite(budget->mae),
                "limits are numbers");
  return 0;
}
