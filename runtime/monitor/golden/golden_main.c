/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Runs on the machine that builds the firmware and prints the C source that
 * holds what the self-test there gives, for the firmware to be compared with.
 */
#include "runtime/monitor/selftest.h"

#include <inttypes.h>
#include <stdio.h>

int main(void) {
  soh_state state;
  int16_t window[SOH_WINDOW], forecast[SOH_HORIZON];
  const struct selftest_room room = {&state, window, forecast};
  const uint32_t golden = selftest_signature(&room);
  if (golden == 0u)
    return 1;
  return printf("#include \"runtime/monitor/selftest.h\"\n\n"
                "const uint32_t selftest_golden = 0x%08" PRIx32 "u;\n",
                golden) < 0;
}
