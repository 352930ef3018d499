// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-lower-to-int8{lut-bits=3}))' 2>&1 | FileCheck %s
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-lower-to-int8{lut-bits=13}))' 2>&1 | FileCheck %s

// CHECK: error: lnn-lower-to-int8 makes tables of 2^4 to 2^12 intervals
lnn.model @m {
^bb0(%window: tensor<2xf32>):
  lnn.return %window : tensor<2xf32>
}
