// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// NVMC and the flash behind it: bits only go to 0 but by the erase of a page, a
// word is written twice at most between erases, and all of it takes time. This
// is also where power is cut, because it is where a cut leaves traces.
#ifndef DLNET_SIM_PERIPHERALS_NVMC_H
#define DLNET_SIM_PERIPHERALS_NVMC_H

#include "test/tools/dlnet-sim/Peripheral.h"

#include <functional>
#include <map>
#include <random>
#include <vector>

namespace dlnet::sim {

class Nvmc : public Peripheral {
public:
  static constexpr uint32_t kBase = 0x4001e000;
  static constexpr uint32_t kPageBytes = 4096;
  static constexpr uint32_t kFlashBytes = 1u << 20;

  struct PageCounts {
    uint64_t writes = 0, erases = 0;
  };

  /// `flash` holds kFlashBytes and outlives this. `cut` is called in the midst
  /// of the operation at which power is cut. `seed` chooses what is torn.
  Nvmc(Board &board, uint8_t *flash, std::function<void()> cut, uint64_t seed);

  const char *name() const override { return "NVMC"; }
  std::optional<uint32_t> read(uint32_t offset) override;
  bool write(uint32_t offset, uint32_t value) override;
  void reset(ResetReason reason) override;

  /// What a store of the CPU to the flash leaves there; faults unless writing
  /// is enabled, and on all but whole words.
  uint32_t program(uint32_t address, unsigned size, uint32_t value);

  /// Writes and erases so far, and of each page that has seen one, by address.
  uint64_t operations() const { return done; }
  const std::map<uint32_t, PageCounts> &pages() const { return counts; }

  /// Power fails during the operation with this number, the first being 1.
  void cutAt(uint64_t operation) { cutOperation = operation; }

  /// Whether the instruction cache is on.
  bool cacheEnabled() const { return cache & 1; }

private:
  bool erase(uint32_t address);
  bool powerFails();
  uint32_t word(uint32_t address) const;
  void setWord(uint32_t address, uint32_t value);

  uint8_t *flash;
  std::function<void()> cut;
  std::mt19937_64 random;
  std::vector<uint8_t> writesSinceErase; // Of each word.
  std::map<uint32_t, PageCounts> counts;
  uint64_t done = 0;
  uint64_t cutOperation = 0;
  PlainRegister config{3};
  PlainRegister cache{0x101};
};

} // namespace dlnet::sim

#endif // DLNET_SIM_PERIPHERALS_NVMC_H
