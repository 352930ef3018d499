// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Flash forgets: a bit flips by itself, anywhere. Each bit of all pages of a
// journal is flipped, one at a time, and the device starts from what is there:
// the flip must be reported, cost nothing but what it hit, and be gone at the
// next start. Then two bits and more, some of them close to each other, and in
// between power cuts.
//
// Without sanitizers, as two million starts are many; HistoryTest.cpp and
// PowerCutTest.cpp run the same sources under them.
#include "runtime/monitor/history.h"
#include "test/runtime/Device.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>

namespace {

constexpr uint32_t kBits = HOST_FLASH_PAGES * HOST_FLASH_PAGE_WORDS * 32;
constexpr uint32_t kPageBits = HOST_FLASH_PAGE_WORDS * 32;

/// Words of a page before its first record, and before its snapshot.
constexpr uint32_t kFirstRecord = 68, kSnapshot = 14;

/// Each battery of a journal has SOH of its own.
int16_t soh(uint32_t battery, uint32_t cycle) {
  return int16_t(16384 - cycle % 3000 - battery * 1021 -
                 cycle * 2654435761u % 32);
}

/// A device that lives until the test looks at it.
struct Life {
  Life() {
    host_flash_new(1);
    host_flash_hook = nullptr;
    EXPECT_TRUE(history_load(&history));
  }
  Life &begin(uint32_t nominal) {
    ++battery;
    EXPECT_TRUE(history_begin_cell(&history, nominal, 13107));
    return *this;
  }
  Life &append(uint32_t cycles, uint32_t startEvery = 0) {
    for (uint32_t i = 0; i < cycles; ++i) {
      uint32_t cycle = history.newest + 1;
      EXPECT_TRUE(history_append(&history, cycle, soh(battery, cycle)));
      if (startEvery != 0 && cycle % startEvery == 0)
        start();
    }
    return *this;
  }
  Life &fillPage() {
    for (uint32_t page = history.page; history.page == page;)
      append(1);
    return *this;
  }
  Life &setLimit(uint32_t limit) {
    EXPECT_TRUE(history_set_limit(&history, limit));
    return *this;
  }
  Life &start() {
    EXPECT_TRUE(history_load(&history));
    return *this;
  }

  struct history history;
  uint32_t battery = 0;
};

struct State {
  const char *name;
  void (*live)(Life &life);
};
const State kStates[] = {
    {"Blank", [](Life &) {}},
    {"Young", [](Life &life) { life.begin(1100000).append(37); }},
    {"HalfAPage", [](Life &life) { life.begin(1100000).append(240); }},
    {"APageJustBegun", [](Life &life) { life.begin(1100000).fillPage(); }},
    {"TwoPages", [](Life &life) { life.begin(1100000).fillPage().append(50); }},
    {"AnOlderBattery",
     [](Life &life) {
       life.begin(1100000).append(300).begin(2200000).append(60);
     }},
    {"ABatteryWithoutCycles",
     [](Life &life) { life.begin(1100000).append(700).begin(1100000); }},
    {"AllPages", [](Life &life) { life.begin(1100000).append(5000); }},
    {"ALongLife",
     [](Life &life) {
       life.begin(1100000).append(2000, 97).setLimit(9000);
       life.begin(5000000).append(1900, 97).setLimit(11000).append(107).start();
     }},
};

struct Figures {
  uint64_t flips = 0, unreported = 0, wrong = 0, lost = 0, unsettled = 0;
};

/// The flash and the history of a device that all is well with.
class JournalFlip : public testing::TestWithParam<State> {
protected:
  void SetUp() override {
    Life life;
    GetParam().live(life);
    battery = life.battery;
    ASSERT_TRUE(history_load(&right));
    ASSERT_EQ(right.damaged + right.torn + right.lost, 0u);
    *saved = host_flash;
    // What stands now is read again: a start has nothing to find.
    struct history again;
    ASSERT_TRUE(history_load(&again));
    ASSERT_EQ(again.damaged + again.torn + again.lost, 0u);
    host_flash = *saved;
  }

  static void flip(uint32_t bit) {
    host_flash.words[bit / kPageBits][bit / 32 % HOST_FLASH_PAGE_WORDS] ^=
        1u << bit % 32;
  }

  /// Whether all that it says is true; it may say less than it did.
  bool isTrue(const struct history &found) const {
    if (found.nominal == 0)
      return found.count == 0;
    if (found.nominal != right.nominal || found.limit != right.limit ||
        found.newest > right.newest || found.count > found.newest)
      return false;
    for (uint32_t i = 0; i < found.count; ++i)
      if (history_soh(&found, i) !=
          soh(battery, found.newest - found.count + 1 + i))
        return false;
    return true;
  }
  bool isAll(const struct history &found) const {
    return found.nominal == right.nominal && found.limit == right.limit &&
           found.newest == right.newest && found.count == right.count;
  }

  /// Starts from the damaged flash.
  struct history start() {
    struct history found;
    EXPECT_TRUE(history_load(&found));
    ++figures.flips;
    figures.wrong += !isTrue(found);
    figures.unreported += found.damaged + found.torn == 0;
    return found;
  }

  /// The start after it finds the same, and nothing to complain of.
  void startAgain(const struct history &found) {
    struct history again;
    EXPECT_TRUE(history_load(&again));
    figures.unsettled += again.damaged != found.damaged ||
                         again.torn > found.torn || again.lost != found.lost ||
                         !isTrue(again) || again.nominal != found.nominal ||
                         again.newest != found.newest ||
                         again.count != found.count;
  }

