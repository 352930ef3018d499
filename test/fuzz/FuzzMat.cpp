// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A MATLAB file, as a user's command reads it: the libraries that parse it run
// in a child, and whatever they do, this process gets batteries or a sentence.
#include "Fuzz.h"
#include "trainer/mat/MatBatteries.h"

#include <cmath>

using namespace dlnet;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  BatteryOptions options;
  options.minimumCycles = 1;
  fuzz::InputFile file("batch.mat");
  Result<BatterySet> set =
      readBatteriesOrMat(file.write(fuzz::text(data, size)), options);
  if (!set) {
    fuzz::require(!set.message().empty(), "a refusal has a reason");
    return 0;
  }
  for (const Battery &battery : set->batteries)
    for (double soh : battery.soh)
      fuzz::require(std::isfinite(soh), "SOH is a number");
  return 0;
}
