/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One byte at a time, all by polling.
 */
#include "board.h"

#include <stddef.h>

extern uint32_t dln_stack_top[];
extern uint32_t dln_data_load[], dln_data_start[], dln_data_end[];
extern uint32_t dln_bss_start[], dln_bss_end[];

void reset_handler(void);

static char outgoing[128];

void say(const char *text) {
  uint32_t size = 0;
  while (text[size] != '\0' && size < sizeof outgoing) {
    outgoing[size] = text[size];
    ++size;
  }
  UARTE(0x544) = (uint32_t)outgoing; /* TXD.PTR, MAXCNT */
  UARTE(0x548) = size;
  UARTE(0x120) = 0; /* ENDTX */
  UARTE(0x008) = 1; /* STARTTX */
  while (UARTE(0x120) == 0) {
  }
}

void say_value(const char *name, int32_t value) {
  char digits[12];
  uint32_t at = sizeof digits - 1;
  uint32_t rest = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
  digits[at] = '\0';
  do {
    digits[--at] = (char)('0' + rest % 10u);
    rest /= 10u;
  } while (rest != 0);
  if (value < 0)
    digits[--at] = '-';
  say(name);
  say(" ");
  say(digits + at);
  say("\n");
}

void listen(volatile uint8_t *buffer, uint32_t size) {
  UARTE(0x534) = (uint32_t)buffer; /* RXD.PTR, MAXCNT */
  UARTE(0x538) = size;
  UARTE(0x110) = 0; /* ENDRX */
  UARTE(0x000) = 1; /* STARTRX */
}

void hear_line(char *line, uint32_t size) {
  static volatile uint8_t byte;
  uint32_t length = 0;
  for (;;) {
    listen(&byte, 1);
    while (UARTE(0x110) == 0) {
    }
    if (byte == '\n')
      break;
    if (length + 1 < size)
      line[length++] = (char)byte;
  }
  line[length] = '\0';
}

static void start_serial(void) {
  REGISTER(0x50000300u + 0x508u) = 1u << 3;         /* OUTSET, P1.03 */
  REGISTER(0x50000300u + 0x700u + 4u * 3u) = 3u;    /* P1.03: output */
  REGISTER(0x50000300u + 0x700u + 4u * 10u) = 0xcu; /* P1.10: pulled up */
  UARTE(0x50c) = 1u << 5 | 3u;
  UARTE(0x514) = 1u << 5 | 10u;
  UARTE(0x524) = 0x01d60000u; /* 115200 baud */
  UARTE(0x500) = 8;
}

void reset_handler(void) {
  CPACR |= 0xfu << 20;
  __asm__ volatile("dsb\n isb" ::: "memory");
  REGISTER(0xe000ed08u) = 0x10000u; /* VTOR */
  REGISTER(0xe000edfcu) = 1u << 24; /* DEMCR.TRCENA */
  REGISTER(0xe0001000u) = 1u;       /* CYCCNTENA */
  NVMC(0x540) = 1;                  /* the instruction cache */
  const uint32_t *from = dln_data_load;
  for (uint32_t *to = dln_data_start; to != dln_data_end;)
    *to++ = *from++;
  for (uint32_t *to = dln_bss_start; to != dln_bss_end;)
    *to++ = 0;
  start_serial();
  run();
  AIRCR = 0x05fa0004u;
  for (;;) {
  }
}

typedef void (*vector)(void);
__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    (vector)dln_stack_top, reset_handler};
