// An integer constant that some foreign operation reads in a cell is not ours
// to bound.
// RUN: dlnet-opt %s -allow-unregistered-dialect --pass-pipeline='builtin.module(lnn.model(lnn-discretize))' | FileCheck %s

// CHECK-LABEL: lnn.model @m
lnn.model @m {
^bb0(%window: tensor<1xf32>):
  // CHECK: lnn.euler_step
  %i = lnn.constant dense<1> : tensor<1xi16>
  %0 = lnn.ode %window : tensor<1xf32> {
  ^bb0(%s: tensor<1xf32>):
    "test.op"(%i) : (tensor<1xi16>) -> ()
    %t = lnn.activate tanh %s : tensor<1xf32>
    %dx = lnn.sub %t, %s : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
    lnn.yield %dx : tensor<1xf32>
  }
  lnn.return %0 : tensor<1xf32>
}
