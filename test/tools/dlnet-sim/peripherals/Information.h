// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// FICR and UICR: words that are there to be read.
#ifndef DLNET_SIM_PERIPHERALS_INFORMATION_H
#define DLNET_SIM_PERIPHERALS_INFORMATION_H

#include "test/tools/dlnet-sim/Peripheral.h"

#include <map>

namespace dlnet::sim {

class Information : public Peripheral {
public:
  static constexpr uint32_t kFicrBase = 0x10000000;
  static constexpr uint32_t kUicrBase = 0x10001000;

  /// `words`: by offset; all others read as `otherwise`, or are not modelled.
  Information(Board &board, const char *pageName,
              std::map<uint32_t, uint32_t> words,
              std::optional<uint32_t> otherwise)
      : Peripheral(board), pageName(pageName), words(std::move(words)),
        otherwise(otherwise) {}

  const char *name() const override { return pageName; }
  std::optional<uint32_t> read(uint32_t offset) override {
    auto found = words.find(offset);
    return found == words.end() ? otherwise : found->second;
  }
  bool write(uint32_t, uint32_t) override { return false; }
  void reset(ResetReason) override {}

private:
  const char *pageName;
  std::map<uint32_t, uint32_t> words;
  std::optional<uint32_t> otherwise;
};

} // namespace dlnet::sim

#endif // DLNET_SIM_PERIPHERALS_INFORMATION_H
