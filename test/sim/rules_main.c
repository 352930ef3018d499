/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Each rule of the chip that the simulator has to know, by name: a line with
 * the name comes in, and the rule is tried. What is allowed answers with the
 * values that sim_test.py knows; what is not is to end the run.
 */
#include "board.h"

#include <stddef.h>

#define PAGE 0x00070000u
#define RELOAD 0x6e524635u

static uint32_t kept __attribute__((section(".noinit")));

static volatile uint32_t *word(uint32_t address) {
  return (volatile uint32_t *)(uintptr_t)address;
}

/* --- memory ----------------------------------------------------------------
 */

static void read_null(void) { (void)*word(0); }
static void read_nowhere(void) { (void)*word(0x70000000u); }
static void write_nowhere(void) { *word(0x20040000u) = 1; }
static void read_peripheral(void) { (void)*word(0x40003000u); }
static void read_register(void) { (void)UARTE(0x7f0); }
static void write_register(void) { RTC(0x504) = 1; }
static void write_byte(void) { *(volatile uint8_t *)0x40002500u = 8; }

static void unaligned_word(void) {
  static volatile uint32_t words[3];
  words[0] = 0x04030201u;
  words[1] = 0x08070605u;
  say_value("unaligned-word", (int32_t)*word((uint32_t)words + 1u));
}

static void unaligned_double(void) {
  static volatile uint32_t words[4];
  __asm__ volatile("ldrd r2, r3, [%0]" ::"r"((uint32_t)words + 1u)
                   : "r2", "r3");
}

static void run_ram(void) {
  static uint32_t code[2] = {0x47704770u};
  ((void (*)(void))((uint32_t)code | 1u))();
}

static void run_arm(void) {
  __asm__ volatile("bx %0" ::"r"((uint32_t)read_null & ~1u));
}

/* --- the CPU ---------------------------------------------------------------
 */

static void undefined(void) { __asm__ volatile("udf #1"); }
static void supervisor(void) { __asm__ volatile("svc #0"); }
static void breakpoint(void) { __asm__ volatile("bkpt #0"); }
static void sleep(void) { __asm__ volatile("wfi"); }
static void enable_interrupt(void) { REGISTER(0xe000e100u) = 4; }

static void float_off(void) {
  CPACR = 0;
  __asm__ volatile("dsb\n isb\n vmov.f32 s0, #1.0" ::: "s0");
}

static void float_on(void) {
  volatile float two = 2.0f;
  say_value("float", (int32_t)(two * 20.5f));
}

/* Bits of the DSP instructions that the emitted kernels use. */
static void dsp(void) {
  uint32_t a = 0x80017fffu, b = 0xfffe0003u, result;
  __asm__("smlad %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(100));
  say_value("smlad", (int32_t)result);
  __asm__("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(7));
  say_value("smmlar", (int32_t)result);
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(result) : "r"(0x80ff7f01u));
  say_value("sxtb16", (int32_t)result);
  __asm__("ssat %0, #16, %1" : "=r"(result) : "r"(0x12345678u));
  say_value("ssat", (int32_t)result);
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(result) : "r"(a), "r"(b));
  say_value("pkhbt", (int32_t)result);
}

__attribute__((noinline)) static uint32_t recurse(uint32_t depth) {
  volatile uint32_t local[8];
  local[0] = depth;
  return depth == 0 ? 0 : recurse(depth - 1) + local[0];
}
static void overflow(void) { say_value("overflow", (int32_t)recurse(10000)); }

/* Ten registers, and 256 bytes below them. */
__attribute__((naked, noinline)) static void stack_296(void) {
  __asm__ volatile("push {r4-r11, r12, lr}\n"
                   "sub  sp, #256\n"
                   "add  sp, #256\n"
                   "pop  {r4-r11, r12, pc}");
}

/* --- time ------------------------------------------------------------------
 */

