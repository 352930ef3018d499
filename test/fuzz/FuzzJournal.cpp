// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The journal on a flash that was changed in any way: bits that flipped, pages
// of another program, power that went. An input is a sequence of operations.
// Whatever is in the flash, what was acknowledged since a start is there after
// the next one, unless the flash was changed in between.
#include "Device.h"
#include "Fuzz.h"
#include "runtime/monitor/history.h"

#include <csetjmp>
#include <vector>

using namespace dlnet;

namespace {

constexpr int16_t kSoh = 15000;
constexpr uint32_t kLimit = 13107;

std::jmp_buf powerGoes;
uint32_t operationsLeft; // Until power goes; 0: it stays.

void cut(const host_flash_operation *operation) {
  if (operationsLeft == 0 || --operationsLeft != 0)
    return;
  host_flash_tear(operation);
  std::longjmp(powerGoes, 1);
}

class Life {
public:
  Life() {
    host_flash_new(1);
    load();
  }

  void step(fuzz::Bytes &bytes) {
    switch (bytes.next() % 9) {
    case 0:
      return append(1 + bytes.below(600));
    case 1:
      return begin(1 + bytes.below(4000000));
    case 2:
      intact &= history_set_limit(&history, bytes.below(16384));
      return;
    case 3:
      return change(bytes, [](uint32_t word, uint32_t random) {
        return word ^ 1u << random % 32;
      });
    case 4:
      return change(bytes, [](uint32_t, uint32_t random) { return random; });
    case 5: // Of another program, up to all of it.
      for (uint32_t count = bytes.below(HOST_FLASH_PAGE_WORDS); count > 0;
           --count)
        change(bytes, [](uint32_t, uint32_t random) { return random; });
      return;
    case 6:
      intact = false;
      changed = true;
      std::fill_n(host_flash.words[bytes.below(HOST_FLASH_PAGES)],
                  HOST_FLASH_PAGE_WORDS, 0xffffffffu);
      return;
    case 7:
      return cutSoon(1 + bytes.below(200));
    default:
      return restart();
    }
  }

  void restart() {
    struct history before = history;
    load();
    if (intact)
      fuzz::require(history.nominal == before.nominal &&
                        history.newest == before.newest &&
                        history.limit == before.limit,
                    "what was acknowledged is there after a start");
    intact = true;
  }

private:
  void load() {
    history = {};
    (void)history_load(&history);
    check();
  }

  void check() {
    // Nobody can keep the rules of a word that changes by itself.
    fuzz::require(changed || host_flash.violations == 0,
                  "the flash's rules are kept");
    fuzz::require(history.count <= HISTORY_CYCLES &&
                      history.newest <= HISTORY_LAST_CYCLE,
                  "a history keeps its limits");
    for (uint32_t i = 0; i < history.count; ++i)
      (void)history_soh(&history, i);
  }

  void append(uint32_t count) {
    for (; count > 0 && history.nominal != 0 &&
           history.newest < HISTORY_LAST_CYCLE;
         --count)
      if (!history_append(&history, history.newest + 1, kSoh))
        intact = false;
    check();
  }

  void begin(uint32_t nominal) {
    if (!history_begin_cell(&history, nominal, kLimit))
      intact = false;
    check();
  }

  template <typename Fn> void change(fuzz::Bytes &bytes, Fn fn) {
    intact = false;
    changed = true;
    uint32_t page = bytes.below(HOST_FLASH_PAGES);
    uint32_t &word =
        host_flash.words[page][bytes.next() % 128 ? bytes.next() % 128
                                                  : bytes.below(1024)];
    word = fn(word, bytes.word());
  }

  void cutSoon(uint32_t operations) {
    intact = false;
    operationsLeft = operations;
    if (setjmp(powerGoes) == 0)
      append(operations);
    operationsLeft = 0;
    load();
  }

  struct history history = {};
  bool changed = false; // The flash, by other than the firmware.
  bool intact = true;   // Since the last start, and every change acknowledged.
};

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  operationsLeft = 0;
  host_flash_hook = cut;
  Life life;
  fuzz::Bytes bytes(data, size);
  for (int steps = 0; steps < 40 && !bytes.empty(); ++steps)
    life.step(bytes);
  life.restart();
  return 0;
}
