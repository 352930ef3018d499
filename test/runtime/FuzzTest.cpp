// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Many lines, most of them bad: right ones, right ones damaged, right checksums
// over nonsense, noise, bytes that are lost on the way. The firmware's memory
// is compared after each with what the line, read here by other means, may have
// done to it, and its answer must have come before the watchdog bites.
//
// DLNET_FUZZ_LINES says how many; test/bench/firmware_bench.py runs a million.
#include "runtime/monitor/monitor.h"
#include "test/runtime/Device.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <sstream>

using namespace dlnet::test;

namespace {

constexpr uint32_t kFewLines = 200000;

uint32_t wantedLines() {
  const char *text = std::getenv("DLNET_FUZZ_LINES");
  return text ? uint32_t(std::stoul(text)) : kFewLines;
}

/// Microseconds of a write and an erase, the chip's maxima.
void takeTime(const host_flash_operation *operation) {
  device.microseconds += operation->erase ? 85000 : 41;
}

class Fuzz {
public:
  Fuzz() {
    host_flash_new(1);
    host_flash_hook = takeTime;
    device = Device();
    monitor_start(&monitor);
    device.sent.clear();
    send(sealed("cell 1100"));
  }
  ~Fuzz() { host_flash_hook = nullptr; }

  void step(uint32_t number) {
    if (number % 5000 == 0)
      restart();
    send(makeLine());
  }

  void restart() {
    struct history before = monitor.history;
    monitor = {};
    line = {};
    monitor_start(&monitor);
    device.sent.clear();
    faults += !sameCycles(before, monitor.history, 0);
    ++restarts;
  }

  uint64_t lines = 0, faults = 0, restarts = 0, accepted = 0, refused = 0;
  uint64_t lost = 0;       // Lines of which bytes were lost.
  uint64_t mostCycles = 0; // That were kept at any time.
  uint64_t longest = 0;    // Microseconds that an answer took.

private:
  uint32_t below(uint32_t limit) { return uint32_t(random() % limit); }

  /// The next cycle, or now and then one that may not come.
  std::string cycleCommand() {
    uint32_t next = monitor.history.newest + 1;
    uint32_t cycle = below(10) ? next : next - 3 + below(7);
    double nominal = monitor.history.nominal / 1000.0;
    double capacity = nominal * (0.97 - next % 2000 * 0.0001);
    if (below(20) == 0)
      capacity = below(3000);
    char text[64];
    std::snprintf(text, sizeof text, "cycle %u %.*f", cycle, int(below(4)),
                  capacity);
    return text;
  }

  std::string command() {
    switch (below(40)) {
    case 0:
      return "?";
    case 1:
      return "forecast";
    case 2:
      return "history";
    case 3: {
      std::string digits = std::to_string(below(12000));
      return "limit 0." +
             std::string(4 - std::min<size_t>(4, digits.size()), '0') + digits;
    }
    case 4:
      return below(20) ? "cell 0" : "cell " + std::to_string(below(2000));
    default:
      return cycleCommand();
    }
  }

  std::string noise(uint32_t most, bool text) {
    std::string bytes;
    for (uint32_t left = below(most); left > 0; --left)
      bytes += text ? char(' ' + below('~' - ' ' + 1)) : char(below(256));
    return bytes;
  }

  std::string damaged(std::string text) {
    for (uint32_t times = 1 + below(3); times > 0; --times) {
      size_t at = below(uint32_t(text.size()) + 1);
      switch (below(5)) {
      case 0:
        text.insert(at, 1, char(below(256)));
        break;
      case 1:
        text.erase(at, 1 + below(4));
        break;
      case 2:
        text.insert(at, text.substr(0, below(20)));
        break;
      default:
        if (at < text.size())
          text[at] = char(text[at] ^ 1 << below(8));
      }
    }
    return text;
  }

  std::string makeLine() {
    switch (below(8)) {
    case 0:
      return sealed(command());
    case 1:
      return sealed(damaged(command())); // Nonsense with a right checksum.
    case 2:
      return sealed(noise(60, true));
    case 3:
      return noise(100, false) + "\n";
    default:
      return damaged(sealed(command()));
    }
  }

  /// Feeds the bytes; each line that they complete is judged.
  void send(const std::string &bytes) {
    size_t losesAt = below(100) ? bytes.size() : below(uint32_t(bytes.size()));
    for (size_t at = 0; at < bytes.size(); ++at) {
      char byte = bytes[at];
      if (at == losesAt) {
        faults += protocol_take(&line, DEVICE_LOST);
        loses = true;
        ++lost;
      }
      if (byte != '\n' && byte != '\r')
        sentLine += byte;
      struct history before = monitor.history;
      bool complete = protocol_take(&line, uint8_t(byte));
      if (byte != '\n')
        continue;
      faults += complete != (loses || !sentLine.empty());
      if (complete) {
        device.microseconds = 0;
        monitor_answer(&monitor, &line);
        judge(before);
      }
      sentLine.clear();
      loses = false;
    }
  }

