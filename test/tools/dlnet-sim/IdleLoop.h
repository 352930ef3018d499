// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program that polls spends nearly all of its time in loops that wait. Once
// such a loop has come around with all of its state as it was, it will go on
// so until something happens outside of the CPU, and need not be run.
#ifndef DLNET_SIM_IDLELOOP_H
#define DLNET_SIM_IDLELOOP_H

#include "test/tools/dlnet-sim/Board.h"

#include <algorithm>
#include <array>
#include <vector>

namespace dlnet::sim {

class IdleLoop {
public:
  /// R0 to R12, SP, LR and XPSR.
  using Registers = std::array<uint32_t, 16>;

  /// What of the CPU a loop has to leave as it was.
  class State {
  public:
    virtual ~State() = default;
    virtual Registers registers() const = 0;
    /// The aligned word of the RAM.
    virtual uint32_t ramWord(uint32_t address) const = 0;
  };

  explicit IdleLoop(const State &state) : state(state) {}

  /// Some state has changed that State does not have, or may have.
  void disturb() { undisturbed = false; }

  /// A store is about to change this aligned word, which is `old`.
  void changesWord(uint32_t address, uint32_t old);

  /// What was read stays as it is until then, unless disturbed.
  void holdsUntil(Cycles time) { horizon = std::min(horizon, time); }

  /// A backward jump to `address`. Returns how often it came back with the same
  /// state: 1 and 2 mark the ends of an iteration that will repeat until
  /// horizonTime().
  unsigned arrive(uint32_t address);

  Cycles horizonTime() const { return horizon; }

  /// Begins to look at the next iteration from scratch.
  void restart();

private:
  struct Change {
    uint32_t address, old;
  };
  bool ramIsSame() const;

  const State &state;
  uint32_t head = 1; // Of the loop in view; at first no code's address.
  unsigned strayed = 0, fruitless = 0;
  unsigned repeats = 0;
  bool known = false; // Whether `registers` are those of the last arrival.
  bool undisturbed = false;
  Cycles horizon = kNever;
  Registers registers{};
  std::vector<Change> changes; // Since the last arrival.
  // A loop that computes is looked at less and less often.
  unsigned ignored = 0, ignoreNext = 1;
};

} // namespace dlnet::sim

#endif // DLNET_SIM_IDLELOOP_H
