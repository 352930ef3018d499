/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One network among several in a program; network_unit.h makes it of emitted C,
 * and hunt_main.c tries it.
 */
#ifndef DLN_HUNT_NETWORK_H
#define DLN_HUNT_NETWORK_H

#include <stdint.h>

/** The calls return what those of the emitted C return. */
struct network {
  const char *name;
  uint32_t window, horizon;
  int (*predict)(const int16_t *window, uint32_t age, int16_t *forecast);
  int (*stream)(const int16_t *window, uint32_t age, int16_t *forecast);
  int (*selftest)(int16_t *forecast);
};

/** All of the program, ended by a null pointer. */
extern const struct network *const networks[];

#endif /* DLN_HUNT_NETWORK_H */
