/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What a program needs from the place where it runs, so that the same source
 * runs on a board, on an emulated one and on a host. A port implements it; the
 * emitted model needs nothing of it.
 */
#ifndef DLN_BOARD_H
#define DLN_BOARD_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Writes text to the console: a terminal, a debugger or a serial line. */
void board_print(const char *text);

/** How `board_open` opens a file. */
enum { BOARD_READ = 0, BOARD_WRITE = 1 };

/** Opens a file of the host; negative when it, or any file, is out of reach. */
int32_t board_open(const char *path, int32_t mode);

/** Reads up to `size` bytes; fewer only at the end of the file. Returns how
 *  many, or a negative number on an error. */
int32_t board_read(int32_t file, void *buffer, uint32_t size);

/** Writes all `size` bytes; returns zero, or a negative number on an error. */
int32_t board_write(int32_t file, const void *buffer, uint32_t size);

/** Closes the file; returns zero, or a negative number when data was lost. */
int32_t board_close(int32_t file);

/** Bytes below the stack pointer that `board_stack_paint` paints, and so the
 *  largest answer of `board_stack_used`. */
#define BOARD_STACK_PAINT 4096u

/** Fills the free stack with a pattern. Call it, the function to measure, and
 *  `board_stack_used` one after the other from the same function. */
void board_stack_paint(void);

/** Bytes below the caller's stack pointer that were written to since
 *  `board_stack_paint`. Space that was reserved at the deepest point but never
 *  written is not seen. Zero on a port that cannot measure. */
uint32_t board_stack_used(void);

#ifdef __cplusplus
}
#endif

#endif /* DLN_BOARD_H */
