/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One page of the journal of history.h: its layout, and how it is read.
 */
#ifndef DLN_PAGE_H
#define DLN_PAGE_H

#include "runtime/monitor/history.h"

#define FORMAT 0x32484c44u /* "DLH2" */
#define ERASED 0xffffffffu
#define HEADER_WORDS 6u
#define HEADER_COPY (HEADER_WORDS + 1u)
#define SNAPSHOT (2u * HEADER_COPY)
#define SNAPSHOT_WORDS (HISTORY_CYCLES / 2u)
#define FIRST_RECORD (SNAPSHOT + SNAPSHOT_WORDS + 1u)
#define NO_CYCLE 0u   /* the record of a slot that has none */
#define ENDED 0xffffu /* the last one, as soon as the next slot stands */
#define COUNT_MAX 0xffffu

_Static_assert(HISTORY_CYCLES % 2u == 0u, "SOH is packed two a word");

/* What a page was found to be. */
struct findings {
  bool readable;    /* it has a header: it is a slot */
  bool whole;       /* so are the SOH of its snapshot */
  bool stands;      /* a record is right, so all before it had been written */
  bool ended;       /* the next slot stood */
  bool behind;      /* no slot, and not blank where records would be */
  uint32_t flipped; /* single wrong bits */
  uint32_t broken;  /* what can't be read, and no interrupted write explains */
  uint32_t torn;    /* places that can't be read, and one explains */
  uint32_t lost;    /* cycles that are missing */
};

/** How many records a page has room for. The place after them is for ENDED. */
uint32_t page_records(void);

/** What the checksums of a slot start from, but that of its header. */
uint32_t page_checksum_start(uint32_t sequence);

/** Reads a page into `slot` where it is one. A snapshot that can't be read is
 *  taken from `before`, the slot before it, unless that is null. */
void page_read(struct history *slot, uint32_t page,
               const struct history *before, struct findings *findings);

/** Whether nothing is wrong with a page. */
bool page_is_right(const struct findings *page);

#endif /* DLN_PAGE_H */
