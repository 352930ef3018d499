// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a peripheral may ask of the board around it, so that each is one file
// that knows neither the CPU nor its neighbours.
#ifndef DLNET_SIM_BOARD_H
#define DLNET_SIM_BOARD_H

#include <cstdint>
#include <string>

namespace dlnet::sim {

/// Simulated time, in cycles of the 64 MHz CPU clock since the run began.
using Cycles = uint64_t;
constexpr Cycles kCyclesPerSecond = 64'000'000;
constexpr Cycles kCyclesPerMicrosecond = kCyclesPerSecond / 1'000'000;
constexpr Cycles kNever = ~Cycles(0);

enum class ResetReason { PowerOn, Pin, Watchdog, Software };

/// "power-on", "pin", "watchdog" or "software".
const char *name(ResetReason reason);

class Board {
public:
  virtual ~Board() = default;

  /// The time at which the present instruction began.
  virtual Cycles now() const = 0;

  /// The CPU stands still for so long before its next instruction.
  virtual void stall(Cycles cycles) = 0;

  /// Ends the run: the program did what the chip does not allow, or what is
  /// not modelled. `what` is completed by the place in the program.
  virtual void fault(const std::string &what) = 0;

  /// Resets before the next instruction.
  virtual void reset(ResetReason reason) = 0;

  /// `size` bytes of RAM for a DMA; null if they are not all RAM.
  virtual uint8_t *ram(uint32_t address, uint32_t size) = 0;

  /// Whether an instruction in these bytes was ever decoded to be run.
  virtual bool hasRun(uint32_t address, uint32_t size) const = 0;
};

} // namespace dlnet::sim

#endif // DLNET_SIM_BOARD_H
