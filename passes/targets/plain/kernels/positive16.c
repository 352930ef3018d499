/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>

/* min(max(value, 0), 32767) */
static inline int32_t dln_positive16(int32_t value)
{
    return value < 0 ? 0 : (value > INT16_MAX ? INT16_MAX : value);
}
