// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// nRF52840 Product Specification, chapter NVMC; times are its maxima. The CPU
// runs from the flash, so it stands still while the flash is busy.
#include "test/tools/dlnet-sim/peripherals/Nvmc.h"

#include <fmt/format.h>

#include <cstring>

using namespace dlnet::sim;

namespace {
enum Register : uint32_t {
  kReady = 0x400,
  kReadyNext = 0x408,
  kConfig = 0x504,
  kErasePage = 0x508,
  kICacheCnf = 0x540,
};
enum Mode : uint32_t { kReadOnly = 0, kWrite = 1, kErase = 2 };

constexpr Cycles kWriteTime = 41 * kCyclesPerMicrosecond;
constexpr Cycles kEraseTime = 85'000 * kCyclesPerMicrosecond;
constexpr uint8_t kWritesPerErase = 2;
} // namespace

Nvmc::Nvmc(Board &board, uint8_t *flash, std::function<void()> cut,
           uint64_t seed)
    : Peripheral(board), flash(flash), cut(std::move(cut)), random(seed),
      writesSinceErase(kFlashBytes / 4) {
  // What an earlier run left, or a programmer wrote, was written once.
  for (uint32_t address = 0; address < kFlashBytes; address += 4)
    writesSinceErase[address / 4] = word(address) != 0xffffffff;
}

std::optional<uint32_t> Nvmc::read(uint32_t offset) {
  switch (offset) {
  case kReady:
  case kReadyNext:
    return 1;
  case kConfig:
    return config;
  case kICacheCnf:
    return cache;
  }
  return std::nullopt;
}

bool Nvmc::write(uint32_t offset, uint32_t value) {
  switch (offset) {
  case kConfig:
    return value <= kErase && config.write(value);
  case kErasePage:
    return erase(value);
  case kICacheCnf:
    return cache.write(value);
  }
  return false;
}

void Nvmc::reset(ResetReason) {
  config.reset();
  cache.reset();
}

uint32_t Nvmc::program(uint32_t address, unsigned size, uint32_t value) {
  uint32_t old = word(address & ~3u);
  auto refuse = [&](const std::string &why) {
    board.fault(
        fmt::format("write to the flash at 0x{:08x}: {}", address, why));
    return old;
  };
  if (config != kWrite)
    return refuse("NVMC.CONFIG does not enable it");
  if (size != 4 || address % 4 != 0)
    return refuse("only aligned words can be written");
  if (board.hasRun(address, 4))
    return refuse("it would overwrite code that has run");
  uint8_t &writes = writesSinceErase[address / 4];
  if (writes == kWritesPerErase)
    return refuse("the word was written twice since its page was erased");
  ++writes;
  ++counts[address / kPageBytes * kPageBytes].writes;
  uint32_t written = old & value;
  if (powerFails()) {
    written |= old & uint32_t(random());
    setWord(address, written);
    cut();
    return written;
  }
  board.stall(kWriteTime);
  return written;
}

bool Nvmc::erase(uint32_t address) {
  auto refuse = [&](const char *why) {
    board.fault(fmt::format("erase of the page at 0x{:08x}: {}", address, why));
    return true;
  };
  if (config != kErase)
    return refuse("NVMC.CONFIG does not enable it");
  if (address % kPageBytes != 0 || address >= kFlashBytes)
    return refuse("no page begins there");
  if (board.hasRun(address, kPageBytes))
    return refuse("it holds code that has run");
  ++counts[address].erases;
  if (powerFails()) {
    for (uint32_t at = address; at < address + kPageBytes; at += 4)
      setWord(at, word(at) | uint32_t(random()));
    cut();
    return true;
  }
  std::memset(flash + address, 0xff, kPageBytes);
  std::fill_n(writesSinceErase.begin() + address / 4, kPageBytes / 4, 0);
  board.stall(kEraseTime);
  return true;
}

bool Nvmc::powerFails() { return ++done == cutOperation; }

uint32_t Nvmc::word(uint32_t address) const {
  uint32_t value;
  std::memcpy(&value, flash + address, 4);
  return value;
}

void Nvmc::setWord(uint32_t address, uint32_t value) {
  std::memcpy(flash + address, &value, 4);
}
