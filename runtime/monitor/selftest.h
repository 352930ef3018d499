/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Does this processor, with this compiler's code and these tables, compute what
 * the machine computed that built the firmware?
 */
#ifndef DLN_SELFTEST_H
#define DLN_SELFTEST_H

#include "soh.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The memory that a forecast takes; the contents are nobody's. */
struct selftest_room {
  soh_state *state;
  int16_t *window;   /* SOH_WINDOW */
  int16_t *forecast; /* SOH_HORIZON */
};

/** CRC-32 of the forecasts of built-in windows; zero when the model refuses. */
uint32_t selftest_signature(const struct selftest_room *room);

/** The signature on the machine that built the firmware: golden_main.c prints
 *  its definition. */
extern const uint32_t selftest_golden;

#ifdef __cplusplus
}
#endif

#endif /* DLN_SELFTEST_H */
