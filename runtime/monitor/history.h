/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A battery's newest cycles and settings, in RAM and in flash, such that power
 * may go at any instant and a bit may flip at any place.
 *
 * The flash is a journal. A slot is a page: a header, twice; a snapshot of the
 * SOH that is kept; and then one record a cycle until the page is full.
 *
 *   word 0          format
 *        1          sequence: counts slots, the highest is the newest
 *        2          nominal capacity
 *        3          end-of-life SOH | cycles in the snapshot << 16
 *        4          newest cycle
 *        5          damaged | lost << 16, as below
 *        6          CRC-32 of the above
 *        7 .. 13    the same again
 *        14 .. 66   SOH, two a word, the oldest first
 *        67         CRC-32 of sequence and SOH: the slot counts from here on
 *        68, 69     record: cycle | SOH << 16, CRC-32 of sequence and record
 *        70, 71     ...
 *        last two   a record that says that the next slot stands
 *
 * Two slots matter at any time: the one that is written, and the one before it,
 * which is not touched until the newer one stands. Slots wander over all pages,
 * so that the wear spreads: about 476 cycles a page erase.
 *
 * A write or erase that power interrupted can leave bits that read differently
 * from one time to the next. Nothing rests on such bits: a page is erased right
 * before it is used, whatever it reads; after a start one place is left out and
 * the newest cycle is written again; and where the CRC of a snapshot may have
 * been cut, whether it reads right or not, a new slot is begun. No word is
 * written twice.
 *
 * A start reads every word of every page. The pages are blank or slots, records
 * are right or blank, and one wrong bit in any of them is found by its CRC and
 * put right: nothing is lost. More of them can at worst cost what they hit. A
 * header has its copy; the SOH of a snapshot are also in the slot before it; a
 * record that can't be read ends what is before it. Where the newest slot is
 * beyond reading, the one before it says that there was one: then there is no
 * battery, and never an older one or an older state. Up to 7 wrong bits of a
 * record, and 3 of a header or a snapshot, are never taken for right. What was
 * found goes into the counts below, the state into new slots, and what is not
 * right is erased, so that damage does not add up.
 *
 * What an interrupted write explains is no damage: what can't be read behind
 * the newest record, or before one that repeats the cycle before it; a slot
 * that does not stand; and a page, not the newest, that is wrong in more than
 * one bit.
 */
#ifndef DLN_HISTORY_H
#define DLN_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How many cycles are kept: the 100 that a model looks back on, the four
 *  before them that the median of the oldest of those needs, and one that may
 *  have to be taken back after an interrupted write; made even. */
#define HISTORY_CYCLES 106u

/** The highest number of a cycle; they count from 1. */
#define HISTORY_LAST_CYCLE 65534u

/** A battery. SOH is in units of 2^-14. Read it; only the functions below
 *  write. */
struct history {
  uint32_t nominal; /* nominal capacity, uAh; 0: no battery is known */
  uint32_t limit;   /* SOH at which life ends */
  uint32_t newest;  /* the newest cycle's number; 0: none */
  uint32_t count;   /* cycles kept, without a gap, the newest last */

  /* What starts found, up to 65535 of each. The first two are in flash, too. */
  uint32_t damaged; /* places of it that changed by themselves, ever */
  uint32_t lost;    /* cycles that this cost, of this battery's history */
  uint32_t torn;    /* traces of interrupted writes and erases, now */

  /* Private from here on. */
  uint32_t oldest; /* where in `soh` */
  uint32_t sequence;
  uint32_t page;   /* the slot that is written */
  uint32_t record; /* the next free record of it */
  int16_t soh[HISTORY_CYCLES];
};

/** Finds the newest state in flash, or none; writes what a start must write,
 *  and repairs what is damaged. Any content of the flash is fine. False when
 *  the flash refused that: the state is right even then, and the next change
 *  tries again. */
bool history_load(struct history *history);

/** SOH number `index`, counted from the oldest kept, below `count`. */
int16_t history_soh(const struct history *history, uint32_t index);

/** Adds cycle `newest + 1`; any up to HISTORY_LAST_CYCLE when there is none
 *  yet. True: it is in flash. False: the flash refused it, and all but the
 *  oldest cycle is as it was; a flash that fails may show the refused change
 *  after a restart nevertheless, here and below. */
bool history_append(struct history *history, uint32_t cycle, int16_t soh);

/** Forgets all cycles, for a new battery of `nominal` uAh. False: the flash
 *  refused it, and the old battery is still here. */
bool history_begin_cell(struct history *history, uint32_t nominal,
                        uint32_t limit);

/** Changes the SOH at which life ends. False: the flash refused it. */
bool history_set_limit(struct history *history, uint32_t limit);

#ifdef __cplusplus
}
#endif

#endif /* DLN_HISTORY_H */
