// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// DWT's CYCCNT, which counts the cycle model, and the DEMCR bit that it needs.
#ifndef DLNET_SIM_PERIPHERALS_CYCLECOUNTER_H
#define DLNET_SIM_PERIPHERALS_CYCLECOUNTER_H

#include "test/tools/dlnet-sim/Peripheral.h"

namespace dlnet::sim {

class CycleCounter : public Peripheral {
public:
  static constexpr uint32_t kBase = 0xe0001000;

  using Peripheral::Peripheral;
  const char *name() const override { return "DWT"; }
  std::optional<uint32_t> read(uint32_t offset) override;
  bool write(uint32_t offset, uint32_t value) override;
  Cycles holdsUntil(uint32_t) const override { return counts() ? 0 : kNever; }
  void reset(ResetReason reason) override;

  /// DEMCR.TRCENA, which stands in the system control space: the counter
  /// holds still without it.
  void setTraceEnabled(bool enable);
  bool traceEnabled() const { return trace; }

private:
  bool counts() const { return trace && enabled; }
  uint32_t count() const;

  bool trace = false, enabled = false;
  uint32_t held = 0; // The count when it last began or ceased to count.
  Cycles since = 0;
};

} // namespace dlnet::sim

#endif // DLNET_SIM_PERIPHERALS_CYCLECOUNTER_H
