// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// By glibc's defaults every array of more than 128 kB is mapped anew, and the
// heap's top given back. LibTorch's number of threads does not reach OpenBLAS,
// which is looked up as any other BLAS may stand in its place.
#include "trainer/engine/Runtime.h"

#include <torch/utils.h>

#include <cstdlib>

#include <dlfcn.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace dlnet {

void prepareRuntime() {
  torch::set_num_threads(1);
  if (void *symbol = dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))
    reinterpret_cast<void (*)(int)>(symbol)(1);
#if defined(__GLIBC__)
  // 32 MiB is the largest threshold that glibc takes.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
#endif
}

} // namespace dlnet
