// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A family file. What is read can be written, and read again.
#include "Fuzz.h"
#include "frontend/family/Family.h"

using namespace dlnet;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Result<Family> family = parseFamily(fuzz::text(data, size), "input");
  if (!family) {
    fuzz::require(!family.message().empty(), "a refusal has a reason");
    return 0;
  }
  Result<std::string> bytes = serializeFamily(*family);
  fuzz::require(bool(bytes), "what was read can be written");
  Result<Family> again = parseFamily(*bytes, "input");
  fuzz::require(bool(again), "what was written can be read");
  Result<std::string> twice = serializeFamily(*again);
  fuzz::require(twice && *twice == *bytes, "it says the same");
  return 0;
}
