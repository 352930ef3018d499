/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>

/* The smallest code and the fastest are the same here, so -Os may not choose. */
#define DLN_INLINE static inline __attribute__((always_inline))
