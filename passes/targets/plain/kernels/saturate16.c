/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>

static inline int32_t dln_saturate16(int32_t value)
{
    return value < INT16_MIN ? INT16_MIN : (value > INT16_MAX ? INT16_MAX : value);
}
