// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The journal while power stays. PowerCutTest.cpp takes it away.
#include "runtime/monitor/history.h"
#include "test/runtime/Device.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

namespace {

constexpr uint32_t kNominal = 1100000, kLimit = 13107;

/// Words of a slot, as history.h has them.
constexpr uint32_t kHeader = 7, kSnapshot = 14, kFirstRecord = 68;

int16_t soh(uint32_t cycle) { return int16_t(16384 - cycle % 5000); }

class HistoryTest : public testing::Test {
protected:
  void SetUp() override {
    host_flash_new(1);
    host_flash_hook = nullptr;
    ASSERT_TRUE(history_load(&history));
  }
  void TearDown() override { host_flash_hook = nullptr; }

  void begin() { ASSERT_TRUE(history_begin_cell(&history, kNominal, kLimit)); }
  void append(uint32_t first, uint32_t last) {
    for (uint32_t cycle = first; cycle <= last; ++cycle)
      ASSERT_TRUE(history_append(&history, cycle, soh(cycle))) << cycle;
  }
  void restart() { ASSERT_TRUE(history_load(&history)); }
  uint32_t *record(uint32_t number) {
    return &host_flash.words[history.page][kFirstRecord + 2 * number];
  }

  /// What starts have found so far.
  void expectFound(uint32_t damaged, uint32_t torn, uint32_t lost) const {
    EXPECT_EQ(history.damaged, damaged);
    EXPECT_EQ(history.torn, torn);
    EXPECT_EQ(history.lost, lost);
  }

  /// Cycles up to `newest`, `count` of them, and the battery's settings.
  void expect(uint32_t newest, uint32_t count) const {
    EXPECT_EQ(history.nominal, kNominal);
    EXPECT_EQ(history.limit, kLimit);
    EXPECT_EQ(history.newest, newest);
    ASSERT_EQ(history.count, count);
    for (uint32_t i = 0; i < count; ++i)
      EXPECT_EQ(history_soh(&history, i), soh(newest - count + 1 + i)) << i;
  }

