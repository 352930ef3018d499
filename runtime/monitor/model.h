/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The emitted model, whether it reads the cell's age or not, called in one way.
 */
#ifndef DLN_MODEL_H
#define DLN_MODEL_H

#include "soh.h"

#include <stdbool.h>

/** Forecasts from exactly SOH_WINDOW cycles, the newest of which is the cell's
 *  number `age`. False when the model refuses. */
static inline bool model_predict(soh_state *state,
                                 const int16_t window[SOH_WINDOW], uint32_t age,
                                 int16_t forecast[SOH_HORIZON]) {
#ifdef SOH_READS_AGE
  return soh_predict(state, window, SOH_WINDOW, age, forecast, SOH_HORIZON) ==
         SOH_OK;
#else
  (void)age;
  return soh_predict(state, window, SOH_WINDOW, forecast, SOH_HORIZON) ==
         SOH_OK;
#endif
}

#endif /* DLN_MODEL_H */
