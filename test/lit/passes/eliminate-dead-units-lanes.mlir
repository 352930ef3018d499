// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-eliminate-dead-units))' | FileCheck %s

// lnn.lanes still says which element each one was.
// CHECK-LABEL: lnn.model @rows
lnn.model @rows {
^bb0(%window: tensor<4xf32>):
  %1 = lnn.affine(%window) weights [dense<1.0> : tensor<3x4xf32>] bias dense<0.5> : tensor<3xf32> : (tensor<4xf32>) -> tensor<3xf32>
  // CHECK: lnn.activate tanh %{{.*}} {lnn.lanes = array<i64: 7, 9>} : tensor<2xf32>
  %2 = lnn.activate tanh %1 {lnn.lanes = array<i64: 7, 8, 9>} : tensor<3xf32>
  %3 = lnn.affine(%2) weights [dense<[[0.5, 0.0, 1.0]]> : tensor<1x3xf32>] bias dense<0.0> : tensor<1xf32> : (tensor<3xf32>) -> tensor<1xf32>
  lnn.return %3 : tensor<1xf32>
}
