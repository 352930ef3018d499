// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The simulated flash is what the journal is judged by; this judges it.
#include "test/runtime/Device.h"

#include <gtest/gtest.h>

#include <memory>

namespace {

TEST(Flash, AWriteOnlyClearsBitsAndAnEraseSetsThem) {
  host_flash_new(1);
  EXPECT_EQ(device_flash_read(3, 7), 0xffffffffu);
  device_flash_write(3, 7, 0xffff00ffu);
  device_flash_write(3, 7, 0x0f0f00ffu);
  EXPECT_EQ(device_flash_read(3, 7), 0x0f0f00ffu);
  EXPECT_EQ(device_flash_read(3, 8), 0xffffffffu);
  EXPECT_EQ(host_flash.violations, 0u);
  device_flash_erase(3);
  EXPECT_EQ(device_flash_read(3, 7), 0xffffffffu);
  EXPECT_EQ(host_flash.erases[3], 1u);
}

TEST(Flash, CountsWhatBreaksItsRules) {
  host_flash_new(1);
  device_flash_write(0, 0, 0);
  device_flash_write(0, 0, 1); // A bit that is 0 does not become 1.
  EXPECT_EQ(host_flash.violations, 1u);
  EXPECT_EQ(device_flash_read(0, 0), 0u);
  device_flash_write(0, 0, 0); // A third write.
  EXPECT_EQ(host_flash.violations, 2u);
  device_flash_write(HOST_FLASH_PAGES, 0, 0);
  (void)device_flash_read(0, HOST_FLASH_PAGE_WORDS);
  device_flash_erase(HOST_FLASH_PAGES);
  EXPECT_EQ(host_flash.violations, 5u);
}

TEST(Flash, ATornWriteLeavesBitsDoneUndoneAndUnsteady) {
  uint32_t done = 0, undone = 0, unsteady = 0;
  for (uint32_t seed = 1; seed < 200; ++seed) {
    host_flash_new(seed * 2654435761u);
    host_flash_operation write = {0, 2, 5, 0xffff0000u};
    host_flash_tear(&write);
    uint32_t first = device_flash_read(2, 5);
    EXPECT_EQ(first >> 16, 0xffffu) << "bits that were not to change";
    for (int read = 0; read < 20; ++read)
      unsteady |= first ^ device_flash_read(2, 5);
    done |= ~host_flash.words[2][5] & ~host_flash.unstable[2][5];
    undone |= host_flash.words[2][5] & ~host_flash.unstable[2][5];
  }
  EXPECT_EQ(done, 0xffffu);
  EXPECT_EQ(undone, 0xffffffffu);
  EXPECT_EQ(unsteady, 0xffffu);
}

TEST(Flash, AnEraseHealsWhatATornOneLeft) {
  uint32_t set = 0, clear = 0, unsteady = 0;
  for (uint32_t seed = 1; seed < 20; ++seed) {
    host_flash_new(seed * 2654435761u);
    for (uint32_t word = 0; word < HOST_FLASH_PAGE_WORDS; ++word)
      device_flash_write(1, word, 0);
    host_flash_operation erase = {1, 1, 0, 0};
    host_flash_tear(&erase);
    for (uint32_t word = 0; word < HOST_FLASH_PAGE_WORDS; ++word) {
      uint32_t first = device_flash_read(1, word);
      set |= first;
      clear |= ~first;
      unsteady |= first ^ device_flash_read(1, word);
    }
    device_flash_erase(1);
    for (uint32_t word = 0; word < HOST_FLASH_PAGE_WORDS; ++word)
      ASSERT_EQ(device_flash_read(1, word), 0xffffffffu);
  }
  EXPECT_EQ(set & clear & unsteady, 0xffffffffu);
}

} // namespace
