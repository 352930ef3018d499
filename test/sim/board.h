/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Start and serial line of the images in this folder. They are the simulator's
 * tests, so they touch registers directly and share nothing with the runtime,
 * whose mistakes they would repeat.
 */
#ifndef SIM_BOARD_H
#define SIM_BOARD_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define UARTE(offset) REGISTER(0x40002000u + (offset))
#define CLOCK(offset) REGISTER(0x40000000u + (offset))
#define RTC(offset) REGISTER(0x4000b000u + (offset))
#define WDT(offset) REGISTER(0x40010000u + (offset))
#define NVMC(offset) REGISTER(0x4001e000u + (offset))
#define RESETREAS REGISTER(0x40000400u)
#define CYCCNT REGISTER(0xe0001004u)
#define AIRCR REGISTER(0xe000ed0cu)
#define CPACR REGISTER(0xe000ed88u)

/** Sends a text; returns when it has left. */
void say(const char *text);

/** Sends "name value" and a line feed. */
void say_value(const char *name, int32_t value);

/** Receives into `buffer` from now on, `size` bytes, once. */
void listen(volatile uint8_t *buffer, uint32_t size);

/** The next line, without its end; at most `size` - 1 bytes count. */
void hear_line(char *line, uint32_t size);

/** What the program does; it is reset when it returns. */
void run(void);

#endif /* SIM_BOARD_H */
