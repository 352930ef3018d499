/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What a fault leaves for the program that starts after it.
 */
#ifndef DLN_FAULT_H
#define DLN_FAULT_H

#include <stdint.h>

/** In RAM that neither a reset by software nor startup.c changes. After
 *  power-on it holds anything, so it says twice that it means something. */
struct fault_record {
  uint32_t magic; /* FAULT_MAGIC */
  uint32_t address;
  uint32_t check; /* ~address */
};

#define FAULT_MAGIC 0x746c6166u

extern struct fault_record fault_record;

#endif /* DLN_FAULT_H */
