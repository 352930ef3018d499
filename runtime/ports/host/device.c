/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The device on a POSIX host: the serial line is standard input and output, the
 * flash the file that DLNET_FLASH names (without it, forgotten at the end). The
 * end of the input ends the program, as nothing ends a board.
 */
#define _POSIX_C_SOURCE 200809L

#include "runtime/device.h"
#include "runtime/ports/host/flash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NANOSECONDS_A_MICROSECOND 1000u

static struct timespec started;

static _Noreturn void fail(const char *where, const char *what) {
  (void)fprintf(stderr, "soh_monitor: error: %s: %s\n", where, what);
  exit(1);
}

static void load_flash(void) {
  const char *path = getenv("DLNET_FLASH");
  host_flash_new(1);
  if (!path)
    return;
  FILE *file = fopen(path, "rb");
  if (!file) {
    if (errno != ENOENT)
      fail(path, strerror(errno));
    return;
  }
  if (fread(host_flash.words, sizeof host_flash.words, 1, file) != 1 ||
      fgetc(file) != EOF)
    fail(path, "is no flash of this program");
  (void)fclose(file);
}

/* A file that is there stays whole when this fails. */
static void save_flash(void) {
  const char *path = getenv("DLNET_FLASH");
  char part[4096];
  if (!path)
    return;
  const int length = snprintf(part, sizeof part, "%s.part", path);
  if (length < 0 || (size_t)length >= sizeof part)
    fail(path, "too long a name");
  FILE *file = fopen(part, "wb");
  if (!file)
    fail(part, strerror(errno));
  const int written =
      fwrite(host_flash.words, sizeof host_flash.words, 1, file) == 1;
  if (fclose(file) != 0 || !written || rename(part, path) != 0) {
    const int error = errno;
    (void)remove(part);
    fail(path, strerror(error));
  }
}

static struct timespec now(void) {
  struct timespec time;
  (void)clock_gettime(CLOCK_MONOTONIC, &time);
  return time;
}

void device_start(void) {
  load_flash();
  started = now();
}

int32_t device_receive(void) {
  const int byte = getchar();
  return byte == EOF ? DEVICE_NO_BYTE : byte;
}

void device_send(const char *text, uint32_t size) {
  if (fwrite(text, 1, size, stdout) != size || fflush(stdout) != 0)
    fail("standard output", strerror(errno));
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

uint32_t device_seconds(void) {
  const struct timespec time = now();
  return (uint32_t)(time.tv_sec - started.tv_sec -
                    (time.tv_nsec < started.tv_nsec ? 1 : 0));
}

void device_kick(void) {}

/* The input blocks, so that no byte means that there will be none. */
void device_idle(void) {
  save_flash();
  exit(0);
}

enum device_reset device_reset_reason(void) { return DEVICE_RESET_POWER; }

uint32_t device_fault_address(void) { return 0; }