__attribute__((naked, noinline)) static uint32_t hundred_cycles(void) {
  __asm__ volatile("   ldr  r1, =0xe0001004\n"
                   "   ldr  r0, [r1]\n"   /* 2 */
                   "   movs r2, #24\n"    /* 1 */
                   "1: subs r2, #1\n"     /* 1 */
                   "   bne  1b\n"         /* 3, and 1 the last time */
                   "   nop\n nop\n nop\n" /* 3 */
                   "   ldr  r3, [r1]\n"
                   "   subs r0, r3, r0\n"
                   "   bx   lr\n"
                   "   .ltorg");
}

static void cycles(void) {
  stack_296();
  say_value("cycles", (int32_t)hundred_cycles());
  REGISTER(0xe0001000u) = 0;
  const uint32_t before = CYCCNT;
  say_value("stopped", (int32_t)(CYCCNT - before));
  REGISTER(0xe0001000u) = 1;
}

static void wait_cycles(uint32_t count) {
  const uint32_t start = CYCCNT;
  while (CYCCNT - start < count) {
  }
}

static uint32_t cycles_until(volatile uint32_t *event) {
  const uint32_t start = CYCCNT;
  while (*event == 0) {
  }
  return CYCCNT - start;
}

static void clocks(void) {
  say_value("hfclk-before", (int32_t)(CLOCK(0x40c) & 1u));
  CLOCK(0x000) = 1;
  say_value("hfclk-us", (int32_t)(cycles_until(&CLOCK(0x100)) / 64u));
  say_value("hfclk", (int32_t)(CLOCK(0x40c) & 1u));
  CLOCK(0x518) = 1;
  CLOCK(0x008) = 1;
  say_value("lfclk-us", (int32_t)(cycles_until(&CLOCK(0x104)) / 64u));
  say_value("lfclk", (int32_t)(CLOCK(0x418) & 3u));
}

static void start_low_clock(void) {
  CLOCK(0x008) = 1;
  while (CLOCK(0x104) == 0) {
  }
}

static void rtc(void) {
  RTC(0x508) = 31; /* 1024 Hz */
  RTC(0x000) = 1;
  wait_cycles(640000);
  say_value("rtc-unclocked", (int32_t)RTC(0x504));
  start_low_clock();
  RTC(0x008) = 1; /* CLEAR */
  RTC(0x344) = 1u << 16 | 1u << 1;
  RTC(0x540) = 512;
  say_value("rtc-compare-ms", (int32_t)(cycles_until(&RTC(0x140)) / 64000u));
  say_value("rtc", (int32_t)RTC(0x504));
  RTC(0x00c) = 1; /* 16 before the overflow */
  say_value("rtc-near", (int32_t)(0x1000000u - RTC(0x504)));
  say_value("rtc-overflow-ms", (int32_t)(cycles_until(&RTC(0x104)) / 64000u));
  RTC(0x004) = 1;
  const uint32_t stopped = RTC(0x504);
  wait_cycles(640000);
  say_value("rtc-stopped", (int32_t)(RTC(0x504) - stopped));
}

static void rtc_prescaler_late(void) {
  RTC(0x000) = 1;
  RTC(0x508) = 1;
}

/* --- watchdog and resets ---------------------------------------------------
 */

static void start_watchdog(void) {
  WDT(0x504) = 32767; /* a second */
  WDT(0x000) = 1;
}

static void watchdog(void) {
  start_watchdog();
  for (int i = 0; i < 4; ++i) {
    wait_cycles(48000000u); /* 0.75 s */
    WDT(0x600) = RELOAD;
  }
  WDT(0x504) = 0xffffffu; /* too late */
  WDT(0x600) = 1;         /* not the word */
  say_value("running", (int32_t)WDT(0x400));
  for (;;) {
  }
}

/* A reset by software leaves the watchdog running. */
static void watchdog_soft(void) {
  start_watchdog();
  kept = 1234;
  AIRCR = 0x05fa0004u;
}

static void hang(void) {
  for (;;) {
  }
}

