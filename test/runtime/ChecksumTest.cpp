// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the journal's checksum can tell apart, by its definition.
#include "runtime/monitor/checksum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace {

/// CRC-32/JAMCRC, a bit at a time.
uint32_t definition(const std::vector<uint32_t> &words, uint32_t start) {
  uint32_t state = start;
  for (uint32_t word : words)
    for (int bit = 0; bit < 32; ++bit) {
      bool out = (state ^ word >> bit) & 1;
      state = state >> 1 ^ (out ? 0xedb88320u : 0);
    }
  return state;
}

uint32_t firmware(const std::vector<uint32_t> &words) {
  uint32_t checksum = CHECKSUM_START;
  for (uint32_t word : words)
    checksum = checksum_word(checksum, word);
  return checksum;
}

/// What each bit of `words` words and of their checksum changes.
std::vector<uint32_t> changes(uint32_t words) {
  std::vector<uint32_t> all;
  for (uint32_t bit = 0; bit < 32 * words; ++bit) {
    std::vector<uint32_t> flipped(words);
    flipped[bit / 32] = 1u << bit % 32;
    all.push_back(definition(flipped, 0));
  }
  for (uint32_t bit = 0; bit < 32; ++bit)
    all.push_back(1u << bit);
  return all;
}

TEST(Checksum, IsTheOneThatIsNamed) {
  EXPECT_EQ(firmware({0x34333231, 0x38373635}), 0x651f2550u); // "12345678"
  for (uint32_t word : {0u, 1u, 0xffffffffu, 0xdeadbeefu})
    EXPECT_EQ(firmware({word, word * 3}),
              definition({word, word * 3}, CHECKSUM_START));
}

TEST(Checksum, FindsAnySingleWrongBit) {
  for (uint32_t words : {1u, 6u, 53u}) {
    std::vector<uint32_t> all = changes(words);
    for (uint32_t bit = 0; bit < all.size(); ++bit) {
      uint32_t difference = all[bit], word = ~0u;
      ASSERT_TRUE(checksum_locate(words, &difference, &word));
      EXPECT_EQ(word, bit / 32);
      EXPECT_EQ(difference, 1u << bit % 32);
    }
  }
}

/// Up to two wrong bits of a snapshot never look like two others, so that three
/// are never taken for one, nor four for none. The journal's others are
/// shorter.
TEST(Checksum, TellsTwoWrongBitsOfASnapshotFromTwoOthers) {
  std::vector<uint32_t> all = changes(53), sums = all;
  for (size_t i = 0; i < all.size(); ++i)
    for (size_t k = 0; k < i; ++k)
      sums.push_back(all[i] ^ all[k]);
  std::sort(sums.begin(), sums.end());
  EXPECT_NE(sums.front(), 0u);
  EXPECT_EQ(std::adjacent_find(sums.begin(), sums.end()), sums.end());
}

/// Of a record, up to four: seven are never taken for one, nor eight for none.
TEST(Checksum, TellsFourWrongBitsOfARecordFromFourOthers) {
  std::vector<uint32_t> all = changes(1), sums;
  const size_t bits = all.size();
  for (size_t a = 0; a < bits; ++a) {
    sums.push_back(all[a]);
    for (size_t b = 0; b < a; ++b) {
      sums.push_back(all[a] ^ all[b]);
      for (size_t c = 0; c < b; ++c) {
        sums.push_back(all[a] ^ all[b] ^ all[c]);
        for (size_t d = 0; d < c; ++d)
          sums.push_back(all[a] ^ all[b] ^ all[c] ^ all[d]);
      }
    }
  }
  std::sort(sums.begin(), sums.end());
  EXPECT_NE(sums.front(), 0u);
  EXPECT_EQ(std::adjacent_find(sums.begin(), sums.end()), sums.end());
}

} // namespace
