// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// States as memory may hold them that nobody initialised, each in a block of
// its own. With KEEP_COUNT all but the first member is garbage.
#include "soh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef STATES
#define STATES 20000
#endif

static uint32_t random32(void) {
  static uint32_t seed = 1;
  seed = seed * 1664525u + 1013904223u;
  return seed >> 8 ^ seed << 11;
}

// All bytes at random; one byte, or one word, over and over; mostly zeros; a
// small count, as another version's state had it.
static void fill(soh_state *state, int kind) {
  unsigned char *bytes = (unsigned char *)state;
  const uint32_t word = random32(), count = random32() % 200u;
  for (size_t i = 0; i < sizeof *state; ++i)
    bytes[i] = kind == 1   ? (unsigned char)word
               : kind == 2 ? (unsigned char)(word >> 8 * (i % 4))
               : kind == 3 && random32() % 8u ? 0
                                              : (unsigned char)random32();
  if (kind == 4)
    memcpy(bytes, &count, sizeof count);
}

int main(void) {
  static soh_state full;
  int16_t forecast[SOH_HORIZON];
  int pushed = 0, forecasts = 0;
  soh_init(&full);
  for (unsigned i = 0; i < SOH_WINDOW; ++i)
    soh_push(&full, SOH_ONE);
  for (int i = 0; i < STATES; ++i) {
    soh_state *state = malloc(sizeof *state);
    if (!state)
      return 1;
    fill(state, i % 5);
#ifdef KEEP_COUNT
    memcpy(state, &full, sizeof(uint32_t));
#endif
    forecasts += soh_forecast(state, forecast, SOH_HORIZON) == SOH_OK;
    pushed += soh_push(state, 16000) == SOH_OK;
    free(state);
  }
  printf("%d states: %d answered by soh_push, %d by soh_forecast\n", STATES,
         pushed, forecasts);
  return 0;
}
