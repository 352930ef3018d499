/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * windows INPUT OUTPUT: forecasts every window of a file, so that host, target
 * and the compiler's own executor can be compared bit for bit. The two ways
 * into the model are both taken and must agree.
 *
 * INPUT: uint32 count, then count windows of SOH_WINDOW int16, each followed by
 * the cell's age in uint32 if the model reads it. OUTPUT: count forecasts of
 * SOH_HORIZON int16. Little endian.
 */
#include "model.h"

static soh_state whole, streaming;
static int16_t window[SOH_WINDOW];
static int16_t forecast[SOH_HORIZON], streamed[SOH_HORIZON];

/** Pushes the window; as far as pushes can count up to the age, they do. */
static int push_window(uint32_t age) {
  const uint32_t before = age < SOH_WINDOW ? 0 : age - SOH_WINDOW;
  int status = soh_set_age(&streaming, before);
  for (uint32_t k = 0; k < SOH_WINDOW && status == SOH_OK; ++k)
    status = soh_push(&streaming, window[k]);
  if (age < SOH_WINDOW && status == SOH_OK)
    status = soh_set_age(&streaming, age);
  return status;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return fail("expected two arguments: INPUT OUTPUT");
  const int32_t input = board_open(argv[1], BOARD_READ);
  if (input < 0)
    return fail("cannot open the input");
  const int32_t output = board_open(argv[2], BOARD_WRITE);
  if (output < 0)
    return fail("cannot open the output");

  uint32_t count = 0, stack = 0;
  if (board_read(input, &count, sizeof count) != (int32_t)sizeof count)
    return fail("the input has no count");
  if (soh_init(&whole) != SOH_OK || soh_init(&streaming) != SOH_OK)
    return fail("soh_init");

  for (uint32_t i = 0; i < count; ++i) {
    uint32_t age;
    if (!read_window(input, window, &age))
      return fail("the input is shorter than its count says");

    board_stack_paint();
    const int status = soh_predict(&whole, window, SOH_WINDOW,
                                   IF_AGE(age) forecast, SOH_HORIZON);
    const uint32_t used = board_stack_used();
    if (status != SOH_OK)
      return fail("soh_predict");
    if (used > stack)
      stack = used;

    if (push_window(age) != SOH_OK)
      return fail("soh_push");
    if (soh_forecast(&streaming, streamed, SOH_HORIZON) != SOH_OK)
      return fail("soh_forecast");
    for (uint32_t h = 0; h < SOH_HORIZON; ++h)
      if (streamed[h] != forecast[h])
        return fail("soh_forecast differs from soh_predict");

    if (board_write(output, forecast, sizeof forecast) != 0)
      return fail("cannot write the output");
  }

  if (board_close(input) != 0 || board_close(output) != 0)
    return fail("cannot close the files");
  print_value("windows", (int32_t)count);
  print_value("stack_bytes", (int32_t)stack);
  return 0;
}
