// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The other end of the board's serial line: a person, a pipe or a script.
#ifndef DLNET_SIM_SERIALLINE_H
#define DLNET_SIM_SERIALLINE_H

#include "test/tools/dlnet-sim/Board.h"

#include <optional>

namespace dlnet::sim {

class SerialLine {
public:
  virtual ~SerialLine() = default;

  /// The byte that starts towards the device now, if any. Asked whenever the
  /// wire is free, something has happened on it, and the device listens.
  virtual std::optional<uint8_t> next(Cycles now) = 0;

  /// A byte has come from the device.
  virtual void receive(uint8_t byte, Cycles now) = 0;

  /// The next time at which advance() has something to do; 0 when finished.
  virtual Cycles due() const = 0;

  virtual void advance(Cycles) {}

  /// The device starts anew, and forgets what was on its way.
  virtual void restarted(ResetReason, Cycles) {}

  /// No more will come; the run may end.
  virtual bool finished() const = 0;
};

/// Nobody is there.
class OpenLine : public SerialLine {
public:
  std::optional<uint8_t> next(Cycles) override { return std::nullopt; }
  void receive(uint8_t, Cycles) override {}
  Cycles due() const override { return kNever; }
  bool finished() const override { return false; }
};

} // namespace dlnet::sim

#endif // DLNET_SIM_SERIALLINE_H
