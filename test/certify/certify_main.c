/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * certify_main INPUT OUTPUT: takes every call of a model for every window of a
 * file, and the self-test once, for certify.py to count, to measure the stack
 * of, and to compare between machines.
 *
 * INPUT is that of test/firmware/windows_main.c. OUTPUT has two forecasts a
 * window: of the window, and of the window after one push.
 */
#include "model.h"

static soh_state state;
static int16_t window[SOH_WINDOW];
static int16_t forecast[SOH_HORIZON];

/* Calls once, from where the stack was painted, and keeps the most used. */
#define MEASURED(call, used)                                                   \
  do {                                                                         \
    board_stack_paint();                                                       \
    const int status = (call);                                                 \
    const uint32_t now = board_stack_used();                                   \
    if (status != SOH_OK)                                                      \
      return fail(#call);                                                      \
    if (now > (used))                                                          \
      (used) = now;                                                            \
  } while (0)

int main(int argc, char **argv) {
  if (argc != 3)
    return fail("expected two arguments: INPUT OUTPUT");
  const int32_t input = board_open(argv[1], BOARD_READ);
  if (input < 0)
    return fail("cannot open the input");
  const int32_t output = board_open(argv[2], BOARD_WRITE);
  if (output < 0)
    return fail("cannot open the output");

  uint32_t count = 0;
  if (board_read(input, &count, sizeof count) != (int32_t)sizeof count)
    return fail("the input has no count");
  uint32_t init = 0, push = 0, set_age = 0, of_forecast = 0, predict = 0;
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t age;
    if (!read_window(input, window, &age))
      return fail("the input is shorter than its count says");
    MEASURED(soh_init(&state), init);
    MEASURED(soh_predict(&state, window, SOH_WINDOW, IF_AGE(age) forecast,
                         SOH_HORIZON),
             predict);
    if (board_write(output, forecast, sizeof forecast) != 0)
      return fail("cannot write the output");

    MEASURED(soh_set_age(&state, age / 2u), set_age);
    /* From below 0 to above SOH_MAX. */
    MEASURED(soh_push(&state, 3 * (int32_t)window[0] - SOH_ONE), push);
    MEASURED(soh_forecast(&state, forecast, SOH_HORIZON), of_forecast);
    if (board_write(output, forecast, sizeof forecast) != 0)
      return fail("cannot write the output");
  }
  board_stack_paint();
  const int passed = soh_selftest(&state, forecast, SOH_HORIZON) == SOH_OK;
  const uint32_t selftest = board_stack_used();
  if (board_close(input) != 0 || board_close(output) != 0)
    return fail("cannot close the files");

  print_value("windows", (int32_t)count);
  print_value("init_stack_bytes", (int32_t)init);
  print_value("set_age_stack_bytes", (int32_t)set_age);
  print_value("push_stack_bytes", (int32_t)push);
  print_value("forecast_stack_bytes", (int32_t)of_forecast);
  print_value("predict_stack_bytes", (int32_t)predict);
  print_value("selftest_stack_bytes", (int32_t)selftest);
  print_value("selftest_passed", passed);
  return 0;
}
