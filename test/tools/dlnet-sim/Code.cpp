// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/tools/dlnet-sim/Code.h"

#include <algorithm>

using namespace dlnet::sim;

Code::Code(const Image &image, CycleModel &model, const uint8_t *flash,
           uint32_t flashBytes)
    : image(image), model(model), flash(flash), flashBytes(flashBytes),
      known(flashBytes / 2), decoded(flashBytes / 2) {}

bool Code::contains(uint32_t address, uint32_t size) const {
  auto first = decoded.begin() + address / 2;
  auto last = decoded.begin() + (address + size + 1) / 2;
  return std::find(first, last, true) != last;
}

const Block *Code::decode(uint32_t address, uint32_t size) {
  if (address >= flashBytes || size == 0 || size > flashBytes - address)
    return nullptr;
  Block &block = blocks[uint64_t(address) << 32 | size];
  if (block.code.empty()) {
    block.address = address;
    block.size = size;
    block.code = model.decode(address, flash + address, size);
    if (block.code.empty() || block.code.back().end() != block.end()) {
      block.code.clear();
      return nullptr;
    }
    block.cyclesBefore.resize(size / 2);
    block.countBefore.resize(size / 2);
    int32_t stack = 0;
    for (size_t i = 0; i < block.code.size(); ++i) {
      const Instruction &now = block.code[i];
      if (i > 0)
        block.cycles += model.pairCycles(block.code[i - 1], now);
      block.cyclesBefore[(now.address - address) / 2] = block.cycles;
      block.countBefore[(now.address - address) / 2] = i;
      block.cycles += now.cycles;
      stack += now.stackStep;
      block.lowestStack = std::min(block.lowestStack, stack);
      block.setsStackPointer |= now.setsStackPointer;
      block.usesFpu |= now.usesFpu;
    }
    block.function =
        image.functionAt(address).value_or(image.functions().size());
    std::fill_n(decoded.begin() + address / 2, size / 2, true);
  }
  return known[address / 2] = &block;
}
