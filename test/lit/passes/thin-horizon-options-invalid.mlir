// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-thin-horizon{tolerance=-1}))' 2>&1 | FileCheck %s
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-thin-horizon{tolerance=inf}))' 2>&1 | FileCheck %s
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-thin-horizon{tolerance=nan}))' 2>&1 | FileCheck %s

// CHECK: error: lnn-thin-horizon wants a tolerance of 0 or more, not
lnn.model @m {
^bb0(%window: tensor<2xf32>):
  lnn.return %window : tensor<2xf32>
}
