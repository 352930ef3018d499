/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * hunt CASES [NETWORK]: tries the networks of this program, or the one of that
 * name, on up to CASES of the cases in NETWORK.bin, and compares with what the
 * compiler's own executor forecast. Prints a line for each network with a
 * defect, and how many forecasts were compared. Runs on a host and on the
 * emulated Cortex-M4.
 *
 * NETWORK.bin: uint32 count; then each case as the window, uint32 age, and the
 * forecast, in int16. Little endian.
 */
#include "test/firmware/firmware.h"
#include "test/hunt/network.h"

#include <string.h>

enum { LONGEST = 4096 };

static int16_t window[LONGEST], expected[LONGEST], forecast[LONGEST];
static int32_t compared;

static int report(const struct network *network, const char *what,
                  uint32_t one) {
  board_print("defect ");
  board_print(network->name);
  board_print(": ");
  board_print(what);
  board_print(" differs,");
  print_value(" case", (int32_t)one);
  return 1;
}

static int read_all(int32_t file, void *into, uint32_t size) {
  return board_read(file, into, size) == (int32_t)size;
}

/* The buffer holds something else before each call. */
static int differs(int (*call)(const int16_t *, uint32_t, int16_t *),
                   uint32_t age, uint32_t horizon) {
  const uint32_t size = 2u * horizon;
  (void)memset(forecast, 0x55, size);
  return call(window, age, forecast) != 0 ||
         memcmp(forecast, expected, size) != 0;
}

/* Returns 1 after a defect; -1 when the cases cannot be read. */
static int try_cases(const struct network *network, int32_t file,
                     uint32_t most) {
  uint32_t count, age;
  if (network->window > LONGEST || network->horizon > LONGEST ||
      !read_all(file, &count, sizeof count))
    return -1;
  for (uint32_t i = 0; i < count && i < most; ++i) {
    if (!read_all(file, window, 2u * network->window) ||
        !read_all(file, &age, sizeof age) ||
        !read_all(file, expected, 2u * network->horizon))
      return -1;
    if (differs(network->predict, age, network->horizon))
      return report(network, "predict", i);
    if (differs(network->stream, age, network->horizon))
      return report(network, "push and forecast", i);
    ++compared;
  }
  return 0;
}

static int try_network(const struct network *network, uint32_t most) {
  char path[32];
  if (strlen(network->name) + sizeof ".bin" > sizeof path)
    return -1;
  (void)strcpy(path, network->name);
  (void)strcat(path, ".bin");
  if (network->selftest(forecast) != 0)
    return report(network, "self-test", 0);
  const int32_t file = board_open(path, BOARD_READ);
  if (file < 0)
    return -1;
  const int defect = try_cases(network, file, most);
  return board_close(file) == 0 ? defect : -1;
}

int main(int argc, char **argv) {
  uint32_t most = 0;
  int defects = 0;
  if (argc < 2)
    return fail("expected CASES");
  for (const char *digit = argv[1]; *digit >= '0' && *digit <= '9'; ++digit)
    most = 10u * most + (uint32_t)(*digit - '0');
  for (const struct network *const *each = networks; *each; ++each) {
    if (argc > 2 && strcmp((*each)->name, argv[2]) != 0)
      continue;
    const int defect = try_network(*each, most);
    if (defect < 0)
      return fail("cannot read the cases");
    defects += defect;
  }
  print_value("compared", compared);
  return defects == 0 ? 0 : 1;
}
