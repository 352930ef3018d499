/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * demo INPUT: forecasts the first window of a file (the format of
 * windows_main.c) and prints one line `forecast SOH` a cycle, in units of
 * 1/SOH_ONE, for the `dlnet demo` command to draw.
 */
#include "model.h"

static soh_state state;
static int16_t window[SOH_WINDOW];
static int16_t forecast[SOH_HORIZON];

int main(int argc, char **argv) {
  if (argc != 2)
    return fail("expected one argument: INPUT");
  const int32_t input = board_open(argv[1], BOARD_READ);
  uint32_t count = 0, age;
  if (input < 0)
    return fail("cannot open the input");
  if (board_read(input, &count, sizeof count) != (int32_t)sizeof count ||
      count == 0 || !read_window(input, window, &age))
    return fail("the input holds no window");
  (void)board_close(input);

  if (soh_init(&state) != SOH_OK)
    return fail("soh_init");
  board_stack_paint();
  const int status = soh_predict(&state, window, SOH_WINDOW,
                                 IF_AGE(age) forecast, SOH_HORIZON);
  const uint32_t stack = board_stack_used();
  if (status != SOH_OK)
    return fail("soh_predict");

  for (uint32_t h = 0; h < SOH_HORIZON; ++h)
    print_value("forecast", forecast[h]);
  print_value("stack_bytes", (int32_t)stack);
  print_value("state_bytes", (int32_t)sizeof state);
  return 0;
}
