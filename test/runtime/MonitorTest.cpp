// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conversations with the monitor: each answer that runtime/README.md promises.
#include "runtime/monitor/monitor.h"
#include "runtime/monitor/clean.h"
#include "runtime/monitor/model.h"
#include "test/runtime/Device.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

using namespace dlnet::test;

namespace {

using Lines = std::vector<std::string>;

class MonitorTest : public testing::Test {
protected:
  void SetUp() override {
    host_flash_new(1);
    host_flash_hook = nullptr;
    device = Device();
    start();
  }
  void TearDown() override { host_flash_hook = nullptr; }

  /// What the device says by itself when it starts.
  std::string start() {
    monitor = {};
    line = {};
    monitor_start(&monitor);
    Lines lines = takeLines();
    EXPECT_EQ(lines.size(), 1u);
    return lines.at(0);
  }

  Lines sayBytes(const std::string &bytes) {
    for (char byte : bytes)
      if (protocol_take(&line, uint8_t(byte)))
        monitor_answer(&monitor, &line);
    return takeLines();
  }
  Lines sayAll(const std::string &command) { return sayBytes(sealed(command)); }
  /// The answer of a command that has one line of it.
  std::string say(const std::string &command) {
    Lines lines = sayAll(command);
    EXPECT_EQ(lines.size(), 1u) << command;
    return lines.empty() ? "" : lines[0];
  }

  /// Cycles first to last with these capacities in mAh.
  template <typename Capacity>
  std::string age(uint32_t first, uint32_t last, Capacity capacity) {
    std::string answer;
    for (uint32_t cycle = first; cycle <= last; ++cycle) {
      std::ostringstream command;
      command.precision(10);
      command << "cycle " << cycle << " " << capacity(cycle);
      answer = say(command.str());
      EXPECT_EQ(answer.substr(0, 3), "ok ") << command.str();
    }
    return answer;
  }

