/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A stand-in, for tests. */
#include <stdio.h>
#define printk printf
