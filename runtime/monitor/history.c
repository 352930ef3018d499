/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The journal of history.h: what a start makes of all pages, and what is
 * written.
 */
#include "runtime/monitor/history.h"

#include "runtime/device.h"
#include "runtime/monitor/checksum.h"
#include "runtime/monitor/page.h"
#include "runtime/monitor/ring.h"

#include <stddef.h>

/* What all pages but the newest slot were found to be. */
struct pages {
  uint32_t damaged;
  uint32_t torn;
  uint32_t behind; /* of the torn ones */
  uint32_t places; /* that are torn, in the others */
};

static uint32_t header_word(const struct history *history, uint32_t word) {
  switch (word) {
  case 0:
    return FORMAT;
  case 1:
    return history->sequence;
  case 2:
    return history->nominal;
  case 3:
    return history->limit | history->count << 16;
  case 4:
    return history->newest;
  default:
    return history->damaged | history->lost << 16;
  }
}

static uint32_t snapshot_word(const struct history *history, uint32_t word) {
  const uint32_t index = 2u * word;
  uint32_t pair = 0;
  if (index < history->count)
    pair = (uint16_t)history_soh(history, index);
  if (index + 1u < history->count)
    pair |= (uint32_t)(uint16_t)history_soh(history, index + 1u) << 16;
  return pair;
}

static bool write_word(uint32_t page, uint32_t word, uint32_t value) {
  device_flash_write(page, word, value);
  return device_flash_read(page, word) == value;
}

static bool write_place(uint32_t page, uint32_t place, uint32_t sequence,
                        uint32_t record) {
  const uint32_t word = FIRST_RECORD + 2u * place;
  return write_word(page, word, record) &&
         write_word(page, word + 1u,
                    checksum_word(page_checksum_start(sequence), record));
}

/* The newest cycle, or a record of no cycle that says that its slot stands. */
static bool write_record(struct history *history) {
  uint32_t record = NO_CYCLE;
  if (history->count > 0u)
    record = history->newest |
             (uint32_t)(uint16_t)history_soh(history, history->count - 1u)
                 << 16;
  return write_place(history->page, history->record++, history->sequence,
                     record);
}

/* Says in a slot that it is not the newest any more. Where there is none, the
 * flash refuses or power goes, that is not said. */
static void end_slot(uint32_t page, uint32_t sequence) {
  const uint32_t end = FIRST_RECORD + 2u * page_records();
  if (device_flash_read(page, 1) == sequence &&
      device_flash_read(page, end) == ERASED &&
      device_flash_read(page, end + 1u) == ERASED)
    (void)write_place(page, page_records(), sequence, ENDED);
}

/* `count` words and their checksum. */
static bool write_block(const struct history *history, uint32_t word,
                        uint32_t count, uint32_t checksum,
                        uint32_t (*value_of)(const struct history *history,
                                             uint32_t word)) {
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t value = value_of(history, i);
    checksum = checksum_word(checksum, value);
    if (!write_word(history->page, word + i, value))
      return false;
  }
  return write_word(history->page, word + count, checksum);
}

static bool write_slot(struct history *history) {
  device_flash_erase(history->page);
  return write_block(history, 0, HEADER_WORDS, CHECKSUM_START, header_word) &&
         write_block(history, HEADER_COPY, HEADER_WORDS, CHECKSUM_START,
                     header_word) &&
         write_block(history, SNAPSHOT, SNAPSHOT_WORDS,
                     page_checksum_start(history->sequence), snapshot_word) &&
         write_record(history);
}

/* Goes on in the next page that takes it. Neither the slot that is left nor the
 * one before it is touched, as long as the newer of them may not stand. */
static bool begin_slot(struct history *history) {
  const uint32_t left = history->page, sequence = history->sequence;
  for (uint32_t step = 1; step + 1u < device_flash.pages; ++step) {
    history->page = (left + step) % device_flash.pages;
    ++history->sequence;
    history->record = 0;
    if (write_slot(history)) {
      end_slot(left, sequence);
      return true;
    }
  }
  history->page = left;
  history->record = page_records();
  return false;
}

static bool save_newest(struct history *history) {
  if (history->record < page_records() && write_record(history))
    return true;
  return begin_slot(history);
}

