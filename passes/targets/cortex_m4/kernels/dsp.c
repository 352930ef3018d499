/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "../../plain/kernels/assembler.c"

/* The DSP instructions, as a Cortex-M4 has them. */
#if DLN_ASSEMBLER && defined(__ARM_FEATURE_DSP) && defined(__thumb2__) && \
    !defined(__ARM_BIG_ENDIAN) && !defined(__ARMEB__)
#define DLN_DSP 1
#else
#define DLN_DSP 0
#endif
