/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The journal of history.h. Each word that is read is read once, and what the
 * checksum covers is the value that is used.
 */
#include "runtime/monitor/history.h"

#include "runtime/device.h"
#include "runtime/monitor/checksum.h"

#define FORMAT 0x31484c44u /* "DLH1" */
#define ERASED 0xffffffffu
#define SNAPSHOT_HEAD 5u
#define SNAPSHOT_WORDS (SNAPSHOT_HEAD + HISTORY_CYCLES / 2u)
#define FIRST_RECORD (SNAPSHOT_WORDS + 2u)
#define SEQUENCES_AHEAD                                                        \
  0x10000u /* that a torn slot may be, and no noise is                         \
            */

_Static_assert(HISTORY_CYCLES % 2u == 0u, "SOH is packed two a word");
_Static_assert(FIRST_RECORD + 4u <= DEVICE_FLASH_PAGE_WORDS_MIN,
               "a slot, the record of its start, and one more");

static uint32_t records_of_a_page(void) {
  return (device_flash.page_words - FIRST_RECORD) / 2u;
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

static uint32_t snapshot_word(const struct history *history, uint32_t word) {
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
  default: {
    const uint32_t index = 2u * (word - SNAPSHOT_HEAD);
    uint32_t pair = 0;
    if (index < history->count)
      pair = (uint16_t)history_soh(history, index);
    if (index + 1u < history->count)
      pair |= (uint32_t)(uint16_t)history_soh(history, index + 1u) << 16;
    return pair;
  }
  }
}

/* False, and nonsense in `slot`, when no whole snapshot is there. */
static bool read_snapshot(struct history *slot, uint32_t page) {
  uint32_t head[SNAPSHOT_HEAD];
  uint32_t checksum = CHECKSUM_START;
  for (uint32_t word = 0; word < SNAPSHOT_WORDS; ++word) {
    const uint32_t value = device_flash_read(page, word);
    checksum = checksum_word(checksum, value);
    if (word < SNAPSHOT_HEAD) {
      head[word] = value;
    } else {
      const uint32_t index = 2u * (word - SNAPSHOT_HEAD);
      slot->soh[index] = (int16_t)(value & 0xffffu);
      slot->soh[index + 1u] = (int16_t)(value >> 16);
    }
  }
  slot->page = page;
  slot->sequence = head[1];
  slot->nominal = head[2];
  slot->limit = head[3] & 0xffffu;
  slot->count = head[3] >> 16;
  slot->newest = head[4];
  slot->oldest = 0;
  slot->record = 0;
  return device_flash_read(page, SNAPSHOT_WORDS) == checksum &&
         head[0] == FORMAT && slot->count <= HISTORY_CYCLES;
}

static uint32_t record_checksum(const struct history *history, uint32_t value) {
  return checksum_word(checksum_word(CHECKSUM_START, history->sequence), value);
}

/* Takes the records of the page over the snapshot, and leaves `record` after
 * the last place that is not blank, damaged ones included. */
static void read_records(struct history *history) {
  const uint32_t records = records_of_a_page();
  for (uint32_t i = 0; i < records; ++i) {
    const uint32_t word = FIRST_RECORD + 2u * i;
    const uint32_t value = device_flash_read(history->page, word);
    const uint32_t checksum = device_flash_read(history->page, word + 1u);
    if (value == ERASED && checksum == ERASED)
      continue;
    history->record = i + 1u;
    if (checksum == record_checksum(history, value) && value != 0u)
      replay(history, value & 0xffffu, (int16_t)(value >> 16));
  }
}

static bool write_word(uint32_t page, uint32_t word, uint32_t value) {
  device_flash_write(page, word, value);
  return device_flash_read(page, word) == value;
}

/* The newest cycle, or a record of no cycle that says that its slot stands. */
static bool write_record(struct history *history) {
  const uint32_t word = FIRST_RECORD + 2u * history->record;
  uint32_t value = 0;
  if (history->count > 0u)
    value = history->newest |
            (uint32_t)(uint16_t)history_soh(history, history->count - 1u) << 16;
  ++history->record;
  return write_word(history->page, word, value) &&
         write_word(history->page, word + 1u, record_checksum(history, value));
}

static bool write_slot(struct history *history) {
  uint32_t checksum = CHECKSUM_START;
  device_flash_erase(history->page);
  for (uint32_t word = 0; word < SNAPSHOT_WORDS; ++word) {
    const uint32_t value = snapshot_word(history, word);
    checksum = checksum_word(checksum, value);
    if (!write_word(history->page, word, value))
      return false;
  }
  return write_word(history->page, SNAPSHOT_WORDS, checksum) &&
         write_record(history);
}

/* Goes on in the next page that takes it. Neither the slot that is left nor the
 * one before it is touched, as long as the newer of them may not stand. */
static bool begin_slot(struct history *history) {
  const uint32_t left = history->page;
  for (uint32_t step = 1; step + 1u < device_flash.pages; ++step) {
    history->page = (left + step) % device_flash.pages;
    ++history->sequence;
    history->record = 0;
    if (write_slot(history))
      return true;
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

/* Whether a slot that does not count says that it is newer than this one: power
 * went while its checksum was written. Another time it might count, and undo
 * what has been written since; so the sequence is taken past it. What was never
 * such a slot must not take the sequence near its end. */
static bool pass_torn_slots(struct history *history) {
  const uint32_t sequence = history->sequence;
  for (uint32_t page = 0; page < device_flash.pages; ++page) {
    const uint32_t ahead = device_flash_read(page, 1) - sequence;
    if (device_flash_read(page, 0) == FORMAT && ahead <= SEQUENCES_AHEAD &&
        sequence + ahead > history->sequence)
      history->sequence = sequence + ahead;
  }
  return history->sequence != sequence;
}

bool history_load(struct history *history) {
  bool found = false;
  struct history slot;
  for (uint32_t page = 0; page < device_flash.pages; ++page) {
    if (read_snapshot(&slot, page) &&
        (!found || slot.sequence > history->sequence)) {
      *history = slot;
      found = true;
    }
  }
  if (!found) {
    *history = (struct history){.record = records_of_a_page()};
    (void)pass_torn_slots(history);
    return true;
  }
  read_records(history);
  if (history->record == 0u || pass_torn_slots(history))
    return begin_slot(history);
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