/* One wrong bit is damage. More, in a page that nothing depends on, is what an
 * erase or the writing of a slot leaves when power goes. */
static void count_page(const struct findings *page, struct pages *pages) {
  if (page_is_right(page)) {
    pages->places += page->torn;
  } else if (page->flipped == 1u && page->broken == 0u &&
             (page->stands || !page->readable)) {
    ++pages->damaged;
  } else {
    ++pages->torn;
    pages->behind += page->behind ? 1u : 0u;
  }
}

/* Reads the slot once more, with the help of the one before it if that is
 * there. */
static void rebuild(struct history *history, struct history *before,
                    struct findings *findings) {
  for (uint32_t page = 0; page < device_flash.pages; ++page) {
    struct findings other;
    page_read(before, page, NULL, &other);
    if (other.whole && before->sequence + 1u == history->sequence) {
      page_read(history, history->page, before, findings);
      return;
    }
  }
}

/* Writes the state anew, twice where a slot was damaged, so that there are two
 * again; then erases all that is not right. */
static bool repair(struct history *history, struct history *slot, bool twice) {
  if (!begin_slot(history) || (twice && !begin_slot(history)))
    return false;
  for (uint32_t page = 0; page < device_flash.pages; ++page) {
    struct findings findings;
    page_read(slot, page, NULL, &findings);
    if (!page_is_right(&findings))
      device_flash_erase(page);
  }
  return true;
}

static uint32_t count_up(uint32_t count, uint32_t more) {
  return more < COUNT_MAX - count ? count + more : COUNT_MAX;
}

/* No battery, in a slot after all that may be there. */
static void forget_all(struct history *history) {
  *history =
      (struct history){.page = history->page,
                       .sequence = history->sequence + device_flash.pages,
                       .damaged = history->damaged,
                       .lost = history->lost};
}

bool history_load(struct history *history) {
  struct history slot;
  struct findings findings, newest = {.readable = false};
  struct pages pages = {0};
  *history = (struct history){.record = page_records()};
  for (uint32_t page = 0; page < device_flash.pages; ++page) {
    page_read(&slot, page, NULL, &findings);
    if (findings.readable && (findings.stands || findings.whole) &&
        (!newest.readable || slot.sequence > history->sequence)) {
      count_page(&newest, &pages);
      *history = slot;
      newest = findings;
    } else {
      count_page(&findings, &pages);
    }
  }
  uint32_t torn = 0, lost = 0;
  if (!newest.readable) {
    pages.damaged += pages.behind;
    pages.torn -= pages.behind;
  } else if (newest.ended) {
    pages.torn -= pages.torn > 0u ? 1u : 0u; /* what had been taken for it */
    ++pages.damaged;
    lost = history->count;
    forget_all(history);
  } else if (newest.stands) {
    if (!newest.whole)
      rebuild(history, &slot, &newest);
    pages.damaged += newest.flipped + newest.broken;
    torn = newest.torn;
    lost = newest.lost;
  } else {
    ++pages.torn;
  }
  history->damaged = count_up(history->damaged, pages.damaged);
  history->lost = count_up(history->lost, lost);
  history->torn = count_up(pages.torn + pages.places, torn);
  if (pages.damaged + pages.torn > 0u)
    return repair(history, &slot, pages.damaged > 0u);
  if (!newest.readable)
    return true;
  ++history->record;
  return save_newest(history);
}

bool history_append(struct history *history, uint32_t cycle, int16_t soh) {
  ring_push(history, cycle, soh);
  if (save_newest(history))
    return true;
  ring_drop(history, 1);
  return false;
}

bool history_begin_cell(struct history *history, uint32_t nominal,
                        uint32_t limit) {
  const struct history before = *history;
  history->nominal = nominal;
  history->limit = limit;
  history->lost = 0;
  ring_clear(history);
  if (begin_slot(history))
    return true;
  /* Slots that were refused may count after a restart, so what comes next must
   * be newer than they are. */
  const uint32_t sequence = history->sequence;
  *history = before;
  history->sequence = sequence;
  history->record = page_records();
  return false;
}

bool history_set_limit(struct history *history, uint32_t limit) {
  const uint32_t before = history->limit;
  history->limit = limit;
  if (begin_slot(history))
    return true;
  history->limit = before;
  return false;
}
