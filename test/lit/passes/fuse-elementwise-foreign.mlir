// The real level has nothing to group, and unknown operations stay outside.
// RUN: dlnet-opt %s -allow-unregistered-dialect --pass-pipeline='builtin.module(lnn.model(lnn-fuse-elementwise))' | FileCheck %s

// CHECK-LABEL: lnn.model @real
lnn.model @real {
^bb0(%x: tensor<2xf32>):
  // CHECK-NOT: lnn.fused
  // CHECK: test.op
  // CHECK: lnn.difference
  %0 = "test.op"(%x) : (tensor<2xf32>) -> tensor<2xf32>
  %1 = lnn.difference %0 : tensor<2xf32>
  lnn.return %1 : tensor<2xf32>
}
