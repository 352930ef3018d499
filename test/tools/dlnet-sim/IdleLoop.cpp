// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/tools/dlnet-sim/IdleLoop.h"

using namespace dlnet::sim;

namespace {
/// Backward jumps elsewhere: of the loops within the one in view, or of others.
constexpr unsigned kStrayedTooFar = 4096;
/// Arrivals without a repetition, after which another loop may be tried.
constexpr unsigned kFruitless = 16;
constexpr unsigned kIgnoreMost = 1024;
/// A loop that stores more than this is busy. What idle loops change and change
/// back are the places of the stack that their calls share.
constexpr size_t kMostChanges = 64;
} // namespace

void IdleLoop::changesWord(uint32_t address, uint32_t old) {
  if (!undisturbed)
    return;
  if (changes.size() == kMostChanges)
    return disturb();
  changes.push_back({address, old});
}

unsigned IdleLoop::arrive(uint32_t address) {
  if (address != head) {
    if (++strayed < kStrayedTooFar && fruitless < kFruitless)
      return 0;
    head = address;
    strayed = 0;
    fruitless = 0;
    ignored = 0;
    ignoreNext = 1;
    restart();
    return 0;
  }
  strayed = 0;
  ++fruitless;
  if (!undisturbed || ignored > 0) {
    ignored -= ignored > 0;
    restart();
    return 0;
  }
  Registers now = state.registers();
  if (known && now == registers && ramIsSame()) {
    fruitless = 0;
    ignoreNext = 1;
    changes.clear();
    return ++repeats;
  }
  if (known) {
    ignored = ignoreNext;
    ignoreNext = std::min(2 * ignoreNext, kIgnoreMost);
  }
  restart();
  registers = now;
  known = true;
  return 0;
}

void IdleLoop::restart() {
  undisturbed = true;
  known = false;
  repeats = 0;
  horizon = kNever;
  changes.clear();
}

/// Of several changes of a word the first knows what it was.
bool IdleLoop::ramIsSame() const {
  for (size_t i = 0; i < changes.size(); ++i) {
    auto isSameWord = [&](const Change &earlier) {
      return earlier.address == changes[i].address;
    };
    if (std::none_of(changes.begin(), changes.begin() + i, isSameWord) &&
        state.ramWord(changes[i].address) != changes[i].old)
      return false;
  }
  return true;
}
