// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Power goes at every single write and erase of a long life, and again at every
// one of the start that follows. What was acknowledged must be there.
//
// Before each operation of the life the flash is put aside, the operation is
// torn, the device starts from what is left, and then the flash is put back and
// the life goes on: so all cuts take seconds. Each test cuts a part of the
// life.
#include "runtime/monitor/history.h"
#include "test/runtime/Device.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>

namespace {

constexpr uint32_t kCycles = 10000, kNominal = 1100000, kLimit = 13107;

/// What a forecast needs: the window and what its cleaning looks back on.
constexpr uint32_t kNeeded = 104;

int16_t soh(uint32_t cycle) {
  return int16_t(16384 - cycle / 2 - cycle * 2654435761u % 64);
}

/// A life under way, and its cuts in the cycles from `first` to `last`: at
/// every operation; or at every `flipsEvery`-th of them, and then a bit is
/// flipped, too.
class Life {
public:
  Life(uint32_t first, uint32_t last, uint32_t flipsEvery = 0)
      : first(first), last(last), flipsEvery(flipsEvery) {
    current = this;
    host_flash_new(1);
    host_flash_hook = cutInLife;
  }
  ~Life() { host_flash_hook = nullptr; }

  void begin() {
    (void)history_load(&history);
    EXPECT_TRUE(history_begin_cell(&history, kNominal, kLimit));
    declared = true;
  }

  void append(uint32_t cycle) {
    attempted = cycle;
    EXPECT_TRUE(history_append(&history, cycle, soh(cycle)));
    acknowledged = cycle;
  }

  void restart() {
    (void)history_load(&history);
    check(history);
  }

  uint64_t tried = 0;      // Cuts.
  uint64_t lost = 0;       // Cuts after which something acknowledged was gone.
  uint64_t newestKept = 0; // Cuts that the cycle under way survived.
  uint64_t newestGone = 0;
  uint64_t flips = 0;

private:
  static void cutInLife(const host_flash_operation *operation) {
    if (current->attempted < current->first ||
        current->attempted > current->last)
      return;
    if (current->flipsEvery != 0) {
      if (++current->operations % current->flipsEvery == 0)
        current->cut(*operation, true);
    } else {
      current->cut(*operation, false);
      current->cut(*operation, true);
    }
    host_flash_hook = cutInLife;
  }
  static void cutInStart(const host_flash_operation *operation) {
    current->cutAgain(*operation);
    host_flash_hook = cutInStart;
  }

  /// Power goes right before the operation, or within it.
  void cut(const host_flash_operation &operation, bool torn) {
    auto aside = std::make_unique<host_flash_copy>();
    tear(operation, torn);
    if (flipsEvery != 0)
      flip();
    struct history started;
    host_flash_hook = cutInStart;
    (void)history_load(&started);
    host_flash_hook = nullptr;
    check(started);
    (started.newest == attempted ? newestKept : newestGone) +=
        attempted != acknowledged;
    goOn(started);
  }

  /// Power goes once more, while the device starts.
  void cutAgain(const host_flash_operation &operation) {
    host_flash_hook = nullptr;
    auto aside = std::make_unique<host_flash_copy>();
    tear(operation, true);
    struct history started;
    (void)history_load(&started);
    check(started);
    goOn(started);
  }

  /// What a start has found lasts, and so does what comes after: the host sends
  /// the cycle that is not there, measured a little differently, and the next.
  void goOn(struct history &started) {
    if (!declared)
      return;
    remeasured = started.newest < attempted ? attempted : 0;
    for (uint32_t cycle = started.newest + 1; cycle <= attempted + 1; ++cycle)
      lost += !history_append(&started, cycle, expected(cycle));
    for (int again = 0; again < 2; ++again) {
      struct history later;
      (void)history_load(&later);
      lost += later.newest != attempted + 1 || !holds(later);
    }
    remeasured = 0;
  }

  int16_t expected(uint32_t cycle) const {
    return int16_t(soh(cycle) + (cycle == remeasured ? 1 : 0));
  }

  void tear(const host_flash_operation &operation, bool torn) {
    ++tried;
    host_flash.random = uint32_t(tried * 2654435761u) | 1;
    if (torn)
      host_flash_tear(&operation);
  }

  /// Of a page that holds something, as the blank ones would mostly be hit.
  void flip() {
    uint32_t bit = uint32_t(random());
    uint32_t *words = host_flash.words[(history.page + bit % 2 * 7) % 8];
    words[(bit >> 8) % HOST_FLASH_PAGE_WORDS] ^= 1u << (bit >> 1) % 32;
    ++flips;
  }

  void check(const struct history &started) {
    bool whole = started.newest == acknowledged || started.newest == attempted;
    lost += !whole || !holds(started);
  }

  /// Whether it is what it says, and enough of it.
  bool holds(const struct history &started) const {
    if (!declared)
      return started.count == 0;
    if (started.nominal != kNominal || started.limit != kLimit ||
        started.count < std::min(started.newest, kNeeded))
      return false;
    for (uint32_t i = 0; i < started.count; ++i)
      if (history_soh(&started, i) !=
          expected(started.newest - started.count + 1 + i))
        return false;
    return true;
  }

