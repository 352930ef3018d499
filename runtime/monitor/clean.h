/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Testers drop a cycle now and then, and its capacity is wrong by several
 * percent. A model is trained on inputs that were repaired with what was known
 * at each cycle, so it must be fed such inputs, too.
 */
#ifndef DLN_CLEAN_H
#define DLN_CLEAN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How many raw cycles one input is made of. */
#define CLEAN_SPAN 5u

/** The SOH to use for the last of `count` raw ones, 1 to CLEAN_SPAN: itself, or
 *  their median when it is off from that by more than 0.01. SOH is in units of
 *  2^-14. The same as cleanInputs of frontend/series/Clean.h. */
int16_t clean_newest(const int16_t *raw, uint32_t count);

#ifdef __cplusplus
}
#endif

#endif /* DLN_CLEAN_H */