static void soft(void) {
  kept = 5678;
  AIRCR = 0x05fa0004u;
}

/* --- flash -----------------------------------------------------------------
 */

static void set_mode(uint32_t mode) { NVMC(0x504) = mode; }

static void flash(void) {
  set_mode(2);
  uint32_t start = CYCCNT;
  NVMC(0x508) = PAGE;
  say_value("erase-us", (int32_t)((CYCCNT - start) / 64u));
  say_value("erased", (int32_t)*word(PAGE + 8u));
  set_mode(1);
  start = CYCCNT;
  *word(PAGE + 8u) = 0xffff00f0u;
  say_value("write-us", (int32_t)((CYCCNT - start) / 64u));
  say_value("written", (int32_t)*word(PAGE + 8u));
  *word(PAGE + 8u) = 0x0fffff0fu;
  say_value("only-zeros", (int32_t)*word(PAGE + 8u));
  set_mode(0);
}

static void flash_thrice(void) {
  flash();
  set_mode(1);
  *word(PAGE + 8u) = 0;
}

static void flash_shut(void) { *word(PAGE) = 0; }

static void flash_half(void) {
  set_mode(1);
  *(volatile uint16_t *)PAGE = 0;
}

static void flash_own_code(void) {
  set_mode(1);
  *word((uint32_t)flash_own_code & ~3u) = 0;
}

static void erase_shut(void) { NVMC(0x508) = PAGE; }

static void erase_inside(void) {
  set_mode(2);
  NVMC(0x508) = PAGE + 4u;
}

static void erase_own_code(void) {
  set_mode(2);
  NVMC(0x508) = (uint32_t)erase_own_code & ~0xfffu;
}

/* Operations 1 to 5 of the flash, for the power to be cut at. */
static void flash_five(void) {
  set_mode(2);
  NVMC(0x508) = PAGE;
  set_mode(1);
  for (uint32_t i = 0; i < 4; ++i)
    *word(PAGE + 4u * i) = 0;
  set_mode(0);
  say_value("five", 0);
}

/* How many words are neither erased nor written as flash_five does. */
static void flash_state(void) {
  int32_t done = 0, torn = 0;
  for (uint32_t i = 0; i < 1024; ++i) {
    done += *word(PAGE + 4u * i) == 0;
    torn += *word(PAGE + 4u * i) != 0 && *word(PAGE + 4u * i) != 0xffffffffu;
  }
  say_value("done", done);
  say_value("torn", torn);
}

/* All ones to zeros, for an erase to be torn. */
static void flash_fill(void) {
  set_mode(2);
  NVMC(0x508) = PAGE;
  set_mode(1);
  for (uint32_t i = 0; i < 1024; ++i)
    *word(PAGE + 4u * i) = 0;
  set_mode(0);
  say_value("filled", 0);
}

/* --- serial line -----------------------------------------------------------
 */

static volatile uint8_t room[32];

static int32_t first_byte(void) { return room[0]; }

static void baud(void) {
  static const char ten[] = "0123456789";
  const uint32_t start = CYCCNT;
  say(ten);
  const uint32_t took = CYCCNT - start;
  say("\n");
  say_value("byte-cycles", (int32_t)(took / 10u));
}

/* Nobody takes what comes: six bytes fit, and the seventh is lost. */
static void overrun(void) {
  say_value("send-ten", 0);
  wait_cycles(64u * 2000u);
  say_value("errors", (int32_t)UARTE(0x480));
  say_value("error-event", (int32_t)UARTE(0x124));
  listen(room, sizeof room);
  wait_cycles(64u * 100u);
  UARTE(0x004) = 1; /* STOPRX */
  say_value("amount", (int32_t)UARTE(0x53c));
  say_value("first", first_byte());
  say_value("fifth", room[4]);
  UARTE(0x480) = 1;
  say_value("cleared", (int32_t)UARTE(0x480));
  while (UARTE(0x144) == 0) { /* RXTO */
  }
  say_value("stopped", 1);
}

