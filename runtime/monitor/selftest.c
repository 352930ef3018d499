/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The windows: fades that grow faster, from a healthy cell to one past its
 * knee, and noise over the whole range of SOH, which reaches the saturations.
 */
#include "runtime/monitor/selftest.h"

#include "runtime/monitor/checksum.h"
#include "runtime/monitor/model.h"

#define FADES 3u
#define WINDOWS (FADES + 1u)

static int16_t fade(uint32_t strength, uint32_t cycle) {
  const uint32_t lost = (strength + 1u) * (strength + 1u) * cycle * cycle / 16u;
  return (int16_t)(SOH_ONE - (int32_t)lost);
}

/* The generator of Numerical Recipes; its upper bits are used. */
static int16_t noise(uint32_t *seed) {
  *seed = *seed * 1664525u + 1013904223u;
  return (int16_t)(*seed >> 17);
}

uint32_t selftest_signature(const struct selftest_room *room) {
  uint32_t checksum = CHECKSUM_START;
  uint32_t seed = 1;
  for (uint32_t window = 0; window < WINDOWS; ++window) {
    for (uint32_t k = 0; k < SOH_WINDOW; ++k)
      room->window[k] = window < FADES ? fade(window, k) : noise(&seed);
    if (!model_predict(room->state, room->window, 300u * (window + 1u),
                       room->forecast))
      return 0;
    for (uint32_t h = 0; h < SOH_HORIZON; ++h)
      checksum = checksum_word(checksum, (uint16_t)room->forecast[h]);
  }
  return checksum;
}
