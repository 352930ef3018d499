// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The journal while power stays. PowerCutTest.cpp takes it away.
#include "runtime/monitor/history.h"
#include "test/runtime/Device.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

constexpr uint32_t kNominal = 1100000, kLimit = 13107;

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

  /// Cycles up to `newest`, `count` of them, and the cell's settings.
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
}

TEST_F(HistoryTest, ForeignContentIsNoCell) {
  for (auto &page : host_flash.words)
    for (uint32_t &word : page)
      word = word * 1664525u + host_flash.random++ * 1013904223u;
  restart();
  EXPECT_EQ(history.nominal, 0u);
  EXPECT_EQ(history.count, 0u);
  begin();
  append(1, 3);
  restart();
  expect(3, 3);
}

TEST_F(HistoryTest, KeepsACellThroughARestartAtAnyLength) {
  begin();
  for (uint32_t cycle = 1; cycle <= 1200; ++cycle) {
    restart();
    expect(cycle - 1, std::min(cycle - 1, HISTORY_CYCLES));
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
  const uint32_t *place =
      &host_flash.words[history.page][60 + 2 * history.record];
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
  if (!operation->erase && operation->word >= 60)
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

/// The checksums of a device's first two slots were cut, and read wrong at one
/// start and right at the next.
TEST_F(HistoryTest, TornFirstSlotsDoNotComeBack) {
  constexpr uint32_t checksum = 58;
  ASSERT_TRUE(history_begin_cell(&history, 5, 9000));
  ASSERT_TRUE(history_set_limit(&history, 9001));
  host_flash.words[1][checksum] ^= 1;
  host_flash.words[2][checksum] ^= 1;
  restart();
  EXPECT_EQ(history.nominal, 0u);
  begin();
  append(1, 2);
  host_flash.words[2][checksum] ^= 1;
  restart();
  expect(2, 2);
}

/// Damage that comes with age, and not from a cut: what is after it counts.
TEST_F(HistoryTest, ADamagedRecordEndsWhatIsBeforeIt) {
  begin();
  append(1, 50);
  uint32_t *words = host_flash.words[history.page];
  auto damaged = std::find(words + 60, words + HOST_FLASH_PAGE_WORDS,
                           30u | uint32_t(soh(30)) << 16);
  ASSERT_NE(damaged, words + HOST_FLASH_PAGE_WORDS);
  *damaged ^= 1u << 20;
  restart();
  expect(50, 20);
}

TEST_F(HistoryTest, ADamagedSnapshotGivesWayToTheSlotBefore) {
  begin();
  uint32_t first = history.page;
  uint32_t cycle = 0;
  while (history.page == first) {
    ++cycle;
    append(cycle, cycle);
  }
  host_flash.words[history.page][20] ^= 4;
  restart();
  expect(cycle - 1, HISTORY_CYCLES);
}

} // namespace
