/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The board on an emulated Cortex-M4: everything through semihosting, and the
 * stack measured by painting it.
 */
#include "runtime/board.h"

#include "semihost.h"

#define PATTERN 0xa5a5a5a5u

extern uint32_t dln_stack_bottom[]; /* sim.ld */

void board_print(const char *text) {
  (void)semihost_call(SEMIHOST_WRITE0, text);
}

int32_t board_open(const char *path, int32_t mode) {
  uint32_t length = 0;
  while (path[length] != '\0')
    ++length;
  const uint32_t block[3] = {
      (uint32_t)path, mode == BOARD_READ ? SEMIHOST_MODE_RB : SEMIHOST_MODE_WB,
      length};
  return semihost_call(SEMIHOST_OPEN, block);
}

int32_t board_read(int32_t file, void *buffer, uint32_t size) {
  uint32_t done = 0;
  while (done < size) {
    const uint32_t block[3] = {(uint32_t)file, (uint32_t)buffer + done,
                               size - done};
    /* The host answers with what it did not read: all of it at the end. */
    const int32_t left = semihost_call(SEMIHOST_READ, block);
    if (left < 0 || (uint32_t)left > size - done)
      return -1;
    if ((uint32_t)left == size - done)
      break;
    done = size - (uint32_t)left;
  }
  return (int32_t)done;
}

int32_t board_write(int32_t file, const void *buffer, uint32_t size) {
  const uint32_t block[3] = {(uint32_t)file, (uint32_t)buffer, size};
  return semihost_call(SEMIHOST_WRITE, block) == 0 ? 0 : -1;
}

int32_t board_close(int32_t file) {
  const uint32_t block[1] = {(uint32_t)file};
  return semihost_call(SEMIHOST_CLOSE, block);
}

/* The stack pointer of the caller is wanted, so neither of the two may have a
 * frame of its own: both are leaves that live in the scratch registers. */

__attribute__((naked, noinline)) void board_stack_paint(void) {
  __asm__ volatile("  ldr   r0, =%c0            \n"
                   "  ldr   r1, =dln_stack_bottom \n"
                   "  mov   ip, sp              \n"
                   "  sub   r2, sp, %1          \n"
                   "  cmp   r2, r1              \n"
                   "  it    lo                  \n"
                   "  movlo r2, r1              \n"
                   "1: cmp  r2, ip              \n"
                   "  it    lo                  \n"
                   "  strlo r0, [r2], #4        \n"
                   "  blo   1b                  \n"
                   "  bx    lr                  \n"
                   "  .ltorg                    \n" ::"i"(PATTERN),
                   "i"(BOARD_STACK_PAINT));
}

__attribute__((naked, noinline)) uint32_t board_stack_used(void) {
  __asm__ volatile("  ldr   r0, =%c0            \n"
                   "  ldr   r1, =dln_stack_bottom \n"
                   "  mov   ip, sp              \n"
                   "  sub   r2, sp, %1          \n"
                   "  cmp   r2, r1              \n"
                   "  it    lo                  \n"
                   "  movlo r2, r1              \n"
                   "1: cmp  r2, ip              \n"
                   "  beq   2f                  \n"
                   "  ldr   r3, [r2]            \n"
                   "  cmp   r3, r0              \n"
                   "  it    eq                  \n"
                   "  addeq r2, #4              \n"
                   "  beq   1b                  \n"
                   "2: sub  r0, sp, r2          \n"
                   "  bx    lr                  \n"
                   "  .ltorg                    \n" ::"i"(PATTERN),
                   "i"(BOARD_STACK_PAINT));
}
