/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The newest cycles of a battery in RAM, as struct history keeps them.
 */
#ifndef DLN_RING_H
#define DLN_RING_H

#include "runtime/monitor/history.h"

void ring_clear(struct history *history);

/** Adds `cycle`; the oldest one goes when there is no room. */
void ring_push(struct history *history, uint32_t cycle, int16_t soh);

/** Takes back the newest `cycles`, of which there are as many. */
void ring_drop(struct history *history, uint32_t cycles);

/** Does what a record says: the history goes up to this cycle, with this SOH.
 *  It follows the one before it, or takes back later ones that were written
 *  while power went, or starts anew because what lies between is damaged. */
void ring_replay(struct history *history, uint32_t cycle, int16_t soh);

#endif /* DLN_RING_H */
