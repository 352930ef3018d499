/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Code of which every instruction and every byte of stack is known, and each
 * way in which a program can go wrong, for port_test.py to look at.
 */
#include "firmware.h"

#include <stdint.h>

__attribute__((naked, noinline)) void count_five(void) {
  __asm__ volatile("nop\n nop\n nop\n nop\n bx lr");
}

/* Two instructions and count_five, which is entered without a return address.
 */
__attribute__((naked, noinline)) void count_tail(void) {
  __asm__ volatile("nop\n b count_five");
}

/* 1 + 10 * (4 * nop, bx, subs, bne, bl) + push, pop: counted with its callees.
 */
__attribute__((naked, noinline)) void count_loop(void) {
  __asm__ volatile("   push {r4, lr}\n"
                   "   movs r4, #10\n"
                   "1: bl   count_five\n"
                   "   subs r4, #1\n"
                   "   bne  1b\n"
                   "   pop  {r4, pc}");
}

__attribute__((naked, noinline)) void stack_forty(void) {
  __asm__ volatile("push {r4-r11, r12, lr}\n pop {r4-r11, r12, pc}");
}

static const int32_t constant = 1;
static int32_t initialised = 41, zeroed;
static volatile float real = 2.0f;

static int32_t overflow(int32_t depth) {
  volatile int32_t local[64];
  local[0] = depth;
  return depth == 0 ? 0 : overflow(depth - 1) + local[0];
}

static int is(const char *a, const char *b) {
  while (*a != '\0' && *a == *b)
    ++a, ++b;
  return *a == *b;
}

int main(int argc, char **argv) {
  if (argc == 2 && is(argv[1], "overflow"))
    return overflow(1000000);
  if (argc == 2 && is(argv[1], "null"))
    return *(volatile int32_t *)(uintptr_t)(argc - 2);
  if (argc == 2 && is(argv[1], "constant"))
    *(volatile int32_t *)(uintptr_t)&constant = 2;
  if (argc == 2 && is(argv[1], "nowhere"))
    return *(volatile int32_t *)0x70000000u;
  if (argc == 2 && is(argv[1], "status"))
    return 7;

  print_value("arguments", argc);
  print_value("data", initialised + zeroed);
  print_value("real", (int32_t)(real * 1.5f));
  print_value("least", INT32_MIN);
  count_five();
  count_tail();
  count_loop();
  count_five();
  board_stack_paint();
  stack_forty();
  print_value("forty", (int32_t)board_stack_used());
  board_stack_paint();
  count_five();
  print_value("none", (int32_t)board_stack_used());
  print_value("missing_file", board_open("no/such/file", BOARD_READ) < 0);
  return 0;
}
