/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * From the stock bootloader to main, and from a fault back to it. The
 * bootloader leaves the CPU in a state that is its own business, so what
 * matters is set here. Interrupts stay off: this port polls, and nothing that
 * the bootloader left behind can come in between.
 */
#include "fault.h"
#include "nrf52840.h"

#include <stddef.h>

#define FRAME_WORDS 8u /* that the CPU stacks */
#define FRAME_PC 6u

/* nano33ble.ld */
extern uint32_t dln_stack_bottom[], dln_stack_top[];
extern uint32_t dln_data_load[], dln_data_start[], dln_data_end[];
extern uint32_t dln_bss_start[], dln_bss_end[];

__attribute__((section(".noinit"))) struct fault_record fault_record;

int main(void);
void reset_handler(void);
void fault_handler(void);
_Noreturn void start_program(void);
_Noreturn void save_fault(const uint32_t *frame);

static _Noreturn void reset(void) {
  __asm__ volatile("dsb" ::: "memory");
  SCB_AIRCR = SCB_AIRCR_RESET;
  __asm__ volatile("dsb" ::: "memory");
  for (;;) {
  }
}

typedef void (*vector)(void);

/* One entry for each system exception. */
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

__attribute__((naked)) void reset_handler(void) {
  __asm__ volatile("cpsid i                  \n"
                   "movs  r0, #0             \n"
                   "msr   control, r0        \n" /* privileged, main stack */
                   "isb                      \n"
                   "ldr   r0, =dln_stack_top \n"
                   "mov   sp, r0             \n"
                   "b     start_program      \n"
                   ".ltorg                   \n");
}

void start_program(void) {
  SCB_VTOR = (uint32_t)vectors;
  SCB_CPACR |= SCB_CPACR_FPU;
  __asm__ volatile("dsb\n isb" ::: "memory");
  const uint32_t *from = dln_data_load;
  for (uint32_t *to = dln_data_start; to != dln_data_end;)
    *to++ = *from++;
  for (uint32_t *to = dln_bss_start; to != dln_bss_end;)
    *to++ = 0;
  (void)main();
  reset();
}

void save_fault(const uint32_t *frame) {
  /* After a stack overflow there is no frame. */
  const int whole =
      frame >= dln_stack_bottom && frame + FRAME_WORDS <= dln_stack_top;
  const uint32_t address = whole ? frame[FRAME_PC] : 0u;
  fault_record = (struct fault_record){FAULT_MAGIC, address, ~address};
  reset();
}

/* The stack may be what went wrong, so this goes on with a fresh one. */
__attribute__((naked)) void fault_handler(void) {
  __asm__ volatile("mov r0, sp             \n"
                   "ldr r1, =dln_stack_top \n"
                   "mov sp, r1             \n"
                   "b   save_fault         \n"
                   ".ltorg                 \n");
}
