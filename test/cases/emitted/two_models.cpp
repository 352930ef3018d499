// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A C++ program with two models.
#include <soh.h>
#include <tiny.h>

#include <cstdio>

namespace {
soh_state first;
tiny_state second;
int16_t forecast[SOH_HORIZON > TINY_HORIZON ? SOH_HORIZON : TINY_HORIZON];
} // namespace

int main() {
  const int one = soh_selftest(&first, forecast, SOH_HORIZON);
  const int other = tiny_selftest(&second, forecast, TINY_HORIZON);
  std::printf("%d %d\n", one, other);
  return 0;
}
