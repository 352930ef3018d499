/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The emitted model as the firmware programs see it: one source for models that
 * read the cell's age and for models that do not.
 */
#ifndef MODEL_H
#define MODEL_H

#include "firmware.h"
#include "soh.h"

#ifdef SOH_READS_AGE
#define IF_AGE(argument) argument,
#else
#define IF_AGE(argument)
static inline int soh_set_age(soh_state *state, uint32_t age) {
  (void)state;
  (void)age;
  return SOH_OK;
}
#endif

/** Reads the next window of a file, and the age that follows it if the model
 *  reads one; returns zero when the file ends first. */
static inline int read_window(int32_t input, int16_t window[SOH_WINDOW],
                              uint32_t *age) {
  const int32_t bytes = 2 * (int32_t)SOH_WINDOW;
  *age = 0;
  if (board_read(input, window, (uint32_t)bytes) != bytes)
    return 0;
#ifdef SOH_READS_AGE
  if (board_read(input, age, sizeof *age) != (int32_t)sizeof *age)
    return 0;
#endif
  return 1;
}

#endif /* MODEL_H */