  struct history history;
};

TEST_F(HistoryTest, AnErasedFlashHoldsNoCell) {
  EXPECT_EQ(history.nominal, 0u);
  EXPECT_EQ(history.newest, 0u);
  EXPECT_EQ(history.count, 0u);
  expectFound(0, 0, 0);
}

TEST_F(HistoryTest, ForeignContentIsNoCellAndIsSaid) {
  for (auto &page : host_flash.words)
    for (uint32_t &word : page)
      word = word * 1664525u + host_flash.random++ * 1013904223u;
  restart();
  EXPECT_EQ(history.nominal, 0u);
  EXPECT_EQ(history.count, 0u);
  expectFound(HOST_FLASH_PAGES, 0, 0);
  restart();
  expectFound(HOST_FLASH_PAGES, 0, 0);
  begin();
  append(1, 3);
  restart();
  expect(3, 3);
}

/// The one before this had a header of five words, and no copy of it.
TEST_F(HistoryTest, AJournalOfAnotherFormatIsNoCellAndIsSaid) {
  const uint32_t header[] = {0x31484c44, 1, kNominal, kLimit, 0};
  std::copy(std::begin(header), std::end(header), host_flash.words[1]);
  std::fill_n(host_flash.words[1] + 5, 53, 0u);
  host_flash.words[1][58] = 0x12345678;
  for (uint32_t word = 60; word < 260; ++word)
    host_flash.words[1][word] = word * 2654435761u;
  restart();
  EXPECT_EQ(history.nominal, 0u);
  expectFound(1, 0, 0);
  begin();
  append(1, 3);
  restart();
  expect(3, 3);
  expectFound(1, 0, 0);
}

TEST_F(HistoryTest, KeepsACellThroughARestartAtAnyLength) {
  begin();
  for (uint32_t cycle = 1; cycle <= 1200; ++cycle) {
    restart();
    expect(cycle - 1, std::min(cycle - 1, HISTORY_CYCLES));
    expectFound(0, 0, 0);
    append(cycle, cycle);
  }
  EXPECT_EQ(host_flash.violations, 0u);
}

TEST_F(HistoryTest, AUsedCellStartsAtAnyCycle) {
  begin();
  append(HISTORY_LAST_CYCLE - 20, HISTORY_LAST_CYCLE);
  restart();
  expect(HISTORY_LAST_CYCLE, 21);
}

TEST_F(HistoryTest, SettingsAndANewCell) {
  begin();
  append(1, 300);
  ASSERT_TRUE(history_set_limit(&history, 11469));
  restart();
  EXPECT_EQ(history.limit, 11469u);
  EXPECT_EQ(history.newest, 300u);
  ASSERT_TRUE(history_begin_cell(&history, 5000, 9000));
  restart();
  EXPECT_EQ(history.nominal, 5000u);
  EXPECT_EQ(history.limit, 9000u);
  EXPECT_EQ(history.newest, 0u);
  EXPECT_EQ(history.count, 0u);
}

TEST_F(HistoryTest, WearSpreadsOverAllPages) {
  begin();
  append(1, 60000);
  auto [least, most] =
      std::minmax_element(host_flash.erases, std::end(host_flash.erases));
  EXPECT_LE(*most - *least, 1u);
  // The chip promises 10,000 erases of a page.
  EXPECT_LT(*most, 20u);
  EXPECT_EQ(host_flash.violations, 0u);
  for (const auto &page : host_flash.writes)
    EXPECT_LE(*std::max_element(page, std::end(page)), 1);
}

TEST_F(HistoryTest, StartingOftenWearsLittle) {
  begin();
  append(1, 5);
  uint32_t before = 0, after = 0;
  for (uint32_t erases : host_flash.erases)
    before += erases;
  for (int i = 0; i < 1000; ++i)
    restart();
  for (uint32_t erases : host_flash.erases)
    after += erases;
  EXPECT_LE(after - before, 5u);
  expect(5, 5);
}

/// What reads as blank after a cut may not be: the place is not trusted with
/// the copy that makes the newest cycle safe.
TEST_F(HistoryTest, AStartLeavesAPlaceOutAndWritesTheNewestAgain) {
  begin();
  append(1, 5);
  const uint32_t *place = record(history.record);
  restart();
  EXPECT_EQ(place[0], 0xffffffffu);
  EXPECT_EQ(place[1], 0xffffffffu);
  EXPECT_EQ(place[2], 5u | uint32_t(soh(5)) << 16);
  EXPECT_NE(place[3], 0xffffffffu);
  EXPECT_EQ(place[4], 0xffffffffu);
  expect(5, 5);
}

/// Of the pages in `wornPages`, no word takes a write.
uint32_t wornPages;
void wear(const host_flash_operation *operation) {
  if (!operation->erase && (wornPages >> operation->page & 1))
    host_flash.words[operation->page][operation->word] = 0;
}

TEST_F(HistoryTest, AWornPageIsPassedOver) {
  wornPages = 1u << 2 | 1u << 3;
  host_flash_hook = wear;
  begin();
  append(1, 3000);
  restart();
  expect(3000, HISTORY_CYCLES);
}

TEST_F(HistoryTest, AFlashThatTakesNothingLosesNothing) {
  begin();
  append(1, 200);
  wornPages = ~0u;
  host_flash_hook = wear;
  for (int again = 0; again < 3; ++again)
    EXPECT_FALSE(history_append(&history, 201, soh(201)));
  EXPECT_FALSE(history_set_limit(&history, 9000));
  EXPECT_FALSE(history_begin_cell(&history, 5, 9000));
  EXPECT_EQ(history.nominal, kNominal);
  EXPECT_EQ(history.limit, kLimit);
  EXPECT_EQ(history.newest, 200u);
  EXPECT_FALSE(history_load(&history));
  expect(200, HISTORY_CYCLES);
}

/// Snapshots take, but not the records that say that they stand.
void refuseRecords(const host_flash_operation *operation) {
  if (!operation->erase && operation->word >= kFirstRecord)
    host_flash.words[operation->page][operation->word] = 0;
}

TEST_F(HistoryTest, WhatTheFlashRefusedDoesNotComeBack) {
  begin();
  append(1, 200);
  host_flash_hook = refuseRecords;
  EXPECT_FALSE(history_begin_cell(&history, 5, 9000));
  host_flash_hook = nullptr;
  expect(200, HISTORY_CYCLES);
  append(201, 201);
  restart();
  expect(201, HISTORY_CYCLES);
}

TEST_F(HistoryTest, AFirstCycleThatTheFlashRefusesIsNone) {
  begin();
  wornPages = ~0u;
  host_flash_hook = wear;
  EXPECT_FALSE(history_append(&history, 300, soh(300)));
  EXPECT_EQ(history.newest, 0u);
  EXPECT_EQ(history.count, 0u);
}

/// The checksums of a device's first two slots were cut. They don't read right
/// now, and are not there any more when they might.
TEST_F(HistoryTest, TornFirstSlotsDoNotComeBack) {
  ASSERT_TRUE(history_begin_cell(&history, 5, 9000));
  ASSERT_TRUE(history_set_limit(&history, 9001));
  for (uint32_t page : {1, 2}) {
    host_flash.words[page][kFirstRecord - 1] |= 0xff;
    std::fill_n(host_flash.words[page] + kFirstRecord, 4, 0xffffffffu);
  }
  restart();
  EXPECT_EQ(history.nominal, 0u);
  expectFound(0, 2, 0);
  begin();
  append(1, 2);
  restart();
  expect(2, 2);
  expectFound(0, 0, 0);
}

/// What follows is damage that comes with age, and not from a cut.

TEST_F(HistoryTest, AFlippedBitOfARecordCostsNothing) {
  begin();
  append(1, 50);
  *record(30) ^= 1u << 20;
  restart();
  expect(50, 50);
  expectFound(1, 0, 0);
  // It is repaired, and the count stays, also for the next battery.
  restart();
  expectFound(1, 0, 0);
  begin();
  restart();
  expectFound(1, 0, 0);
}

TEST_F(HistoryTest, ALostRecordEndsWhatIsBeforeIt) {
  begin();
  append(1, 50);
  *record(30) ^= 3u << 20;
  restart();
  expect(50, 20);
  expectFound(1, 0, 30);
  append(51, 60);
  restart();
  expect(60, 30);
  expectFound(1, 0, 30);
  begin();
  expectFound(1, 0, 0);
}

TEST_F(HistoryTest, ALostRecordThatNobodyNeedsCostsNothing) {
  begin();
  append(1, 300);
  *record(30) ^= 3u << 20;
  restart();
  expect(300, HISTORY_CYCLES);
  expectFound(1, 0, 0);
}

TEST_F(HistoryTest, TheFirstRecordOfABatteryIsMissed) {
  begin();
  append(1, 5);
  *record(1) ^= 3u << 20;
  restart();
  expect(5, 4);
  expectFound(1, 0, 1);
}

/// From flash alone it can't be told from a write that was cut.
TEST_F(HistoryTest, ALostNewestRecordIsSaidToBeTorn) {
  begin();
  append(1, 50);
  *record(50) ^= 3u << 20;
  restart();
  expect(49, 49);
  expectFound(0, 1, 0);
}

TEST_F(HistoryTest, ALostSnapshotIsTakenFromTheSlotBefore) {
  begin();
  uint32_t first = history.page, cycle = 0;
  while (history.page == first) {
    ++cycle;
    append(cycle, cycle);
  }
  std::fill_n(host_flash.words[history.page] + kSnapshot, 53, 0u);
  restart();
  expect(cycle, HISTORY_CYCLES);
  expectFound(1, 0, 0);
}

TEST_F(HistoryTest, ALostSnapshotWithoutASlotBeforeCostsItsCycles) {
  begin();
  append(1, 50);
  ASSERT_TRUE(history_set_limit(&history, kLimit));
  append(51, 60);
  std::fill_n(host_flash.words[history.page] + kSnapshot, 53, 0u);
  std::fill_n(host_flash.words[history.page - 1], HOST_FLASH_PAGE_WORDS, ~0u);
  restart();
  expect(60, 11); // The slot's first record is of cycle 50.
  expectFound(1, 0, 49);
}

TEST_F(HistoryTest, ALostHeaderHasACopy) {
  begin();
  append(1, 50);
  for (uint32_t header : {0u, kHeader}) {
    std::fill_n(host_flash.words[history.page] + header, kHeader, 0u);
    restart();
    expect(50, 50);
  }
  expectFound(2, 0, 0);
}

/// Else the battery before it would be back, or an older state of this one.
TEST_F(HistoryTest, ASlotWithoutHeadersLeavesNoBattery) {
  begin();
  append(1, 50);
  ASSERT_TRUE(history_begin_cell(&history, 5000, 9000));
  ASSERT_TRUE(history_append(&history, 7, 100));
  std::fill_n(host_flash.words[history.page], kSnapshot, 0u);
  for (uint32_t starts = 0; starts < 2; ++starts) {
    restart();
    EXPECT_EQ(history.nominal, 0u);
    EXPECT_EQ(history.count, 0u);
    expectFound(1, 0, 50);
  }
  begin();
  append(1, 3);
  restart();
  expect(3, 3);
  expectFound(1, 0, 0);
}

/// Two slots are right again, so that the next damage finds one.
TEST_F(HistoryTest, DamageDoesNotAddUp) {
  begin();
  append(1, 700);
  for (uint32_t times = 1; times <= 30; ++times) {
    host_flash.words[history.page][times % 2 * kSnapshot] ^= 1u << times;
    restart();
    expect(700, HISTORY_CYCLES);
    expectFound(2 * times - 1, 0, 0);
    std::fill_n(host_flash.words[history.page] + kSnapshot + 3, 5, times);
    restart();
    expect(700, HISTORY_CYCLES);
    expectFound(2 * times, 0, 0);
  }
}

TEST_F(HistoryTest, CountsEnd) {
  begin();
  history.damaged = history.lost = 0xfffe;
  append(1, 1);
  ASSERT_TRUE(history_set_limit(&history, kLimit));
  append(2, 50);
  for (int times = 0; times < 3; ++times) {
    *record(0) ^= 1;
    restart();
  }
  expectFound(0xffff, 0, 0xfffe);
  EXPECT_EQ(history.count, 50u);
}

/// Whatever the pages hold, a start ends, stays within them and finds the same
/// the next time.
TEST_F(HistoryTest, AnyContentIsFine) {
  std::mt19937 random(3);
  begin();
  append(1, 2000);
  const struct host_flash life = host_flash;
  uint32_t newest = 0, older = 0, none = 0;
  for (uint32_t run = 0; run < 3000; ++run) {
    host_flash = life;
    const bool harsh = run % 4 == 0;
    for (uint32_t page = 0; page < HOST_FLASH_PAGES; ++page) {
      uint32_t *words = host_flash.words[page];
      uint32_t from = harsh ? 0 : uint32_t(random()) % HOST_FLASH_PAGE_WORDS;
      uint32_t size = uint32_t(random()) % (HOST_FLASH_PAGE_WORDS - from) + 1;
      switch (random() % (harsh ? 3 : 6)) {
      case 0: // Noise,
        std::generate_n(words + from, size, std::ref(random));
        break;
      case 1: // from few to many bits that are set,
        std::for_each(words + from, words + from + size,
                      [&](uint32_t &word) { word |= uint32_t(random()); });
        break;
      case 2: // one word all over,
        std::fill_n(words + from, size, uint32_t(random()));
        break;
      case 3: // what stands in another page,
        std::copy_n(life.words[random() % HOST_FLASH_PAGES] + from, size,
                    words + from);
        break;
      case 4: // or in another place of it.
        std::copy_n(life.words[page], HOST_FLASH_PAGE_WORDS - from,
                    words + from);
        break;
      default:
        break;
      }
    }
    restart();
    const struct history first = history;
    ASSERT_LE(first.count, HISTORY_CYCLES);
    ASSERT_LE(first.count, first.newest);
    ++(first.newest == 2000 ? newest : first.newest > 0 ? older : none);
    append(first.newest + 1, first.newest + 2);
    restart();
    EXPECT_EQ(history.nominal, first.nominal);
    EXPECT_EQ(history.newest, first.newest + 2);
    EXPECT_EQ(history.damaged, first.damaged);
    EXPECT_EQ(history.lost, first.lost);
  }
  EXPECT_GT(newest, 300u);
  EXPECT_GT(older, 300u);
  EXPECT_GT(none, 300u);
  EXPECT_EQ(host_flash.violations, 0u);
}

} // namespace
