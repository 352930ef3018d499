/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * From reset to main on a Cortex-M4F, and from a fault to a message: without
 * one, an emulated fault is an endless loop and a test that times out.
 */
#include "runtime/board.h"
#include "semihost.h"

#include <stddef.h>
#include <stdint.h>

#define SCB_CFSR (*(volatile uint32_t *)0xe000ed28u)
#define SCB_HFSR (*(volatile uint32_t *)0xe000ed2cu)
#define SCB_MMFAR (*(volatile uint32_t *)0xe000ed34u)
#define SCB_BFAR (*(volatile uint32_t *)0xe000ed38u)
#define SCB_CPACR (*(volatile uint32_t *)0xe000ed88u)
#define MPU_CTRL (*(volatile uint32_t *)0xe000ed94u)
#define MPU_RBAR (*(volatile uint32_t *)0xe000ed9cu)
#define MPU_RASR (*(volatile uint32_t *)0xe000eda0u)
#define FAULT_STATUS 99u
#define MAX_ARGUMENTS 8

/* sim.ld */
extern uint32_t dln_stack_bottom[], dln_stack_top[];
extern uint32_t dln_data_load[], dln_data_start[], dln_data_end[];
extern uint32_t dln_bss_start[], dln_bss_end[];

int main(int argc, char **argv);
void reset_handler(void);
void fault_handler(void);
void fault_report(const uint32_t *frame);

static char command_line[512];
static char *arguments[MAX_ARGUMENTS + 1];

/* Splits the host's command line at blanks; there is no quoting. */
static int read_arguments(void) {
  uint32_t block[2] = {(uint32_t)command_line, sizeof command_line};
  int count = 0;
  if (semihost_call(SEMIHOST_GET_CMDLINE, block) != 0)
    return 0;
  for (char *at = command_line; *at != '\0' && count < MAX_ARGUMENTS;) {
    arguments[count++] = at;
    while (*at != '\0' && *at != ' ')
      ++at;
    while (*at == ' ')
      *at++ = '\0';
  }
  return count;
}

/* The emulator's memory forgives: it ignores writes below the RAM and lets the
 * flash be written. These regions make it as strict as a test wants it; a later
 * one wins over an earlier one, and all else keeps its default access. */
static void protect_memory(void) {
  enum { NO_ACCESS = 0, READ_ONLY = 6 };
  static const struct {
    uint32_t base, log2_size, access;
  } regions[] = {
      {0x00000000u, 22, READ_ONLY}, /* flash */
      {0x00000000u, 5, NO_ACCESS},  /* a null pointer's target: the vectors */
      {0x10000000u, 28,
       NO_ACCESS}, /* where the stack grows when it overflows */
  };
  for (uint32_t i = 0; i < sizeof regions / sizeof regions[0]; ++i) {
    MPU_RBAR = regions[i].base | 1u << 4 | i; /* VALID: selects region i */
    MPU_RASR = regions[i].access << 24 | (regions[i].log2_size - 1) << 1 | 1u;
  }
  MPU_CTRL =
      1u | 1u << 2; /* ENABLE, PRIVDEFENA; off while a fault is handled */
  __asm__ volatile("dsb\n isb" ::: "memory");
}

void reset_handler(void) {
  SCB_CPACR |= 0xfu << 20; /* full access to the FPU, before any use of it */
  __asm__ volatile("dsb\n isb" ::: "memory");
  const uint32_t *from = dln_data_load;
  for (uint32_t *to = dln_data_start; to != dln_data_end;)
    *to++ = *from++;
  for (uint32_t *to = dln_bss_start; to != dln_bss_end;)
    *to++ = 0;
  protect_memory();
  const int argc = read_arguments();
  semihost_exit((uint32_t)main(argc, arguments));
}

static void print_hex(const char *name, uint32_t value) {
  char text[9];
  for (int i = 0; i < 8; ++i)
    text[i] = "0123456789abcdef"[value >> (28 - 4 * i) & 0xfu];
  text[8] = '\0';
  board_print(name);
  board_print(text);
}

void fault_report(const uint32_t *frame) {
  if (frame < dln_stack_bottom) {
    board_print("fault: stack overflow\n");
    semihost_exit(FAULT_STATUS);
  }
  print_hex("fault: pc 0x", frame[6]);
  print_hex(", lr 0x", frame[5]);
  print_hex(", CFSR 0x", SCB_CFSR);
  print_hex(", HFSR 0x", SCB_HFSR);
  if (SCB_CFSR & 0x0080u) /* MMARVALID: forbidden by the MPU */
    print_hex(", address 0x", SCB_MMFAR);
  if (SCB_CFSR & 0x8000u) /* BFARVALID: nothing is there */
    print_hex(", address 0x", SCB_BFAR);
  board_print("\n");
  semihost_exit(FAULT_STATUS);
}

/* The stacked frame is where the stack pointer is; the stack itself may be what
 * went wrong, so the report starts on a fresh one. */
__attribute__((naked)) void fault_handler(void) {
  __asm__ volatile("mov r0, sp               \n"
                   "ldr r1, =dln_stack_top   \n"
                   "mov sp, r1               \n"
                   "b   fault_report         \n"
                   ".ltorg                   \n");
}

typedef void (*vector)(void);

/* One entry for each system exception; no interrupt is ever enabled. */
__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    (vector)dln_stack_top,
    reset_handler,
    fault_handler,
    fault_handler,
    fault_handler,
    fault_handler,
    fault_handler,
    NULL,
    NULL,
    NULL,
    NULL,
    fault_handler,
    fault_handler,
    NULL,
    fault_handler,
    fault_handler};
