/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The battery monitor: answers the lines that README.md lists. Each non-empty
 * line gets an answer, which ends in a line that starts with `ok` or `error`,
 * and nothing but a `cycle`, `cell` or `limit` that is answered `ok` changes
 * what is kept.
 */
#ifndef DLN_MONITOR_H
#define DLN_MONITOR_H

#include "runtime/monitor/history.h"
#include "runtime/monitor/protocol.h"
#include "soh.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** SOH that a cell can have, in units of 2^-14. Outside of this the unit is
 *  wrong, or the cell. */
#define MONITOR_SOH_MIN (SOH_ONE / 4)
#define MONITOR_SOH_MAX (SOH_ONE / 4 * 5)

/** All memory of the firmware but the port's and the line's. Private. */
struct monitor {
  struct history history;
  bool flash_refused; /* the newest change, or what the start writes */
  uint32_t errors;    /* lines answered `error` since the start */
  uint32_t clocks;    /* processor cycles of the newest forecast */
  soh_state model;
  int16_t window[SOH_WINDOW];
  int16_t forecast[SOH_HORIZON];
};

/** Reads the history from flash and sends the status. */
void monitor_start(struct monitor *monitor);

/** Answers a complete line, and clears it. */
void monitor_answer(struct monitor *monitor, struct protocol_line *line);

#ifdef __cplusplus
}
#endif

#endif /* DLN_MONITOR_H */
