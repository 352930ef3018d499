// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The serial line on standard input and output. Simulated time waits for real
// time, so that a person can talk to the program.
#ifndef DLNET_SIM_STDIOLINE_H
#define DLNET_SIM_STDIOLINE_H

#include "test/tools/dlnet-sim/SerialLine.h"

#include <chrono>
#include <deque>

namespace dlnet::sim {

class StdioLine : public SerialLine {
public:
  std::optional<uint8_t> next(Cycles now) override;
  void receive(uint8_t byte, Cycles now) override;
  Cycles due() const override { return ended ? 0 : nextLook; }
  void advance(Cycles now) override;
  bool finished() const override { return ended; }

private:
  void look(int milliseconds);

  std::chrono::steady_clock::time_point began =
      std::chrono::steady_clock::now();
  std::deque<uint8_t> typed;
  Cycles nextLook = 0;
  Cycles lastByte = 0;
  bool inputOpen = true;
  bool ended = false;
};

} // namespace dlnet::sim

#endif // DLNET_SIM_STDIOLINE_H
