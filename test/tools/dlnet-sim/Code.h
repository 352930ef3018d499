// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Code is decoded and priced once, a block at a time: the run itself only adds
// up what stands here.
#ifndef DLNET_SIM_CODE_H
#define DLNET_SIM_CODE_H

#include "test/tools/dlnet-sim/CycleModel.h"
#include "test/tools/dlnet-sim/Image.h"

#include <unordered_map>

namespace dlnet::sim {

/// Instructions that are run one after the other, and only from the first on.
struct Block {
  uint32_t address = 0, size = 0;
  std::vector<Instruction> code; ///< Never empty.
  /// Cycles and instructions before the one at each halfword.
  std::vector<uint32_t> cyclesBefore, countBefore;
  uint32_t cycles = 0;     ///< Of all, without what depends on the next block.
  int32_t lowestStack = 0; ///< The least of SP - SP at its start; 0 or below.
  bool setsStackPointer = false;
  bool usesFpu = false;
  size_t function = 0; ///< Index into the image's; their number if in none.

  uint32_t end() const { return address + size; }
  size_t index(uint32_t pc) const { return countBefore[(pc - address) / 2]; }
  /// The instruction at `pc`.
  const Instruction &at(uint32_t pc) const { return code[index(pc)]; }
};

class Code {
public:
  /// Blocks of `flash`, which begins at address 0; all of it outlives this.
  Code(const Image &image, CycleModel &model, const uint8_t *flash,
       uint32_t flashBytes);

  /// The block of these bytes; null if they cannot be decoded.
  const Block *block(uint32_t address, uint32_t size) {
    if (address < flashBytes && known[address / 2] &&
        known[address / 2]->size == size)
      return known[address / 2];
    return decode(address, size);
  }

  /// Whether any block holds one of these bytes.
  bool contains(uint32_t address, uint32_t size) const;

private:
  const Block *decode(uint32_t address, uint32_t size);

  const Image &image;
  CycleModel &model;
  const uint8_t *flash;
  uint32_t flashBytes;
  std::unordered_map<uint64_t, Block> blocks; // By address and size.
  std::vector<const Block *> known;           // The last one of each address.
  std::vector<bool> decoded;                  // Each halfword.
};

} // namespace dlnet::sim

#endif // DLNET_SIM_CODE_H
