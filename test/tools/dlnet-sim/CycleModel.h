// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How many cycles a Cortex-M4 takes, by the rules of ../m4/cycles.py and from
// the same file of facts, which is compiled in. Not validated on a board.
#ifndef DLNET_SIM_CYCLEMODEL_H
#define DLNET_SIM_CYCLEMODEL_H

#include "frontend/support/Result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dlnet::sim {

enum class Kind : uint8_t {
  Load,
  Store,
  Double,
  Multiple,
  Table,
  Branch,
  It,
  Division,
  Mac,
  FloatDivision,
  FloatMac,
  Float,
  Other
};

/// What of a decoded instruction matters to time, stack and profile.
struct Instruction {
  uint32_t address = 0;
  uint8_t size = 0;
  Kind kind = Kind::Other;
  bool isCall = false;        ///< BL, BLX.
  bool makesNoResult = false; ///< Nothing that an address may wait for.
  bool sleeps = false;        ///< WFI, WFE.
  bool usesFpu = false;
  uint16_t result = 0;           ///< The core register written, as a bit.
  uint16_t addresses = 0;        ///< Core registers between brackets, as bits.
  uint32_t cycles = 0;           ///< In itself.
  uint32_t refill = 0;           ///< More if the next one is not what follows.
  int32_t stackStep = 0;         ///< Added to SP.
  bool setsStackPointer = false; ///< To what cannot be told from the code.

  uint32_t end() const { return address + size; }
};

class CycleModel {
public:
  /// `estimate`: "low", "mid" or "high", which settles what the manual leaves
  /// open.
  static Result<std::unique_ptr<CycleModel>>
  create(const std::string &estimate);
  virtual ~CycleModel() = default;

  /// Decodes `size` bytes of Thumb code. What cannot be decoded ends it early.
  virtual std::vector<Instruction> decode(uint32_t address, const uint8_t *code,
                                          size_t size) = 0;

  /// Added to `now` when it directly follows `previous`; may be negative.
  virtual int32_t pairCycles(const Instruction &previous,
                             const Instruction &now) const = 0;
};

} // namespace dlnet::sim

#endif // DLNET_SIM_CYCLEMODEL_H
