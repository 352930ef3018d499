// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-lower-to-int8))' | FileCheck %s

// lnn.lanes goes to the last operation of what a real one becomes.
// CHECK-LABEL: lnn.model @lanes
lnn.model @lanes {
^bb0(%x: tensor<2xf32>):
  // CHECK: lnn.matvec_s8 %{{.*}} weights dense<{{.*}}> : tensor<2x2xi8> : tensor<2xi16> -> tensor<2xi32>
  // CHECK: lnn.requantize {{.*}} {lnn.lanes = array<i64: 3, 1>} : tensor<2xi32> -> tensor<2xi16>
  %0 = lnn.affine(%x) weights [dense<[[1.0, 0.5], [-0.25, 0.0]]> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> {lnn.format = #lnn.fixed<16, [6.103515625e-5], [0.0]>, lnn.lanes = array<i64: 3, 1>, lnn.operand_bits = array<i32: 16>} : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: lnn.lut_s16 {{.*}} {lnn.lanes = array<i64: 0, 5>}
  %1 = lnn.activate tanh %0 {lnn.format = #lnn.fixed<16, [3.0517578125e-5], [0.0]>, lnn.lanes = array<i64: 0, 5>} : tensor<2xf32>
  lnn.return %1 : tensor<2xf32>
}
