/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * In halves of a unit, as the median of an even number of values may need.
 */
#include "runtime/monitor/clean.h"

#define GLITCH 327 /* 0.01 * 2 * 2^14 is 327.68 */

/* Twice the median. */
static int32_t median(const int16_t *raw, uint32_t count) {
  int16_t sorted[CLEAN_SPAN];
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t at = i;
    for (; at > 0u && sorted[at - 1u] > raw[i]; --at)
      sorted[at] = sorted[at - 1u];
    sorted[at] = raw[i];
  }
  return sorted[(count - 1u) / 2u] + sorted[count / 2u];
}

int16_t clean_newest(const int16_t *raw, uint32_t count) {
  const int32_t middle = median(raw, count);
  const int32_t off = 2 * raw[count - 1u] - middle;
  return off > GLITCH || off < -GLITCH ? (int16_t)(middle / 2)
                                       : raw[count - 1u];
}
