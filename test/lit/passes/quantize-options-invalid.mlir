// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize{state-bits=12}))' 2>&1 | FileCheck %s
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize{headroom=0.5}))' 2>&1 | FileCheck %s
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize{headroom=inf}))' 2>&1 | FileCheck %s
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize{headroom=nan}))' 2>&1 | FileCheck %s

// CHECK: error: lnn-quantize wants state-bits 8 or 16 and a headroom of at least 1
lnn.model @m {
^bb0(%window: tensor<2xf32>):
  lnn.return %window : tensor<2xf32>
}