  void judge(const struct history &before) {
    ++lines;
    std::string answer = takeAnswer();
    bool took = answer.substr(0, 3) == "ok ";
    (took ? accepted : refused) += 1;
    faults += !took && answer.substr(0, 6) != "error ";
    faults += took && loses;
    faults += device.microseconds >= DEVICE_PATIENCE * 1000000u;
    longest = std::max(longest, device.microseconds);
    mostCycles = std::max<uint64_t>(mostCycles, monitor.history.count);
    if (!took || !changeFollows(before))
      faults += std::memcmp(&before, &monitor.history, sizeof before) != 0;
  }

  /// Whether the line may change something; what it changed is judged.
  bool changeFollows(const struct history &before) {
    size_t star = sentLine.find('*');
    if (star + 5 != sentLine.size())
      return false;
    std::istringstream text(sentLine.substr(0, star));
    std::string word, rest;
    unsigned long cycle = 0;
    double value = 0;
    text >> word;
    if (word == "cycle")
      text >> cycle;
    if (word == "cell" && (text >> std::ws).eof())
      value = SOH_NOMINAL_UAH / 1000.0; // the model's
    else if (!(text >> value) || text >> rest)
      return false;
    if (word == "cycle")
      faults += !cycleFollows(before, cycle, value);
    else if (word == "cell" || word == "limit")
      faults += !settingFollows(before, word == "cell", value);
    else
      return false;
    return true;
  }

  /// The last line of the answer; that each has a right checksum is checked on
  /// the way.
  std::string takeAnswer() {
    std::vector<std::string> answer = takeLines();
    faults += answer.empty();
    for (size_t i = 0; i + 1 < answer.size(); ++i)
      faults += answer[i].substr(0, 4) != "soh ";
    return answer.empty() ? "" : answer.back();
  }

  /// Whether `after` is `before` with `more` cycles after it.
  static bool sameCycles(const struct history &before,
                         const struct history &after, uint32_t more) {
    if (after.nominal != before.nominal || after.limit != before.limit ||
        after.newest != before.newest + more ||
        after.count < std::min(before.count, 104u))
      return false;
    for (uint32_t i = 1; i + more <= std::min(after.count, before.count); ++i)
      if (history_soh(&after, after.count - more - i) !=
          history_soh(&before, before.count - i))
        return false;
    return true;
  }

  bool cycleFollows(const struct history &before, unsigned long number,
                    double capacity) {
    const struct history &after = monitor.history;
    double soh = capacity * 1000 / before.nominal * double(SOH_ONE);
    if (number != after.newest || soh < double(MONITOR_SOH_MIN) - 0.5 ||
        soh > double(MONITOR_SOH_MAX) + 0.5 ||
        std::abs(history_soh(&after, after.count - 1) - soh) > 0.500001)
      return false;
    if (before.count == 0)
      return after.count == 1;
    return sameCycles(before, after, number == before.newest ? 0 : 1);
  }

  bool settingFollows(const struct history &before, bool cell, double value) {
    const struct history &after = monitor.history;
    if (cell)
      return after.nominal == std::llround(value * 1000) &&
             after.limit == (before.nominal ? before.limit : 13107u) &&
             after.count == 0;
    struct history expected = before;
    expected.limit = uint32_t(std::llround(value * double(SOH_ONE)));
    return sameCycles(expected, after, 0);
  }

  std::mt19937 random{12345};
  struct monitor monitor = {};
  protocol_line line = {};
  std::string sentLine; // Without its end.
  bool loses = false;   // Bytes of it.
};

TEST(Fuzz, NoLineDoesHarm) {
  const uint32_t lines = wantedLines();
  Fuzz fuzz;
  uint32_t number = 0;
  while (fuzz.lines < lines)
    fuzz.step(++number);
  fuzz.restart();
  EXPECT_EQ(fuzz.faults, 0u);
  EXPECT_EQ(host_flash.violations, 0u);
  // Else it never came to what it is to attack.
  EXPECT_GT(fuzz.accepted, lines / 20);
  EXPECT_GT(fuzz.refused, lines / 2);
  EXPECT_GT(fuzz.lost, lines / 200);
  EXPECT_EQ(fuzz.mostCycles, HISTORY_CYCLES);
  EXPECT_GT(fuzz.longest, 85000u);
  std::printf("serial_lines_fuzzed %llu\nserial_faults %llu\n",
              static_cast<unsigned long long>(fuzz.lines),
              static_cast<unsigned long long>(fuzz.faults));
}

} // namespace
