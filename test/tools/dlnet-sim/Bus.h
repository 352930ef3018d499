// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds the peripheral of an address, and the time at which the first of them
// has something to do.
#ifndef DLNET_SIM_BUS_H
#define DLNET_SIM_BUS_H

#include "test/tools/dlnet-sim/Peripheral.h"

#include <set>
#include <vector>

namespace dlnet::sim {

class Bus {
public:
  explicit Bus(Board &board) : board(board) {}

  /// Puts `peripheral` at `base`. Several may share addresses, as CLOCK and
  /// POWER do; each register is then known to one of them.
  void attach(uint32_t base, uint32_t size, Peripheral &peripheral);

  /// The addresses of all 4 KiB pages that hold a peripheral.
  std::set<uint32_t> pages() const;

  /// Word accesses. What no peripheral answers, and what is not an aligned
  /// word, is a fault.
  uint32_t read(uint32_t address, unsigned size);
  void write(uint32_t address, unsigned size, uint32_t value);

  /// Until when the last read gives the same; see Peripheral.
  Cycles holdsUntil() const { return held; }
  /// Whether the last write was a heartbeat; see Peripheral.
  bool wasHeartbeat() const { return heartbeat; }

  /// Brings every peripheral to the time `now`.
  void advance(Cycles now);

  /// The earliest due() of all.
  Cycles due() const { return earliest; }

  void reset(ResetReason reason);

private:
  struct Place {
    uint32_t base, size;
    Peripheral *peripheral;
  };
  bool isWord(const char *verb, uint32_t address, unsigned size);
  void unknown(uint32_t address, std::optional<uint32_t> written);
  void findEarliest();

  Board &board;
  std::vector<Place> places;
  Cycles earliest = kNever;
  Cycles held = kNever;
  bool heartbeat = false;
};

} // namespace dlnet::sim

#endif // DLNET_SIM_BUS_H
