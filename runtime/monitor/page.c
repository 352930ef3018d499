/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Each word is read once, and what the checksum covers is the value that is
 * used.
 */
#include "runtime/monitor/page.h"

#include "runtime/device.h"
#include "runtime/monitor/checksum.h"
#include "runtime/monitor/ring.h"

#include <stddef.h>

_Static_assert(FIRST_RECORD + 6u <= DEVICE_FLASH_PAGE_WORDS_MIN,
               "a slot, the record of its start, one more, and its end");

uint32_t page_records(void) {
  return (device_flash.page_words - FIRST_RECORD) / 2u - 1u;
}

uint32_t page_checksum_start(uint32_t sequence) {
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
  findings->whole = check(words, SNAPSHOT_WORDS,
                          page_checksum_start(slot->sequence), findings);
  if (findings->whole) {
    for (uint32_t i = 0; i < SNAPSHOT_WORDS; ++i) {
      slot->soh[2u * i] = (int16_t)(words[i] & 0xffffu);
      slot->soh[2u * i + 1u] = (int16_t)(words[i] >> 16);
    }
    return;
  }
  ++findings->broken;
  if (before == NULL || !took_over(slot, before)) {
    ring_clear(slot);
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
  const uint32_t start = page_checksum_start(slot->sequence);
  const uint32_t records = page_records();
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
      ring_replay(slot, cycle, (int16_t)(record >> 16));
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

void page_read(struct history *slot, uint32_t page,
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

bool page_is_right(const struct findings *page) {
  return page->flipped == 0u && page->broken == 0u &&
         (page->stands || !page->readable);
}
