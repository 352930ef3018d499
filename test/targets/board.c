/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * From the first instruction to main, and what a test needs of a board, on any
 * emulated core: by semihosting on a Cortex-M, by Linux's calls on RISC-V.
 */
#include "runtime/board.h"

#include <stdint.h>

int main(void);
void board_start(void);

#if defined(__riscv)

static int32_t call(int32_t number, int32_t a, const void *b, uint32_t size) {
  register int32_t a0 __asm__("a0") = a;
  register const void *a1 __asm__("a1") = b;
  register uint32_t a2 __asm__("a2") = size;
  register int32_t a7 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
  return a0;
}

void board_print(const char *text) {
  uint32_t length = 0;
  while (text[length] != '\0')
    ++length;
  (void)call(64, 1, text, length);
}

static void leave(int32_t status) { (void)call(93, status, 0, 0); }

__asm__(".globl _start\n"
        "_start:\n"
        ".option push\n"
        ".option norelax\n"
        "  la gp, __global_pointer$\n"
        ".option pop\n"
        "  jal board_start\n");

#else

extern char board_stack_top[]; /* of the linker's command line */

static void call(int32_t operation, const void *argument) {
  register int32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void board_print(const char *text) { call(0x04, text); }

static void leave(int32_t status) {
  const int32_t block[2] = {0x20026, status};
  call(0x20, block);
}

/* The vectors: the stack, reset, and a fault, which must end the program. */
static void fault(void) {
  board_print("error: a fault\n");
  leave(99);
}

extern void (*const board_vectors[4])(void);
__attribute__((section(".vectors"))) void (*const board_vectors[4])(void) = {
    (void (*)(void))board_stack_top, board_start, fault, fault};

#endif

#define PATTERN 0xa5a5a5a5u

/* The words below the caller's frame, which is where those of the two below
 * begin, too. */
__attribute__((noinline)) void board_stack_paint(void) {
  volatile uint32_t *const top = __builtin_frame_address(0);
  for (uint32_t i = 16; i < BOARD_STACK_PAINT / 4; ++i)
    top[-(int32_t)i] = PATTERN;
}

__attribute__((noinline)) uint32_t board_stack_used(void) {
  volatile uint32_t *const top = __builtin_frame_address(0);
  uint32_t i = BOARD_STACK_PAINT / 4 - 1;
  while (i >= 16 && top[-(int32_t)i] == PATTERN)
    --i;
  return 4 * i;
}

void board_start(void) {
  leave(main());
  for (;;) {
  }
}
