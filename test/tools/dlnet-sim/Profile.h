// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the time went and how deep the stack grew, from the blocks as they are
// run: a call is a BL or BLX, a return is the arrival behind it. A jump to the
// start of another function is a call in its last breath, and returns with its
// caller.
#ifndef DLNET_SIM_PROFILE_H
#define DLNET_SIM_PROFILE_H

#include "test/tools/dlnet-sim/Board.h"
#include "test/tools/dlnet-sim/Code.h"

#include <string>
#include <vector>

namespace dlnet::sim {

class Profile {
public:
  struct Function {
    std::string name;
    uint64_t calls = 0;                 ///< That returned.
    uint64_t instructions = 0;          ///< Its own.
    Cycles exclusive = 0;               ///< Its own.
    Cycles inclusive = 0;               ///< With all that it called.
    Cycles leastCycles = kNever;        ///< Of a call, inclusive.
    Cycles mostCycles = 0;              ///< Of a call, inclusive.
    uint64_t leastInstructions = ~0ull; ///< Of a call, inclusive.
    uint64_t mostInstructions = 0;      ///< Of a call, inclusive.
    unsigned depth = 0;                 ///< Calls under way.
  };

  explicit Profile(const Image &image);

  /// The program starts, or starts anew, with the stack pointer at `stack`.
  void restart(uint32_t stack);

  /// Control passes from `from` (null at a start) to `to`. The totals are all
  /// that ran before `to`.
  void step(const Block *from, const Block &to, Cycles cycles,
            uint64_t instructions);

  /// Accounts for what ran since the last step.
  void settle(Cycles cycles, uint64_t instructions);

  /// The totals at a step, for repeat().
  struct Mark {
    std::vector<Function> functions;
    size_t calls = 0;
    Cycles cycles = 0;
  };
  Mark mark() const { return {functions, calls.size(), cyclesThen}; }

  /// Counts what ran since `mark` `times` more; they took `cycles` and
  /// `instructions` in all. False, and nothing done, if calls were left open.
  bool repeat(const Mark &mark, uint64_t times, Cycles cycles,
              uint64_t instructions);

  /// The stack pointer was, or is about to be, at `address`.
  void sawStack(uint32_t address, size_t function) {
    if (address < stackTop && stackTop - address > deepest) {
      deepest = stackTop - address;
      deepestFunction = function;
    }
  }

  /// The most bytes below a start's stack pointer, and who took them.
  uint32_t stackBytes() const { return deepest; }
  const std::string &stackFunction() const {
    return functions[deepestFunction].name;
  }

  /// Indexed as the image's; the last one stands for code in no function.
  const std::vector<Function> &all() const { return functions; }

private:
  struct Call {
    size_t function;
    uint32_t returnAddress;
    bool isJump; ///< Returns together with the one before it.
    Cycles cycles;
    uint64_t instructions;
  };
  void enter(size_t function, uint32_t returnAddress, bool isJump,
             Cycles cycles, uint64_t instructions);
  void leave(Cycles cycles, uint64_t instructions);

  const Image &image;
  std::vector<Function> functions;
  std::vector<Call> calls;
  size_t present;
  Cycles cyclesThen = 0;
  uint64_t instructionsThen = 0;
  uint32_t stackTop = 0;
  uint32_t deepest = 0;
  size_t deepestFunction;
};

} // namespace dlnet::sim

#endif // DLNET_SIM_PROFILE_H
