// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/tools/dlnet-sim/Profile.h"

#include <algorithm>

using namespace dlnet::sim;

namespace {
/// A program that only calls, or whose returns are not seen, ends here.
constexpr size_t kDeepest = 4096;
} // namespace

Profile::Profile(const Image &image)
    : image(image), functions(image.functions().size() + 1),
      present(image.functions().size()), deepestFunction(present) {
  for (size_t i = 0; i < image.functions().size(); ++i)
    functions[i].name = image.functions()[i].name;
  functions.back().name = "(no function)";
}

void Profile::restart(uint32_t stack) {
  for (const Call &call : calls)
    functions[call.function].depth = 0;
  calls.clear();
  present = functions.size() - 1;
  stackTop = stack;
}

void Profile::settle(Cycles cycles, uint64_t instructions) {
  functions[present].exclusive += cycles - cyclesThen;
  functions[present].instructions += instructions - instructionsThen;
  cyclesThen = cycles;
  instructionsThen = instructions;
}

void Profile::step(const Block *from, const Block &to, Cycles cycles,
                   uint64_t instructions) {
  settle(cycles, instructions);
  bool startsFunction = to.function < image.functions().size() &&
                        image.functions()[to.function].address == to.address;
  if (!from)
    enter(to.function, 0, false, cycles, instructions);
  else if (from->end() != to.address && from->code.back().isCall)
    enter(to.function, from->end(), false, cycles, instructions);
  else if (!calls.empty() && calls.back().returnAddress == to.address)
    leave(cycles, instructions);
  else if (startsFunction && !calls.empty() &&
           calls.back().function != to.function)
    enter(to.function, calls.back().returnAddress, true, cycles, instructions);
  present = to.function;
}

bool Profile::repeat(const Mark &mark, uint64_t times, Cycles cycles,
                     uint64_t instructions) {
  if (mark.calls != calls.size())
    return false;
  for (size_t i = 0; i < functions.size(); ++i) {
    Function &now = functions[i];
    const Function &then = mark.functions[i];
    now.calls += times * (now.calls - then.calls);
    now.instructions += times * (now.instructions - then.instructions);
    now.exclusive += times * (now.exclusive - then.exclusive);
    now.inclusive += times * (now.inclusive - then.inclusive);
  }
  // What was called in the iteration is called in the last one now.
  for (Call &call : calls) {
    if (call.cycles > mark.cycles) {
      call.cycles += cycles;
      call.instructions += instructions;
    }
  }
  cyclesThen += cycles;
  instructionsThen += instructions;
  return true;
}

void Profile::enter(size_t function, uint32_t returnAddress, bool isJump,
                    Cycles cycles, uint64_t instructions) {
  if (calls.size() == kDeepest)
    return;
  calls.push_back({function, returnAddress, isJump, cycles, instructions});
  ++functions[function].depth;
}

void Profile::leave(Cycles cycles, uint64_t instructions) {
  bool isJump;
  do {
    const Call call = calls.back();
    calls.pop_back();
    isJump = call.isJump;
    Function &function = functions[call.function];
    Cycles took = cycles - call.cycles;
    uint64_t ran = instructions - call.instructions;
    ++function.calls;
    // Within itself, a function's time is already counted.
    if (--function.depth == 0)
      function.inclusive += took;
    function.leastCycles = std::min(function.leastCycles, took);
    function.mostCycles = std::max(function.mostCycles, took);
    function.leastInstructions = std::min(function.leastInstructions, ran);
    function.mostInstructions = std::max(function.mostInstructions, ran);
  } while (isJump && !calls.empty());
}
