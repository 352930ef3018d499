/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>

/* The low byte with its sign. */
static inline int32_t dln_s8(uint32_t word)
{
    const uint32_t raised = (word & 0xFFu) ^ 0x80u;
    return (int32_t)raised - 128;
}
