/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>

/* How the kernels of products are linked. */
#define DLN_KERNEL static
