/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The journal of history.h. Each word that is read is read once, and what the
 * checksum covers is the value that is used.
 */
#include "runtime/monitor/history.h"

#include "runtime/device.h"
#include "runtime/monitor/checksum.h"

#include <stddef.h>

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
_Static_assert(FIRST_RECORD + 6u <= DEVICE_FLASH_PAGE_WORDS_MIN,
               "a slot, the record of its start, one more, and its end");

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

/* What all pages but the newest slot were found to be. */
struct pages {
  uint32_t damaged;
  uint32_t torn;
  uint32_t behind; /* of the torn ones */
  uint32_t places; /* that are torn, in the others */
};

/* The place after these is for ENDED. */
static uint32_t records_of_a_page(void) {
  return (device_flash.page_words - FIRST_RECORD) / 2u - 1u;
}

static void forget_cycles(struct history *history) {
  history->newest = 0;
  history->count = 0;
  history->oldest = 0;
}

static void push(struct history *history, uint32_t cycle, int16_t soh) {
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

static void drop_newest(struct history *history, uint32_t cycles) {
  history->count -= cycles;
  history->newest = history->count > 0u ? history->newest - cycles : 0u;
}

/* A record says: the history goes up to this cycle, with this SOH. It follows
 * the one before it, or takes back later ones that were written while power
 * went, or starts anew because what lies between is damaged. */
static void replay(struct history *history, uint32_t cycle, int16_t soh) {
  const uint32_t back = history->newest - cycle; /* wraps when it follows */
  if (back < history->count)
    drop_newest(history, back + 1u);
  else if (back + 1u != 0u)
    forget_cycles(history);
  push(history, cycle, soh);
}

int16_t history_soh(const struct history *history, uint32_t index) {
  const uint32_t at = history->oldest + index;
  return history->soh[at < HISTORY_CYCLES ? at : at - HISTORY_CYCLES];
}

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

/* What the checksums of a slot start from, but that of its header. */
static uint32_t checksum_start(uint32_t sequence) {
  return checksum_word(CHECKSUM_START, sequence);
}

static bool is_one_bit(uint32_t value) {
  return value != 0u && (value & (value - 1u)) == 0u;
}

/* Whether `count` words and the checksum behind them are right, once one wrong
 * bit of them is put right. */
static bool check(uint32_t *words, uint32_t count, uint32_t start,
                  struct findings *findings) {
  uint32_t difference = start, at;
  for (uint32_t i = 0; i < count; ++i)
    difference = checksum_word(difference, words[i]);
  difference ^= words[count];
  if (difference == 0u)
    return true;
  if (!checksum_locate(count, &difference, &at))
    return false;
  words[at] ^= difference;
  ++findings->flipped;
  return true;
}

static void read_words(uint32_t page, uint32_t word, uint32_t *words,
                       uint32_t count) {
  for (uint32_t i = 0; i < count; ++i)
    words[i] = device_flash_read(page, word + i);
}

static bool read_copy(struct history *slot, uint32_t word,
                      struct findings *findings) {
  uint32_t words[HEADER_COPY];
  read_words(slot->page, word, words, HEADER_COPY);
  if (!check(words, HEADER_WORDS, CHECKSUM_START, findings))
    return false;
  const uint32_t count = words[3] >> 16;
  if (words[0] != FORMAT || count > HISTORY_CYCLES || words[4] < count ||
      words[4] > HISTORY_LAST_CYCLE)
    return false;
  slot->sequence = words[1];
  slot->nominal = words[2];
  slot->limit = words[3] & 0xffffu;
  slot->count = count;
  slot->newest = words[4];
  slot->damaged = words[5] & COUNT_MAX;
  slot->lost = words[5] >> 16;
  return true;
}

/* From either copy; both are looked at. */
static void read_header(struct history *slot, struct findings *findings) {
  const bool second = read_copy(slot, HEADER_COPY, findings);
  const bool first = read_copy(slot, 0, findings);
  findings->readable = first || second;
  if (!first || !second)
    ++findings->broken;
}

/* Whether the slot took over from `before`: its state, or that and the cycle
 * that had no room there any more, which is the slot's first record, too. */
static bool took_over(const struct history *slot,
                      const struct history *before) {
  const uint32_t more = slot->newest - before->newest;
  return before->sequence + 1u == slot->sequence &&
         before->nominal == slot->nominal && more <= 1u &&
         (before->count + more == slot->count ||
          (before->count == HISTORY_CYCLES && slot->count == HISTORY_CYCLES));
}

/* A snapshot that can't be read is what the slot before it ended with; without
 * that in `before`, its cycles are gone. */
static void read_snapshot(struct history *slot, const struct history *before,
                          struct findings *findings) {
  uint32_t words[SNAPSHOT_WORDS + 1u];
  read_words(slot->page, SNAPSHOT, words, SNAPSHOT_WORDS + 1u);
  findings->whole =
      check(words, SNAPSHOT_WORDS, checksum_start(slot->sequence), findings);
  if (findings->whole) {
    for (uint32_t i = 0; i < SNAPSHOT_WORDS; ++i) {
      slot->soh[2u * i] = (int16_t)(words[i] & 0xffffu);
      slot->soh[2u * i + 1u] = (int16_t)(words[i] >> 16);
    }
    return;
  }
  ++findings->broken;
  if (before == NULL || !took_over(slot, before)) {
    forget_cycles(slot);
    return;
  }
  slot->newest = before->newest;
  slot->count = before->count;
  slot->oldest = before->oldest;
  for (uint32_t i = 0; i < HISTORY_CYCLES; ++i)
    slot->soh[i] = before->soh[i];
}

enum place { PLACE_BLANK, PLACE_RECORD, PLACE_WRONG };

/* Says by `used` whether a record may not be written there any more. */
static enum place read_place(uint32_t page, uint32_t place, uint32_t start,
                             uint32_t *record, bool *used,
                             struct findings *findings) {
  uint32_t words[2];
  read_words(page, FIRST_RECORD + 2u * place, words, 2);
  const uint32_t one = ~words[0], two = ~words[1];
  *record = NO_CYCLE;
  *used = (one | two) != 0u;
  if (!*used)
    return PLACE_BLANK;
  if ((one & two) == 0u && is_one_bit(one | two)) {
    ++findings->flipped;
    return PLACE_BLANK;
  }
  if (!check(words, 1, start, findings))
    return PLACE_WRONG;
  *record = words[0];
  return PLACE_RECORD;
}

/* Takes the records of the page over the `kept` cycles of the snapshot, and
 * leaves `record` after the last place that is not blank, damaged ones
 * included. */
static void read_records(struct history *slot, uint32_t kept, uint32_t newest,
                         struct findings *findings) {
  const uint32_t start = checksum_start(slot->sequence);
  const uint32_t records = records_of_a_page();
  uint32_t wrong = 0; /* places since the newest record */
  bool begun = kept > 0u;
  for (uint32_t i = 0; i <= records; ++i) {
    uint32_t record;
    bool used;
    const enum place place =
        read_place(slot->page, i, start, &record, &used, findings);
    if (used)
      slot->record = i + 1u;
    wrong += place == PLACE_WRONG ? 1u : 0u;
    if (place == PLACE_RECORD && record == ENDED)
      findings->ended = true;
    if (place != PLACE_RECORD || record == ENDED)
      continue;
    const uint32_t cycle = record & 0xffffu;
    if (cycle == slot->newest)
      findings->torn += wrong;
    else
      findings->broken += wrong;
    if (record != NO_CYCLE) {
      if (!begun)
        newest = cycle - 1u - wrong;
      begun = true;
      replay(slot, cycle, (int16_t)(record >> 16));
    }
    wrong = 0;
    findings->stands = true;
  }
  findings->torn += wrong;
  uint32_t cycles = begun ? kept + slot->newest - newest : 0u;
  if (cycles > HISTORY_CYCLES)
    cycles = HISTORY_CYCLES;
  if (cycles > slot->count)
    findings->lost = cycles - slot->count;
}

/* A page that is no slot. */
static void read_other(uint32_t page, struct findings *findings) {
  *findings = (struct findings){.readable = false};
  for (uint32_t word = 0; word < device_flash.page_words; ++word) {
    const uint32_t cleared = ~device_flash_read(page, word);
    if (cleared == 0u)
      continue;
    if (is_one_bit(cleared))
      ++findings->flipped;
    else
      ++findings->broken;
    findings->behind = findings->behind || word >= FIRST_RECORD;
  }
}

static void read_page(struct history *slot, uint32_t page,
                      const struct history *before, struct findings *findings) {
  *findings = (struct findings){.readable = false};
  *slot = (struct history){.page = page};
  read_header(slot, findings);
  if (!findings->readable) {
    read_other(page, findings);
    return;
  }
  const uint32_t kept = slot->count, newest = slot->newest;
  read_snapshot(slot, before, findings);
  read_records(slot, kept, newest, findings);
}

static bool is_right(const struct findings *page) {
  return page->flipped == 0u && page->broken == 0u &&
         (page->stands || !page->readable);
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
                    checksum_word(checksum_start(sequence), record));
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
  const uint32_t end = FIRST_RECORD + 2u * records_of_a_page();
  if (device_flash_read(page, 1) == sequence &&
      device_flash_read(page, end) == ERASED &&
      device_flash_read(page, end + 1u) == ERASED)
    (void)write_place(page, records_of_a_page(), sequence, ENDED);
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
                     checksum_start(history->sequence), snapshot_word) &&
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
  history->record = records_of_a_page();
  return false;
}

