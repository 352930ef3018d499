// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The Cortex-M4's system control space: vector table, reset, FPU access. No
// interrupt is modelled, so the NVIC is there to be told that none is wanted.
#ifndef DLNET_SIM_PERIPHERALS_SYSTEMCONTROL_H
#define DLNET_SIM_PERIPHERALS_SYSTEMCONTROL_H

#include "test/tools/dlnet-sim/peripherals/CycleCounter.h"

namespace dlnet::sim {

class SystemControl : public Peripheral {
public:
  static constexpr uint32_t kBase = 0xe000e000;

  SystemControl(Board &board, CycleCounter &counter)
      : Peripheral(board), counter(counter) {}
  const char *name() const override { return "SCS"; }
  std::optional<uint32_t> read(uint32_t offset) override;
  bool write(uint32_t offset, uint32_t value) override;
  void reset(ResetReason reason) override;

  /// Whether CPACR gives full access to CP10 and CP11, the FPU.
  bool fpuEnabled() const { return (coprocessors >> 20 & 0xf) == 0xf; }

  uint32_t vectorTable() const { return vectors; }

private:
  CycleCounter &counter;
  PlainRegister vectors{0xffffff80};
  PlainRegister sleep{0x16};                 // SCR
  PlainRegister configuration{0x31b, 0x200}; // CCR, STKALIGN set
  PlainRegister faultHandlers{0x70000};      // SHCSR, its enable bits
  PlainRegister coprocessors{0xf00000};
  PlainRegister floatContext{0xc0000000, 0xc0000000}; // FPCCR
  PlainRegister priorities[3] = {PlainRegister(0xffffff),
                                 PlainRegister(0xff000000),
                                 PlainRegister(0xffff00ff)};
};

} // namespace dlnet::sim

#endif // DLNET_SIM_PERIPHERALS_SYSTEMCONTROL_H
