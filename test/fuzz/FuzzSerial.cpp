// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bytes on the serial line of soh_monitor. A byte 0xff stands for bytes that
// were lost, 0xfe for a restart, and `*#` at the end of a line for its right
// checksum, which no mutation would hit.
#include "Device.h"
#include "Fuzz.h"
#include "runtime/monitor/monitor.h"

using namespace dlnet;

namespace {

constexpr uint8_t kLost = 0xff, kRestart = 0xfe;

class Board {
public:
  Board() {
    host_flash_new(1);
    start();
  }

  void take(uint8_t byte) {
    if (byte == kRestart)
      return start();
    if (byte == kLost)
      return give(DEVICE_LOST);
    if (byte == '\n' && line.size() >= 2 &&
        line.compare(line.size() - 2, 2, "*#") == 0)
      for (char digit : fuzz::lineChecksum(line.substr(0, line.size() - 2)))
        give(digit);
    bool seals = byte == '#' && !line.empty() && line.back() == '*';
    line = byte == '\n' ? "" : line + char(byte);
    if (!seals)
      give(byte);
  }

private:
  void start() {
    monitor = {};
    protocol = {};
    line.clear();
    monitor_start(&monitor);
    check();
  }

  void give(int32_t byte) {
    if (!protocol_take(&protocol, byte))
      return;
    fuzz::sent.clear();
    monitor_answer(&monitor, &protocol);
    check();
    size_t last = fuzz::sent.rfind('\n', fuzz::sent.size() - 2);
    last = last == std::string::npos ? 0 : last + 1;
    fuzz::require(fuzz::sent.compare(last, 3, "ok ") == 0 ||
                      fuzz::sent.compare(last, 6, "error ") == 0,
                  "an answer ends in ok or error");
  }

  void check() {
    fuzz::require(host_flash.violations == 0, "the flash's rules are kept");
    fuzz::require(!fuzz::sent.empty() && fuzz::sent.back() == '\n',
                  "what is sent are lines");
    fuzz::require(monitor.history.count <= HISTORY_CYCLES,
                  "the history has its size");
  }

  struct monitor monitor = {};
  protocol_line protocol = {};
  std::string line; // As far as it came, in the input's spelling.
};

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Board board;
  for (size_t i = 0; i < size; ++i)
    board.take(data[i]);
  return 0;
}
