/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>

/* One function for all callers, so that a product costs what is stated. */
#if defined(__GNUC__) && (__GNUC__ >= 8) && !defined(__clang__)
#define DLN_KERNEL static __attribute__((noipa))
#elif defined(__GNUC__)
#define DLN_KERNEL static __attribute__((noinline))
#else
#define DLN_KERNEL static
#endif