static bool save_newest(struct history *history) {
  if (history->record < records_of_a_page() && write_record(history))
    return true;
  return begin_slot(history);
}

/* One wrong bit is damage. More, in a page that nothing depends on, is what an
 * erase or the writing of a slot leaves when power goes. */
static void count_page(const struct findings *page, struct pages *pages) {
  if (is_right(page)) {
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
    read_page(before, page, NULL, &other);
    if (other.whole && before->sequence + 1u == history->sequence) {
      read_page(history, history->page, before, findings);
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
    read_page(slot, page, NULL, &findings);
    if (!is_right(&findings))
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
  *history = (struct history){.record = records_of_a_page()};
  for (uint32_t page = 0; page < device_flash.pages; ++page) {
    read_page(&slot, page, NULL, &findings);
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
  push(history, cycle, soh);
  if (save_newest(history))
    return true;
  drop_newest(history, 1);
  return false;
}

bool history_begin_cell(struct history *history, uint32_t nominal,
                        uint32_t limit) {
  const struct history before = *history;
  history->nominal = nominal;
  history->limit = limit;
  history->lost = 0;
  forget_cycles(history);
  if (begin_slot(history))
    return true;
  /* Slots that were refused may count after a restart, so what comes next must
   * be newer than they are. */
  const uint32_t sequence = history->sequence;
  *history = before;
  history->sequence = sequence;
  history->record = records_of_a_page();
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
