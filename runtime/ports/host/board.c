/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The board on a POSIX host: firmware programs run here too, under sanitizers,
 * and must give the same bytes as on the target.
 */
#define _POSIX_C_SOURCE 200809L

#include "runtime/board.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

void board_print(const char *text) { (void)fputs(text, stdout); }

int32_t board_open(const char *path, int32_t mode) {
  if (mode == BOARD_READ)
    return open(path, O_RDONLY);
  return open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
}

int32_t board_read(int32_t file, void *buffer, uint32_t size) {
  uint32_t done = 0;
  while (done < size) {
    ssize_t count = read(file, (char *)buffer + done, size - done);
    if (count < 0)
      return -1;
    if (count == 0)
      break;
    done += (uint32_t)count;
  }
  return (int32_t)done;
}

int32_t board_write(int32_t file, const void *buffer, uint32_t size) {
  uint32_t done = 0;
  while (done < size) {
    ssize_t count = write(file, (const char *)buffer + done, size - done);
    if (count < 0)
      return -1;
    done += (uint32_t)count;
  }
  return 0;
}

int32_t board_close(int32_t file) { return close(file); }

/* A host's stack is shared with its libraries and its sanitizers. */
void board_stack_paint(void) {}
uint32_t board_stack_used(void) { return 0; }
