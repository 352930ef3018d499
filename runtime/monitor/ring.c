/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "runtime/monitor/ring.h"

void ring_clear(struct history *history) {
  history->newest = 0;
  history->count = 0;
  history->oldest = 0;
}

void ring_push(struct history *history, uint32_t cycle, int16_t soh) {
  uint32_t at = history->oldest + history->count;
  if (at >= HISTORY_CYCLES)
    at -= HISTORY_CYCLES;
  history->soh[at] = soh;
  history->newest = cycle;
  if (history->count < HISTORY_CYCLES)
    ++history->count;
  else
    history->oldest = at + 1u < HISTORY_CYCLES ? at + 1u : 0u;
}

void ring_drop(struct history *history, uint32_t cycles) {
  history->count -= cycles;
  history->newest = history->count > 0u ? history->newest - cycles : 0u;
}

void ring_replay(struct history *history, uint32_t cycle, int16_t soh) {
  const uint32_t back = history->newest - cycle; /* wraps when it follows */
  if (back < history->count)
    ring_drop(history, back + 1u);
  else if (back + 1u != 0u)
    ring_clear(history);
  ring_push(history, cycle, soh);
}

int16_t history_soh(const struct history *history, uint32_t index) {
  const uint32_t at = history->oldest + index;
  return history->soh[at < HISTORY_CYCLES ? at : at - HISTORY_CYCLES];
}
