/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The emitted model, whether it reads the cell's age or not, called in one way.
 */
#ifndef DLN_MODEL_H
#define DLN_MODEL_H

#include "soh.h"

#include <stdbool.h>

/** The nominal capacity in uAh of the cells that trained the model, which a
 *  `cell` without a number stands for. 0: there is none, SOH being taken over
 *  each cell's own capacity at first, or it is beyond what a line can say. */
#if defined SOH_NOMINAL_UAH && SOH_NOMINAL_UAH <= 4000000000u
#define MODEL_NOMINAL ((uint32_t)SOH_NOMINAL_UAH)
#else
#define MODEL_NOMINAL 0u
#endif

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
