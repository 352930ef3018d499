/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>

/* The smallest code and the fastest are the same here, so -Os may not choose. */
#define DLN_INLINE static inline __attribute__((always_inline))
/* One function for all callers, so that a product costs what is stated. */
#if (__GNUC__ >= 8) && !defined(__clang__)
#define DLN_KERNEL static __attribute__((noipa))
#else
#define DLN_KERNEL static __attribute__((noinline))
#endif
