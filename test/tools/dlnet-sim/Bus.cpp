// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A dozen peripherals need no clever look-up: register accesses are rare.
#include "test/tools/dlnet-sim/Bus.h"

#include <fmt/format.h>

#include <algorithm>

using namespace dlnet::sim;

namespace {
constexpr uint32_t kPage = 4096;
}

void Bus::attach(uint32_t base, uint32_t size, Peripheral &peripheral) {
  places.push_back({base, size, &peripheral});
  findEarliest();
}

std::set<uint32_t> Bus::pages() const {
  std::set<uint32_t> found;
  for (const Place &place : places)
    for (uint32_t page = place.base / kPage;
         page <= (place.base + place.size - 1) / kPage; ++page)
      found.insert(page * kPage);
  return found;
}

uint32_t Bus::read(uint32_t address, unsigned size) {
  if (!isWord("read", address, size))
    return 0;
  Cycles now = board.now();
  if (now >= earliest)
    advance(now);
  for (const Place &place : places) {
    if (address - place.base >= place.size)
      continue;
    place.peripheral->advance(now);
    if (auto value = place.peripheral->read(address - place.base)) {
      held = place.peripheral->holdsUntil(address - place.base);
      return *value;
    }
  }
  unknown(address, std::nullopt);
  return 0;
}

void Bus::write(uint32_t address, unsigned size, uint32_t value) {
  if (!isWord("write", address, size))
    return;
  advance(board.now());
  for (const Place &place : places) {
    if (address - place.base < place.size &&
        place.peripheral->write(address - place.base, value)) {
      heartbeat = place.peripheral->isHeartbeat(address - place.base);
      findEarliest();
      return;
    }
  }
  unknown(address, value);
}

void Bus::advance(Cycles now) {
  for (const Place &place : places)
    place.peripheral->advance(now);
  findEarliest();
}

void Bus::reset(ResetReason reason) {
  for (const Place &place : places)
    place.peripheral->reset(reason);
  findEarliest();
}

bool Bus::isWord(const char *verb, uint32_t address, unsigned size) {
  if (size == 4 && address % 4 == 0)
    return true;
  board.fault(fmt::format("{}-byte {} at 0x{:08x}: registers are aligned words",
                          size, verb, address));
  return false;
}

void Bus::unknown(uint32_t address, std::optional<uint32_t> written) {
  std::string what =
      written ? fmt::format("write of 0x{:08x} to 0x{:08x}", *written, address)
              : fmt::format("read of 0x{:08x}", address);
  std::string why = "no peripheral is there";
  for (const Place &place : places)
    if (address - place.base < place.size)
      why = fmt::format("{} has no register 0x{:03x} that is modelled{}",
                        place.peripheral->name(), address - place.base,
                        written ? ", or not such a value of it now" : "");
  board.fault(what + ": " + why);
}

void Bus::findEarliest() {
  earliest = kNever;
  for (const Place &place : places)
    earliest = std::min(earliest, place.peripheral->due());
}