  std::unique_ptr<struct host_flash> saved =
      std::make_unique<struct host_flash>();
  struct history right;
  uint32_t battery = 0;
  Figures figures;
};
INSTANTIATE_TEST_SUITE_P(Of, JournalFlip, testing::ValuesIn(kStates),
                         [](const auto &info) { return info.param.name; });

TEST_P(JournalFlip, AnyBit) {
  for (uint32_t bit = 0; bit < kBits; ++bit) {
    host_flash = *saved;
    flip(bit);
    struct history found = start();
    // It is counted as damage, once; and nothing is lost, not even what it hit.
    figures.unreported += found.damaged != 1 || found.torn != 0;
    figures.lost += !isAll(found) || found.lost != 0;
    if (bit % 41 == 0)
      startAgain(found);
  }
  EXPECT_EQ(figures.flips, kBits);
  EXPECT_EQ(figures.wrong, 0u);
  EXPECT_EQ(figures.unreported, 0u);
  EXPECT_EQ(figures.lost, 0u);
  EXPECT_EQ(figures.unsettled, 0u);
  EXPECT_EQ(host_flash.violations, 0u);
  std::printf(
      "journal_flips %llu\njournal_wrong %llu\njournal_unreported %llu\n",
      static_cast<unsigned long long>(figures.flips),
      static_cast<unsigned long long>(figures.wrong),
      static_cast<unsigned long long>(figures.wrong + figures.unreported +
                                      figures.lost));
}

TEST_P(JournalFlip, TwoToFiveBitsAnywhere) {
  std::mt19937 random(7);
  for (uint32_t run = 0; run < 25000; ++run) {
    host_flash = *saved;
    for (uint32_t bits = 2 + run % 4; bits > 0; --bits)
      flip(uint32_t(random() % kBits));
    struct history found = start();
    if (run % 41 == 0)
      startAgain(found);
  }
  EXPECT_EQ(figures.wrong, 0u);
  EXPECT_EQ(figures.unreported, 0u);
  EXPECT_EQ(figures.unsettled, 0u);
}

/// Two bits of what comes before the records: of the headers, of the snapshot.
TEST_P(JournalFlip, TwoBitsOfTheNewestSlotCostNothing) {
  if (right.nominal == 0)
    return; // There is no slot.
  std::mt19937 random(11);
  for (uint32_t run = 0; run < 10000; ++run) {
    host_flash = *saved;
    uint32_t first = right.page * kPageBits;
    flip(first + uint32_t(random() % (kFirstRecord * 32)));
    flip(first + uint32_t(random() % (kFirstRecord * 32)));
    if (host_flash.words[right.page][0] == saved->words[right.page][0] &&
        std::equal(saved->words[right.page],
                   saved->words[right.page] + kFirstRecord,
                   host_flash.words[right.page]))
      continue; // The same bit twice.
    struct history found = start();
    figures.lost += !isAll(found) || found.lost != 0;
    if (run % 41 == 0)
      startAgain(found);
  }
  EXPECT_EQ(figures.wrong, 0u);
  EXPECT_EQ(figures.unreported, 0u);
  EXPECT_EQ(figures.lost, 0u);
  EXPECT_EQ(figures.unsettled, 0u);
}

/// A whole word of any page reads as anything.
TEST_P(JournalFlip, AnyWord) {
  std::mt19937 random(13);
  for (uint32_t bit = 0; bit < kBits; bit += 32) {
    host_flash = *saved;
    uint32_t &word =
        host_flash.words[bit / kPageBits][bit / 32 % HOST_FLASH_PAGE_WORDS];
    switch (random() % 3) {
    case 0:
      word = word == 0 ? ~0u : 0;
      break;
    case 1:
      word = ~word;
      break;
    default:
      word ^= uint32_t(random()) | 1;
    }
    struct history found = start();
    if (bit % (41 * 32) == 0)
      startAgain(found);
  }
  EXPECT_EQ(figures.wrong, 0u);
  EXPECT_EQ(figures.unreported, 0u);
  EXPECT_EQ(figures.unsettled, 0u);
}

/// The newest slot is damaged beyond reading: no battery is known, and never
/// one before it.
TEST_P(JournalFlip, ASlotBeyondReadingIsNotPassedOver) {
  if (right.nominal == 0)
    return;
  std::mt19937 random(17);
  for (uint32_t run = 0; run < 2000; ++run) {
    host_flash = *saved;
    uint32_t *words = host_flash.words[right.page];
    const uint32_t most = run % 2 == 0 ? kSnapshot : HOST_FLASH_PAGE_WORDS;
    for (uint32_t word = 0; word < most; ++word)
      words[word] ^= uint32_t(random());
    if (run % 8 == 1 && right.sequence > 1)
      std::fill_n(words, HOST_FLASH_PAGE_WORDS, ~0u);
    struct history found = start();
    figures.lost += found.nominal != 0 || found.damaged == 0;
    if (run % 41 == 0)
      startAgain(found);
  }
  EXPECT_EQ(figures.wrong, 0u);
  EXPECT_EQ(figures.unreported, 0u);
  EXPECT_EQ(figures.lost, 0u);
  EXPECT_EQ(figures.unsettled, 0u);
}

} // namespace
