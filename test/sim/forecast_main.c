/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Forecasts from windows that are made here, a few of them wild, and prints a
 * hash of what comes out, so that two emulators can be compared bit for bit.
 */
#include "test/firmware/model.h"

#define WINDOWS 60u
#define A_LINE 10u

static soh_state state;
static int16_t window[SOH_WINDOW];
static int16_t forecast[SOH_HORIZON];

static uint32_t random_bits(void) {
  static uint32_t bits = 2463534242u;
  bits ^= bits << 13;
  bits ^= bits >> 17;
  bits ^= bits << 5;
  return bits;
}

static void make_window(uint32_t number) {
  int32_t soh = SOH_ONE;
  for (uint32_t k = 0; k < SOH_WINDOW; ++k) {
    soh -= (int32_t)(random_bits() % (4u + number));
    window[k] =
        number % A_LINE == A_LINE - 1u ? (int16_t)random_bits() : (int16_t)soh;
  }
}

int main(int argc, char **argv) {
  (void)argc;
  (void)argv;
  uint32_t hash = 2166136261u; /* FNV-1a */
  if (soh_init(&state) != SOH_OK)
    return fail("soh_init");
  for (uint32_t i = 0; i < WINDOWS; ++i) {
    make_window(i);
    if (soh_predict(&state, window, SOH_WINDOW, IF_AGE(100u + 20u * i) forecast,
                    SOH_HORIZON) != SOH_OK)
      return fail("soh_predict");
    for (uint32_t h = 0; h < SOH_HORIZON; ++h)
      hash = (hash ^ (uint16_t)forecast[h]) * 16777619u;
    if (i % A_LINE == A_LINE - 1u)
      print_value("hash", (int32_t)hash);
  }
  return 0;
}
