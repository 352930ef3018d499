// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A CSV file, of one battery or of many. The first byte says under which
// options it is read; what comes out is a series that a model can be trained
// on.
#include "Fuzz.h"
#include "frontend/series/Batteries.h"

#include <cmath>

using namespace dlnet;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  BatteryOptions options;
  options.minimumCycles = data[0] & 1 ? 1 : 8;
  options.sohBy = data[0] & 2 ? SohKind::Initial : SohKind::Nominal;
  fuzz::InputFile file("batteries.csv");
  std::string path = file.write(fuzz::text(data + 1, size - 1));
  Result<BatterySet> set = readBatteries(path, options);
  if (!set) {
    fuzz::require(!set.message().empty(), "a refusal has a reason");
    return 0;
  }
  for (const SkippedBattery &skipped : set->skipped)
    fuzz::require(!skipped.reason.empty(), "a skipped battery has a reason");
  for (const Battery &battery : set->batteries) {
    fuzz::require(battery.soh.size() == battery.raw.size() &&
                      battery.target.size() == battery.raw.size(),
                  "a battery's series are of one length");
    for (double soh : battery.soh)
      fuzz::require(std::isfinite(soh), "SOH is a number");
  }
  return 0;
}
