/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The device on a POSIX host: the serial line is standard input and output, the
 * flash the file that DLNET_FLASH names (without it, forgotten at the end). The
 * end of the input ends the program, as nothing ends a board.
 */
#define _POSIX_C_SOURCE 200809L

#include "runtime/device.h"
#include "runtime/ports/host/flash.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NANOSECONDS_A_MICROSECOND 1000u

static time_t started;

static void fail(const char *path) {
  perror(path);
  exit(1);
}

static void load_flash(void) {
  const char *path = getenv("DLNET_FLASH");
  FILE *file = path ? fopen(path, "rb") : NULL;
  host_flash_new(1);
  if (!file)
    return;
  if (fread(host_flash.words, sizeof host_flash.words, 1, file) != 1)
    fail(path);
  (void)fclose(file);
}

static void save_flash(void) {
  const char *path = getenv("DLNET_FLASH");
  FILE *file = path ? fopen(path, "wb") : NULL;
  if (!path)
    return;
  if (!file ||
      fwrite(host_flash.words, sizeof host_flash.words, 1, file) != 1 ||
      fclose(file) != 0)
    fail(path);
}

static struct timespec now(void) {
  struct timespec time;
  (void)clock_gettime(CLOCK_MONOTONIC, &time);
  return time;
}

void device_start(void) {
  load_flash();
  started = now().tv_sec;
}

int32_t device_receive(void) {
  const int byte = getchar();
  return byte == EOF ? DEVICE_NO_BYTE : byte;
}

void device_send(const char *text, uint32_t size) {
  if (fwrite(text, 1, size, stdout) != size || fflush(stdout) != 0)
    fail("standard output");
}

/* A host counts nanoseconds. */
uint32_t device_cycles(void) {
  const struct timespec time = now();
  return (uint32_t)((uint64_t)time.tv_sec * 1000000000u +
                    (uint64_t)time.tv_nsec);
}

uint32_t device_microseconds(uint32_t cycles) {
  return cycles / NANOSECONDS_A_MICROSECOND;
}

uint32_t device_seconds(void) { return (uint32_t)(now().tv_sec - started); }

void device_kick(void) {}

/* The input blocks, so that no byte means that there will be none. */
void device_idle(void) {
  save_flash();
  exit(0);
}

enum device_reset device_reset_reason(void) { return DEVICE_RESET_POWER; }

uint32_t device_fault_address(void) { return 0; }