  struct monitor monitor;
  protocol_line line;
};

/// The field's value in an answer, or "".
std::string field(const std::string &answer, const std::string &key) {
  size_t at = answer.find(" " + key);
  if (at == std::string::npos)
    return "";
  at += 1 + key.size();
  return answer.substr(at, answer.find(' ', at) - at);
}

double fade(uint32_t cycle) { return 1080 - cycle * cycle / 3000; }

TEST_F(MonitorTest, ANewDeviceKnowsNoCell) {
  const char *status =
      "selftest=pass flash=pass cycle=0 kept=0 nominal=0.000 "
      "limit=0.0000 damaged=0 torn=0 lost=0 errors=0 seconds=0 reset=power";
  EXPECT_EQ(start(), std::string("start ") + status);
  EXPECT_EQ(say("?"), std::string("ok ") + status);
  EXPECT_EQ(say("cycle 1 1000"), "error cell");
  EXPECT_EQ(say("limit 0.7"), "error cell");
  EXPECT_EQ(say("forecast"), "error short need=100");
  EXPECT_EQ(say("history"), "ok values=0");
}

TEST_F(MonitorTest, SaysWhyItStarted) {
  const std::pair<device_reset, const char *> reasons[] = {
      {DEVICE_RESET_POWER, "power"},       {DEVICE_RESET_PIN, "pin"},
      {DEVICE_RESET_WATCHDOG, "watchdog"}, {DEVICE_RESET_SOFT, "soft"},
      {DEVICE_RESET_LOCKUP, "lockup"},     {DEVICE_RESET_FAULT, "fault"}};
  device.faultAddress = 0x1a2b3;
  for (auto [reason, name] : reasons) {
    device.reason = reason;
    std::string status = start();
    EXPECT_EQ(field(status, "reset="), name);
    EXPECT_EQ(field(status, "at="),
              reason == DEVICE_RESET_FAULT ? "0001a2b3" : "");
  }
}

TEST_F(MonitorTest, TakesCyclesAndForecastsFromTheHundredth) {
  EXPECT_EQ(field(say("cell 1100"), "nominal="), "1100.000");
  EXPECT_EQ(say("cycle 201 1067"), "ok cycle=201 soh=0.9700 need=99");
  EXPECT_EQ(field(age(202, 299, fade), "need="), "1");
  std::string answer = age(300, 300, fade);
  EXPECT_EQ(field(answer, "need="), "");
  EXPECT_EQ(field(answer, "life>"), "400");
  EXPECT_EQ(field(answer, "clocks="), "0");
  EXPECT_EQ(field(answer, "us="), "0");
}

/// The values on the line against the model called directly.
TEST_F(MonitorTest, TheForecastIsThatOfTheModel) {
  say("cell 1100");
  auto capacity = [](uint32_t cycle) {
    return cycle == 250 ? 900 : fade(cycle); // A glitch, to be cleaned.
  };
  age(101, 320, capacity);
  int16_t window[SOH_WINDOW], expected[SOH_HORIZON];
  for (uint32_t k = 0; k < SOH_WINDOW; ++k) {
    int16_t raw[CLEAN_SPAN];
    for (uint32_t i = 0; i < CLEAN_SPAN; ++i)
      raw[i] = int16_t(
          std::lround(capacity(221 + k - 4 + i) / 1100 * double(SOH_ONE)));
    window[k] = clean_newest(raw, CLEAN_SPAN);
  }
  EXPECT_GT(window[250 - 221], 0.9 * SOH_ONE);
  static soh_state state;
  ASSERT_TRUE(model_predict(&state, window, 320, expected));

  Lines lines = sayAll("forecast");
  ASSERT_EQ(lines.size(), 11u);
  for (size_t i = 0; i < 10; ++i) {
    std::istringstream values(lines[i]);
    std::string name;
    unsigned from;
    values >> name >> from;
    EXPECT_EQ(name, "soh");
    EXPECT_EQ(from, 321 + 10 * i);
    double value;
    for (size_t k = 10 * i; k < 10 * i + 10; ++k) {
      ASSERT_TRUE(values >> value);
      EXPECT_NEAR(value, expected[k] / double(SOH_ONE), 0.000051) << k;
    }
    EXPECT_FALSE(values >> value);
  }
  EXPECT_EQ(lines[10], "ok values=100 life>420 clocks=0 us=0");
}

TEST_F(MonitorTest, LifeEndsAtTheLimit) {
  say("cell 1000");
  auto linear = [](uint32_t cycle) { return 1000 - 0.5 * cycle; };
  EXPECT_EQ(field(age(1, 380, linear), "life>"), "");
  uint32_t newest = 380;
  // The first forecast value below the limit is the cycle that is named.
  Lines lines = sayAll("forecast");
  std::string named = field(lines.back(), "life=");
  ASSERT_NE(named, "");
  uint32_t end = uint32_t(std::stoul(named));
  ASSERT_GT(end, newest);
  ASSERT_LE(end, newest + 100);
  for (uint32_t h = 0; newest + 1 + h < end; ++h)
    EXPECT_GE(monitor.forecast[h], monitor.history.limit);
  EXPECT_LT(monitor.forecast[end - newest - 1], monitor.history.limit);

  EXPECT_EQ(field(age(381, 400, linear), "life<="), "");
  EXPECT_EQ(field(age(401, 405, linear), "life<="), "405");
}

TEST_F(MonitorTest, TheLimitCanBeSet) {
  say("cell 1000");
  age(1, 120, [](uint32_t cycle) { return 950 - 0.1 * cycle; });
  EXPECT_EQ(field(say("?"), "limit="), "0.8000");
  EXPECT_EQ(field(say("limit 0.95"), "limit="), "0.9500");
  EXPECT_EQ(field(sayAll("forecast").back(), "life<="), "120");
  EXPECT_EQ(field(start(), "limit="), "0.9500");
  EXPECT_EQ(field(say("?"), "kept="), "100");
  for (const char *bad : {"limit 0.4999", "limit 1.0001", "limit 80"})
    EXPECT_EQ(say(bad), "error range limit") << bad;
  for (const char *bad : {"limit", "limit x", "limit 0.8 1", "limit 0.80000"})
    EXPECT_EQ(say(bad), "error number") << bad;
  EXPECT_EQ(field(say("?"), "limit="), "0.9500");
}

TEST_F(MonitorTest, ACycleSentAgainIsAnsweredAgain) {
  say("cell 1000");
  std::string first = say("cycle 7 999.5");
  EXPECT_EQ(first, "ok cycle=7 soh=0.9995 need=99");
  EXPECT_EQ(say("cycle 7 999.5"), first);
  start();
  EXPECT_EQ(say("cycle 7 999.5"), first);
  EXPECT_EQ(field(say("?"), "kept="), "1");
}

TEST_F(MonitorTest, CyclesComeInOrder) {
  say("cell 1000");
  age(10, 12, [](uint32_t) { return 990; });
  EXPECT_EQ(say("cycle 12 980"), "error repeated expected=13");
  EXPECT_EQ(say("cycle 11 990"), "error repeated expected=13");
  EXPECT_EQ(say("cycle 1 990"), "error repeated expected=13");
  EXPECT_EQ(say("cycle 14 990"), "error missing expected=13");
  EXPECT_EQ(say("cycle 65534 990"), "error missing expected=13");
  EXPECT_EQ(say("cycle 0 990"), "error range cycle");
  EXPECT_EQ(say("cycle 65535 990"), "error range cycle");
  EXPECT_EQ(say("cycle 4294967295 990"), "error range cycle");
  EXPECT_EQ(field(say("cycle 13 990"), "cycle="), "13");
  EXPECT_EQ(field(say("?"), "errors="), "8");
}

TEST_F(MonitorTest, TheLastCycleOfAllIsTheLast) {
  say("cell 1000");
  EXPECT_EQ(field(say("cycle 65534 990"), "cycle="), "65534");
  EXPECT_EQ(say("cycle 65535 990"), "error range cycle");
}

TEST_F(MonitorTest, CapacitiesOutOfRangeAreRefused) {
  say("cell 1000");
  for (const char *bad : {"0", "249.9", "1250.1", "4294967.295"})
    EXPECT_EQ(say(std::string("cycle 1 ") + bad), "error range capacity")
        << bad;
  for (const char *bad :
       {"cycle", "cycle 1", "cycle 1 x", "cycle 1 -5", "cycle 1 1000 1",
        "cycle 1  1000", "cycle 1.0 1000", "cycle 1 1000.0000",
        "cycle 1 4294967.296", "cycle 99999999999 1000"})
    EXPECT_EQ(say(bad), "error number") << bad;
  EXPECT_EQ(field(say("?"), "cycle="), "0");
  EXPECT_EQ(field(say("cycle 1 250"), "soh="), "0.2500");
  say("cell 1"); // 2^32 + 10000 units of 2^-14
  EXPECT_EQ(say("cycle 1 262144.610"), "error range capacity");
  say("cell 1000");
  EXPECT_EQ(field(say("cycle 1 250"), "soh="), "0.2500");
  EXPECT_EQ(field(say("cycle 2 1250"), "soh="), "1.2500");
}

TEST_F(MonitorTest, ANewCellForgetsTheOldOne) {
  say("cell 1000");
  age(1, 120, [](uint32_t) { return 990; });
  say("limit 0.7");
  std::string status = say("cell 4000000");
  EXPECT_EQ(field(status, "cycle="), "0");
  EXPECT_EQ(field(status, "kept="), "0");
  EXPECT_EQ(field(status, "nominal="), "4000000.000");
  EXPECT_EQ(field(status, "limit="), "0.7000");
  EXPECT_EQ(field(say("cycle 500 3999999.999"), "soh="), "1.0000");
  for (const char *bad : {"cell 0", "cell 0.999", "cell 4000000.001"})
    EXPECT_EQ(say(bad), "error range capacity") << bad;
  EXPECT_EQ(field(start(), "cycle="), "500");
}

/// The shipped model was trained by nominal capacity.
TEST_F(MonitorTest, ACellWithoutANumberIsOneOfTheModels) {
  EXPECT_EQ(field(say("cell"), "nominal="), "1100.000");
  EXPECT_EQ(SOH_NOMINAL_UAH, 1100000u);
  EXPECT_EQ(field(say("cycle 1 1100"), "soh="), "1.0000");
}

TEST_F(MonitorTest, TheHistoryIsWhatWasSent) {
  say("cell 1000");
  age(3, 14, [](uint32_t cycle) { return 1000 - cycle; });
  EXPECT_EQ(sayAll("history"),
            (Lines{"soh 3 0.9970 0.9960 0.9950 0.9940 0.9930 0.9920 0.9910 "
                   "0.9900 0.9890 0.9880",
                   "soh 13 0.9870 0.9860", "ok values=12"}));
  age(15, 150, [](uint32_t cycle) { return 1000 - cycle; });
  Lines lines = sayAll("history");
  ASSERT_EQ(lines.size(), 11u);
  EXPECT_EQ(lines[0].substr(0, 14), "soh 51 0.9490 ");
  EXPECT_EQ(lines[10], "ok values=100");
}

TEST_F(MonitorTest, OnlyReadingNeedsNoChecksum) {
  EXPECT_EQ(sayBytes("cell 1000\n"), Lines{"error checksum"});
  EXPECT_EQ(sayBytes("cell 1000*0000\n"), Lines{"error checksum"});
  say("cell 1000");
  EXPECT_EQ(sayBytes("cycle 1 990\n"), Lines{"error checksum"});
  EXPECT_EQ(sayBytes("limit 0.7\r\n"), Lines{"error checksum"});
  EXPECT_EQ(sayBytes("\r\n\n"), Lines{});
  EXPECT_EQ(sayBytes("?\r\n").size(), 1u);
  EXPECT_EQ(sayBytes("history\n"), Lines{"ok values=0"});
  EXPECT_EQ(sayBytes("forecast\n"), Lines{"error short need=100"});
}

TEST_F(MonitorTest, BadLinesAreNamed) {
  EXPECT_EQ(say("reboot"), "error command");
  EXPECT_EQ(say("? now"), "error command");
  EXPECT_EQ(say("history 5"), "error command");
  EXPECT_EQ(say(""), "error command");
  EXPECT_EQ(sayBytes("cell\t1000\n"), Lines{"error bytes"});
  EXPECT_EQ(sayBytes(std::string(65, '?') + "\n"), Lines{"error long"});
  EXPECT_FALSE(protocol_take(&line, DEVICE_LOST));
  EXPECT_EQ(say("cell 1000"), "error lost");
  EXPECT_EQ(field(say("?"), "errors="), "7");
}

/// One or two bits of a line flip on the way: it does what was sent, or
/// nothing, and that is answered.
TEST_F(MonitorTest, FlippedBitsOfALineDoNoHarm) {
  say("cell 1000");
  say("cycle 7 990");
  const struct monitor before = monitor;
  const struct host_flash flash = host_flash;
  for (const char *command : {"cycle 8 989.5", "cell 1100", "limit 0.7"}) {
    say(command);
    const struct history right = monitor.history;
    const std::string sent = sealed(command);
    const size_t bits = 8 * sent.size();
    for (size_t first = 0; first < bits; ++first)
      for (size_t second = first; second < bits; ++second) {
        std::string line = sent;
        line[first / 8] = char(line[first / 8] ^ 1 << first % 8);
        if (second != first)
          line[second / 8] = char(line[second / 8] ^ 1 << second % 8);
        monitor = before;
        host_flash = flash;
        Lines answers = sayBytes(line + "\n");
        ASSERT_FALSE(answers.empty());
        bool took = answers.back().substr(0, 3) == "ok ";
        const struct history &after = monitor.history;
        const struct history &expected = took ? right : before.history;
        ASSERT_TRUE(after.nominal == expected.nominal &&
                    after.limit == expected.limit &&
                    after.newest == expected.newest &&
                    after.count == expected.count &&
                    (after.count == 0 ||
                     history_soh(&after, after.count - 1) ==
                         history_soh(&expected, expected.count - 1)))
            << line;
      }
    monitor = before;
    host_flash = flash;
  }
}

void refuse(const host_flash_operation *operation) {
  if (!operation->erase)
    host_flash.words[operation->page][operation->word] = 0;
}

TEST_F(MonitorTest, AFlashThatRefusesIsSaid) {
  say("cell 1000");
  say("cycle 1 990");
  host_flash_hook = refuse;
  EXPECT_EQ(say("cycle 2 989"), "error flash");
  EXPECT_EQ(say("limit 0.7"), "error flash");
  EXPECT_EQ(say("cell 500"), "error flash");
  std::string status = say("?");
  EXPECT_EQ(field(status, "flash="), "FAIL");
  EXPECT_EQ(field(status, "cycle="), "1");
  EXPECT_EQ(field(status, "nominal="), "1000.000");
  EXPECT_EQ(field(status, "limit="), "0.8000");
  EXPECT_EQ(field(start(), "flash="), "FAIL");
  host_flash_hook = nullptr;
  EXPECT_EQ(field(say("cycle 2 989"), "cycle="), "2");
  EXPECT_EQ(field(say("?"), "flash="), "pass");
}

TEST_F(MonitorTest, WhatTheFlashForgotIsSaid) {
  say("cell 1100");
  age(1, 250, fade);
  Lines history = sayAll("history");
  uint32_t *words = host_flash.words[monitor.history.page];
  words[100] ^= 1u << 7;
  std::string status = start();
  EXPECT_EQ(field(status, "damaged="), "1");
  EXPECT_EQ(field(status, "torn="), "0");
  EXPECT_EQ(field(status, "lost="), "0");
  EXPECT_EQ(sayAll("history"), history);
  // A host that missed it hears of it still; of what is lost, too.
  EXPECT_EQ(field(start(), "damaged="), "1");
  words = host_flash.words[monitor.history.page];
  std::fill(words, words + 14, 0u);
  status = start();
  EXPECT_EQ(field(status, "damaged="), "2");
  EXPECT_EQ(field(status, "lost="), "106");
  EXPECT_EQ(field(status, "nominal="), "0.000");
  EXPECT_EQ(say("cycle 251 1000"), "error cell");
  EXPECT_EQ(field(say("cell 1100"), "lost="), "0");
}

/// The longest status has room for all of its fields.
TEST_F(MonitorTest, NoFieldIsCutOff) {
  say("cell 4000000");
  age(65434, 65534, [](uint32_t) { return 4000000; });
  monitor.history.damaged = monitor.history.torn = monitor.history.lost = 65535;
  monitor.errors = 0xffffffff;
  device.seconds = 0xffffffff;
  device.reason = DEVICE_RESET_FAULT;
  device.faultAddress = 0x12345678;
  std::string status = say("?");
  EXPECT_EQ(field(status, "at="), "12345678") << status;
}

TEST_F(MonitorTest, GoesOnAfterARestartAsIfThereWereNone) {
  say("cell 1100");
  age(1, 250, fade);
  Lines forecast = sayAll("forecast"), history = sayAll("history");
  std::string status = start();
  EXPECT_EQ(field(status, "cycle="), "250");
  EXPECT_EQ(field(status, "kept="), "100");
  EXPECT_EQ(sayAll("forecast"), forecast);
  EXPECT_EQ(sayAll("history"), history);
}

} // namespace
