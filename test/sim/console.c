/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Lets a program that has main and prints by runtime/board.h run here too, so
 * that the very same one runs on QEMU and on dlnet-sim.
 */
#include "board.h"
#include "runtime/board.h"

#include <stddef.h>

int main(int argc, char **argv);

void board_print(const char *text) { say(text); }

void run(void) {
  say_value("status", main(0, NULL));
  for (;;) {
  }
}