/* Two buffers in turn, by the short. */
static void shorts(void) {
  UARTE(0x200) = 1u << 5;
  UARTE(0x14c) = 0;
  listen(room, 4);
  UARTE(0x534) = (uint32_t)room + 4u;
  say_value("send-eight", 0);
  while (UARTE(0x110) == 0) {
  }
  UARTE(0x110) = 0;
  say_value("amount", (int32_t)UARTE(0x53c));
  UARTE(0x534) = (uint32_t)room + 8u;
  while (UARTE(0x110) == 0) {
  }
  UARTE(0x200) = 0;
  UARTE(0x004) = 1;
  say_value("first", first_byte());
  say_value("eighth", room[7]);
}

static void dma_flash(void) {
  UARTE(0x544) = 0x10000u;
  UARTE(0x548) = 4;
  UARTE(0x008) = 1;
}

static void dma_off(void) {
  UARTE(0x500) = 0;
  UARTE(0x008) = 1;
}

static void wrong_baud(void) { UARTE(0x524) = 0x12345u; }

static void pins(void) {
  volatile uint32_t *p1 = word(0x50000300u);
  p1[0x518 / 4] = 1u << 5; /* DIRSET */
  p1[0x508 / 4] = 1u << 5; /* OUTSET */
  say_value("direction", (int32_t)p1[0x514 / 4]);
  p1[0x714 / 4] = 1; /* PIN_CNF[5]: output, its input connected */
  say_value("level", (int32_t)(p1[0x510 / 4] >> 5 & 1u));
}

static const struct {
  const char *name;
  void (*try)(void);
} rules[] = {
    {"read-null", read_null},
    {"read-nowhere", read_nowhere},
    {"write-nowhere", write_nowhere},
    {"read-peripheral", read_peripheral},
    {"read-register", read_register},
    {"write-register", write_register},
    {"write-byte", write_byte},
    {"unaligned-word", unaligned_word},
    {"unaligned-double", unaligned_double},
    {"run-ram", run_ram},
    {"run-arm", run_arm},
    {"undefined", undefined},
    {"supervisor", supervisor},
    {"breakpoint", breakpoint},
    {"sleep", sleep},
    {"enable-interrupt", enable_interrupt},
    {"float-off", float_off},
    {"float-on", float_on},
    {"dsp", dsp},
    {"overflow", overflow},
    {"cycles", cycles},
    {"clocks", clocks},
    {"rtc", rtc},
    {"rtc-prescaler-late", rtc_prescaler_late},
    {"watchdog", watchdog},
    {"watchdog-soft", watchdog_soft},
    {"hang", hang},
    {"soft", soft},
    {"flash", flash},
    {"flash-thrice", flash_thrice},
    {"flash-shut", flash_shut},
    {"flash-half", flash_half},
    {"flash-own-code", flash_own_code},
    {"erase-shut", erase_shut},
    {"erase-inside", erase_inside},
    {"erase-own-code", erase_own_code},
    {"flash-five", flash_five},
    {"flash-state", flash_state},
    {"flash-fill", flash_fill},
    {"baud", baud},
    {"overrun", overrun},
    {"shorts", shorts},
    {"dma-flash", dma_flash},
    {"dma-off", dma_off},
    {"wrong-baud", wrong_baud},
    {"pins", pins},
};

static int is(const char *a, const char *b) {
  while (*a != '\0' && *a == *b)
    ++a, ++b;
  return *a == *b;
}

void run(void) {
  char line[32];
  say_value("start", (int32_t)RESETREAS);
  RESETREAS = 0xffffffffu;
  say_value("kept", (int32_t)kept);
  for (;;) {
    hear_line(line, sizeof line);
    size_t i = 0;
    while (i < sizeof rules / sizeof rules[0] && !is(rules[i].name, line))
      ++i;
    if (i == sizeof rules / sizeof rules[0])
      say("unknown\n");
    else
      rules[i].try();
  }
}