  /// The flash as it is now, put back at the end; its violations stay counted.
  struct host_flash_copy {
    struct host_flash saved = host_flash;
    ~host_flash_copy() {
      saved.violations = host_flash.violations;
      host_flash = saved;
    }
  };

  static Life *current;
  uint32_t first, last, flipsEvery;
  uint64_t operations = 0;
  std::mt19937 random{5};
  struct history history;
  bool declared = false;
  uint32_t acknowledged = 0, attempted = 0;
  uint32_t remeasured = 0; // A cycle, or none.
};

Life *Life::current;

constexpr uint32_t kParts = 4;
class PowerCutLife : public testing::TestWithParam<uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Part, PowerCutLife, testing::Range(0u, kParts));

TEST_P(PowerCutLife, AtEveryWriteAndErase) {
  // Cycle 0 is what comes before the first.
  uint32_t first = GetParam() == 0 ? 0 : kCycles / kParts * GetParam() + 1;
  Life life(first, kCycles / kParts * (GetParam() + 1));
  life.begin();
  for (uint32_t cycle = 1; cycle <= kCycles; ++cycle) {
    life.append(cycle);
    if (cycle % 97 == 0)
      life.restart();
  }
  EXPECT_EQ(host_flash.violations, 0u);
  EXPECT_EQ(life.lost, 0u);
  // Else nothing was cut at all, or too gently.
  EXPECT_GT(life.tried, 3u * 2 * 2 * kCycles / kParts);
  EXPECT_GT(life.newestKept, 0u);
  EXPECT_GT(life.newestGone, kCycles / kParts);
  std::printf("power_cuts_tried %llu\npower_cuts_lost %llu\n",
              static_cast<unsigned long long>(life.tried),
              static_cast<unsigned long long>(life.lost));
}

/// And what repairs the flip is cut, too.
TEST(PowerCut, WithAFlippedBit) {
  constexpr uint32_t cycles = 1500, every = 29;
  Life life(0, cycles, every);
  life.begin();
  for (uint32_t cycle = 1; cycle <= cycles; ++cycle) {
    life.append(cycle);
    if (cycle % 97 == 0)
      life.restart();
  }
  EXPECT_EQ(host_flash.violations, 0u);
  EXPECT_EQ(life.lost, 0u);
  EXPECT_GT(life.flips, 2u * cycles / every);
  EXPECT_GT(life.tried, 100 * life.flips);
}

/// A change of a setting, or of the cell, is all or nothing.
struct Settings {
  uint32_t nominal, limit, newest;
  bool operator==(const Settings &other) const {
    return nominal == other.nominal && limit == other.limit &&
           newest == other.newest;
  }
};
Settings before, after;
uint64_t settingCuts, settingsBefore, settingsAfter;

Settings settings(const struct history &history) {
  return {history.nominal, history.limit, history.newest};
}

/// What a start finds lasts, and so does the cycle that comes after it.
void startAndGoOn() {
  struct history history;
  (void)history_load(&history);
  Settings first = settings(history);
  EXPECT_TRUE(first == before || first == after);
  settingsBefore += first == before;
  settingsAfter += first == after;
  uint32_t next = ++first.newest;
  EXPECT_TRUE(history_append(&history, next, soh(next)));
  for (int again = 0; again < 2; ++again) {
    (void)history_load(&history);
    EXPECT_TRUE(settings(history) == first) << "it changed its mind";
  }
}

void cutSetting(const host_flash_operation *operation) {
  host_flash_hook = nullptr;
  auto saved = std::make_unique<struct host_flash>(host_flash);
  for (uint32_t seed = 1; seed <= 50; ++seed) {
    host_flash.random = seed * 2654435761u | 1;
    host_flash_tear(operation);
    startAndGoOn();
    ++settingCuts;
    host_flash = *saved;
  }
  host_flash_hook = cutSetting;
}

TEST(PowerCut, ASettingIsTheOldOrTheNew) {
  settingCuts = settingsBefore = settingsAfter = 0;
  host_flash_new(1);
  struct history history;
  (void)history_load(&history);
  ASSERT_TRUE(history_begin_cell(&history, kNominal, kLimit));
  for (uint32_t cycle = 1; cycle <= 200; ++cycle)
    ASSERT_TRUE(history_append(&history, cycle, soh(cycle)));

  before = {kNominal, kLimit, 200};
  after = {kNominal, 9000, 200};
  host_flash_hook = cutSetting;
  EXPECT_TRUE(history_set_limit(&history, 9000));
  before = after;
  after = {777, 9000, 0};
  EXPECT_TRUE(history_begin_cell(&history, 777, 9000));
  host_flash_hook = nullptr;
  EXPECT_GT(settingCuts, 2u * 50 * 68);
  EXPECT_GT(settingsBefore, 0u);
  EXPECT_GT(settingsAfter, 0u);
}

} // namespace
