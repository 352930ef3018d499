// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one interface between the bus and what stands on it. To add a
// peripheral, derive from this in a file of its own under peripherals/, and
// attach it in Machine.cpp.
#ifndef DLNET_SIM_PERIPHERAL_H
#define DLNET_SIM_PERIPHERAL_H

#include "test/tools/dlnet-sim/Board.h"

#include <optional>

namespace dlnet::sim {

class Peripheral {
public:
  explicit Peripheral(Board &board) : board(board) {}
  virtual ~Peripheral() = default;
  Peripheral(const Peripheral &) = delete;
  Peripheral &operator=(const Peripheral &) = delete;

  /// Its name in the Product Specification.
  virtual const char *name() const = 0;

  /// The word at `offset` from its base; none if it has no such register, or
  /// that register is not modelled. Its state is that of the present time, and
  /// stays: no modelled register changes by being read.
  virtual std::optional<uint32_t> read(uint32_t offset) = 0;

  /// False if it has no such register, or that register is not modelled.
  virtual bool write(uint32_t offset, uint32_t value) = 0;

  /// Until when the word at `offset` reads as it does now, if nothing is
  /// written and nothing due() happens before.
  virtual Cycles holdsUntil(uint32_t) const { return kNever; }

  /// Whether a program may write this over and over while it waits, to no
  /// other effect than that a time starts anew.
  virtual bool isHeartbeat(uint32_t) const { return false; }

  /// Brings its state to the time `now`, which never goes back. Called at its
  /// due() and before each access to it.
  virtual void advance(Cycles) {}

  /// The next time at which something happens by itself.
  virtual Cycles due() const { return kNever; }

  virtual void reset(ResetReason reason) = 0;

protected:
  Board &board;
};

/// A word that a program reads back as it wrote it, if it stays in the bits
/// that the register has.
class PlainRegister {
public:
  explicit PlainRegister(uint32_t bits, uint32_t atReset = 0)
      : bits(bits), atReset(atReset), value(atReset) {}
  operator uint32_t() const { return value; }
  bool write(uint32_t written) {
    value = written & bits;
    return (written & ~bits) == 0;
  }
  void reset() { value = atReset; }

private:
  uint32_t bits, atReset, value;
};

} // namespace dlnet::sim

#endif // DLNET_SIM_PERIPHERAL_H
