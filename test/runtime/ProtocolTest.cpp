// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/monitor/protocol.h"
#include "runtime/monitor/checksum.h"
#include "test/runtime/Device.h"

#include <gtest/gtest.h>

#include <climits>
#include <cstring>

using namespace dlnet::test;

namespace {

/// Takes the bytes; the verdict on the line that they complete.
protocol_verdict judge(protocol_line &line, const std::string &bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    bool complete = protocol_take(&line, uint8_t(bytes[i]));
    EXPECT_EQ(complete, i + 1 == bytes.size()) << bytes << " at " << i;
  }
  return protocol_check(&line);
}

protocol_verdict judge(const std::string &bytes) {
  protocol_line line = {};
  return judge(line, bytes);
}

/// What `protocol_number` reads of `text`, or -1.
int64_t number(const char *text, uint32_t decimals) {
  uint32_t value;
  const char *at = text;
  return protocol_number(&at, decimals, &value) && *at == 0 ? int64_t(value)
                                                            : -1;
}

std::string printed(uint32_t value, uint32_t decimals) {
  protocol_reply reply;
  reply_start(&reply, "");
  reply_number(&reply, value, decimals);
  return std::string(reply.text, reply.length);
}

TEST(Checksum, IsTheKnownOneOfTheKnownText) {
  EXPECT_EQ(checksum_line("123456789", 9), 0x29b1);
  // CRC-32/JAMCRC of "12345678", from Python's zlib.crc32.
  uint32_t crc = checksum_word(CHECKSUM_START, 0x34333231);
  EXPECT_EQ(checksum_word(crc, 0x38373635), ~0x9ae0daafu);
}

TEST(Protocol, ALineIsJudgedByItsChecksum) {
  protocol_line line = {};
  EXPECT_EQ(judge(line, sealed("cycle 1 2.5")), PROTOCOL_SEALED);
  EXPECT_STREQ(line.text, "cycle 1 2.5");
  protocol_clear(&line);
  EXPECT_EQ(judge(line, "?\n"), PROTOCOL_OPEN);
  EXPECT_STREQ(line.text, "?");
  EXPECT_EQ(judge("123456789*29b1\r\n"), PROTOCOL_SEALED);
  EXPECT_EQ(judge("123456789*29B1\n"), PROTOCOL_SEALED);
  for (const char *bad :
       {"123456789*29b0\n", "123456788*29b1\n", "123456789*29b\n",
        "123456789*29b1 \n", "123456789*\n", "*\n", "123456789*29g1\n",
        "12345*6789*29b1\n"})
    EXPECT_EQ(judge(bad), PROTOCOL_CHECKSUM) << bad;
}

TEST(Protocol, EmptyLinesAreNone) {
  protocol_line line = {};
  for (char byte : std::string("\n\r\n\n"))
    EXPECT_FALSE(protocol_take(&line, byte));
  EXPECT_FALSE(protocol_take(&line, DEVICE_NO_BYTE));
}

TEST(Protocol, ALongLineIsOneBadLine) {
  std::string fits(PROTOCOL_LINE_MAX - 5, 'x');
  EXPECT_EQ(judge(sealed(fits)), PROTOCOL_SEALED);
  EXPECT_EQ(judge(sealed(fits + "x")), PROTOCOL_LONG);
  EXPECT_EQ(judge(std::string(100000, 'x') + "\n"), PROTOCOL_LONG);
}

TEST(Protocol, OtherBytesThanTextMakeALineBad) {
  for (int byte = 0; byte < 256; ++byte) {
    if (byte == '\n' || byte == '\r')
      continue;
    protocol_line line = {};
    bool text = byte >= ' ' && byte <= '~' && byte != '*';
    EXPECT_EQ(judge(line, std::string("?") + char(byte) + "\n"),
              byte == '*' ? PROTOCOL_CHECKSUM
              : text      ? PROTOCOL_OPEN
                          : PROTOCOL_BYTES)
        << byte;
  }
}

TEST(Protocol, LostBytesMakeALineBadUntilItsEnd) {
  protocol_line line = {};
  EXPECT_FALSE(protocol_take(&line, DEVICE_LOST));
  EXPECT_EQ(judge(line, sealed("cell 1")), PROTOCOL_LOST);
  protocol_clear(&line);
  EXPECT_EQ(judge(line, sealed("cell 1")), PROTOCOL_SEALED);
}

TEST(Protocol, WordsEndAtABlankOrTheEnd) {
  auto rest = [](const char *text) {
    return protocol_word(&text, "cell") ? std::string(text) : "no";
  };
  EXPECT_EQ(rest("cell"), "");
  EXPECT_EQ(rest("cell 12"), "12");
  EXPECT_EQ(rest("cell  12"), " 12");
  for (const char *other : {"", "c", "cel", "cells", "Cell", " cell", "cell "})
    EXPECT_EQ(rest(other), "no") << other;
}

TEST(Protocol, NumbersAreExact) {
  EXPECT_EQ(number("0", 0), 0);
  EXPECT_EQ(number("12", 0), 12);
  EXPECT_EQ(number("4294967295", 0), int64_t(UINT_MAX));
  EXPECT_EQ(number("1043.27", 3), 1043270);
  EXPECT_EQ(number("1043", 3), 1043000);
  EXPECT_EQ(number("0.001", 3), 1);
  EXPECT_EQ(number("4294967.295", 3), int64_t(UINT_MAX));
  EXPECT_EQ(number("0000000000001", 0), 1);
}

TEST(Protocol, WhatIsNoNumberIsRefused) {
  for (const char *bad : {"", ".", ".5", "-1", "+1", "1e3", "0x1", "1,5", "1 ",
                          " 1", "1..5", "1.5.5", "nan", "1.2345"})
    EXPECT_EQ(number(bad, 3), -1) << bad;
  EXPECT_EQ(number("1.5", 0), -1);
  EXPECT_EQ(number("4294967296", 0), -1);
  EXPECT_EQ(number("4294967.296", 3), -1);
  EXPECT_EQ(number("99999999999999999999", 3), -1);
}

TEST(Protocol, RepliesShowNumbersAsTheyAreRead) {
  EXPECT_EQ(printed(0, 0), "0");
  EXPECT_EQ(printed(0, 4), "0.0000");
  EXPECT_EQ(printed(5, 3), "0.005");
  EXPECT_EQ(printed(1043270, 3), "1043.270");
  EXPECT_EQ(printed(UINT_MAX, 0), "4294967295");
  EXPECT_EQ(printed(UINT_MAX, 4), "429496.7295");
}

TEST(Protocol, AReplyNeverOutgrowsItsRoom) {
  protocol_reply reply;
  reply_start(&reply, "ok");
  for (int i = 0; i < 100; ++i)
    reply_field(&reply, "key=", UINT_MAX, 3);
  device.sent.clear();
  reply_send(&reply);
  EXPECT_EQ(device.sent.size(), DEVICE_SEND_MAX);
  EXPECT_EQ(takeLines().size(), 1u);
}

} // namespace
