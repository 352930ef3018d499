/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Calls each way into the model once, for m4run.py to count and for the stack
 * to be measured. The window is built in: a smooth fade from 1.0 to 0.93.
 */
#include "model.h"

static soh_state state;
static int16_t window[SOH_WINDOW];
static int16_t forecast[SOH_HORIZON];

int main(void) {
  for (int32_t k = 0; k < (int32_t)SOH_WINDOW; ++k)
    window[k] =
        (int16_t)(SOH_ONE - SOH_ONE / 14 * (k * k) / (SOH_WINDOW * SOH_WINDOW));

  board_stack_paint();
  int status = soh_init(&state);
  const uint32_t init_stack = board_stack_used();
  if (status != SOH_OK)
    return fail("soh_init");

  uint32_t push_stack = 0;
  for (uint32_t k = 0; k < (int32_t)SOH_WINDOW; ++k) {
    board_stack_paint();
    status = soh_push(&state, window[k]);
    push_stack = board_stack_used();
    if (status != SOH_OK)
      return fail("soh_push");
  }

  board_stack_paint();
  status = soh_forecast(&state, forecast, SOH_HORIZON);
  const uint32_t forecast_stack = board_stack_used();
  if (status != SOH_OK)
    return fail("soh_forecast");

  board_stack_paint();
  status = soh_predict(&state, window, SOH_WINDOW, IF_AGE(600u) forecast,
                       SOH_HORIZON);
  const uint32_t predict_stack = board_stack_used();
  if (status != SOH_OK)
    return fail("soh_predict");

  print_value("init_stack_bytes", (int32_t)init_stack);
  print_value("push_stack_bytes", (int32_t)push_stack);
  print_value("forecast_stack_bytes", (int32_t)forecast_stack);
  print_value("predict_stack_bytes", (int32_t)predict_stack);
  print_value("state_bytes", (int32_t)sizeof state);
  print_value("last_forecast", forecast[SOH_HORIZON - 1]);
  return 0;
}
