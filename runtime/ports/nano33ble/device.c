/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Clocks, time, watchdog and the reason of a start on the nRF52840.
 */
#include "runtime/device.h"

#include "fault.h"
#include "nrf52840.h"
#include "serial.h"

#define CYCLES_A_MICROSECOND 64u
#define LFCLK_HERTZ 32768u
#define TICKS_A_SECOND 8u /* a wrap of the 24 bits in 24 days */

static enum device_reset reason;
static uint32_t fault_address;
static uint32_t last_count, ticks;

/* A reset by the pin sets other bits, too (nRF52840 anomaly 136), and the
 * reasons of several resets add up: the strongest counts. */
static enum device_reset read_reason(void) {
  const uint32_t reasons = POWER_RESETREAS;
  POWER_RESETREAS = reasons;
  if ((reasons & POWER_RESETREAS_PIN) != 0u)
    return DEVICE_RESET_PIN;
  if ((reasons & POWER_RESETREAS_WATCHDOG) != 0u)
    return DEVICE_RESET_WATCHDOG;
  if ((reasons & POWER_RESETREAS_LOCKUP) != 0u)
    return DEVICE_RESET_LOCKUP;
  if ((reasons & POWER_RESETREAS_SOFT) != 0u)
    return DEVICE_RESET_SOFT;
  return DEVICE_RESET_POWER;
}

static void find_reason(void) {
  reason = read_reason();
  if (reason == DEVICE_RESET_SOFT && fault_record.magic == FAULT_MAGIC &&
      fault_record.check == ~fault_record.address) {
    reason = DEVICE_RESET_FAULT;
    fault_address = fault_record.address;
  }
  fault_record.magic = 0;
}

/* Runs through resets by software; then none of this has an effect. It has its
 * own clock, so it watches the start of the others. */
static void start_watchdog(void) {
  WDT_CONFIG = WDT_CONFIG_SLEEP;
  WDT_CRV = DEVICE_PATIENCE * LFCLK_HERTZ - 1u;
  WDT_RREN = 1u;
  WDT_START = 1u;
  device_kick();
}

/* The serial line needs the crystal's accuracy. The slow clock is made from it,
 * too, so that no second crystal is needed; unless the bootloader has started
 * it from something, which must not be changed while it runs. */
static void start_clocks(void) {
  CLOCK_HFCLKSTART = 1u;
  while ((CLOCK_HFCLKSTAT & CLOCK_HFCLKSTAT_CRYSTAL) !=
         CLOCK_HFCLKSTAT_CRYSTAL) {
  }
  if ((CLOCK_LFCLKSTAT & CLOCK_LFCLKSTAT_RUNNING) == 0u) {
    CLOCK_LFCLKSRC = CLOCK_LFCLKSRC_SYNTHESIZED;
    CLOCK_LFCLKSTART = 1u;
  }
}

static void start_time(void) {
  RTC0_STOP = 1u;
  RTC0_CLEAR = 1u;
  RTC0_PRESCALER = LFCLK_HERTZ / TICKS_A_SECOND - 1u;
  RTC0_START = 1u;
  SCB_DEMCR |= SCB_DEMCR_TRACE;
  DWT_CYCCNT = 0u;
  DWT_CTRL |= 1u;
}

void device_start(void) {
  find_reason();
  start_watchdog();
  NVMC_ICACHECNF = 1u;
  start_clocks();
  start_time();
  serial_start();
}

uint32_t device_cycles(void) { return DWT_CYCCNT; }

uint32_t device_microseconds(uint32_t cycles) {
  return cycles / CYCLES_A_MICROSECOND;
}

uint32_t device_seconds(void) {
  const uint32_t count = RTC0_COUNTER;
  ticks += (count - last_count) & RTC0_COUNTER_MASK;
  last_count = count;
  return ticks / TICKS_A_SECOND;
}

void device_kick(void) { WDT_RR0 = WDT_RR0_RELOAD; }

/* Keeps the time; does not sleep, as no interrupt would end that. */
void device_idle(void) { (void)device_seconds(); }

enum device_reset device_reset_reason(void) { return reason; }

uint32_t device_fault_address(void) { return fault_address; }
