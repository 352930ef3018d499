/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>

/* Defining DLN_NO_ASSEMBLER leaves plain C alone, which gives the same bits. */
#if defined(__GNUC__) && !defined(__CC_ARM) && !defined(DLN_NO_ASSEMBLER)
#define DLN_ASSEMBLER 1
#else
#define DLN_ASSEMBLER 0
#endif
