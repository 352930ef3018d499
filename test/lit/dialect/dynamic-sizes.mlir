// Hidden sizes may be `?` until shapes are specialized; only the window and
// the horizon are part of a model's interface.
// RUN: dlnet-opt %s | dlnet-opt | FileCheck %s

// CHECK-LABEL: lnn.model @hidden
lnn.model @hidden {
^bb0(%window: tensor<4xf32>):
  // CHECK: lnn.block_mean {{.*}} -> tensor<?xf32>
  %level = lnn.block_mean %window : tensor<4xf32> -> tensor<?xf32>
  // CHECK: lnn.stack {{.*}} -> tensor<?x1xf32>
  %rows = lnn.stack %level : tensor<?xf32> -> tensor<?x1xf32>
  // CHECK: %[[ZERO:.*]] = lnn.splat 0.000000e+00 : tensor<?xf32>
  %zero = lnn.splat 0.0 : tensor<?xf32>
  // CHECK: lnn.scan over {{.*}} from %[[ZERO]] : tensor<?xf32>
  %state = lnn.scan over %rows : tensor<?x1xf32> from %zero : tensor<?xf32> {
  ^bb0(%row: tensor<1xf32>, %x: tensor<?xf32>):
    // CHECK: lnn.affine{{.*}} -> tensor<?xf32>
    %sum = lnn.affine(%x, %row) weights [dense<0.5> : tensor<3x3xf32>, dense<1.0> : tensor<3x1xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<?xf32>, tensor<1xf32>) -> tensor<?xf32>
    %a = lnn.activate tanh %sum : tensor<?xf32>
    // CHECK: lnn.sub {{.*}} : tensor<?xf32>, tensor<?xf32> -> tensor<?xf32>
    %dx = lnn.sub %a, %x : tensor<?xf32>, tensor<?xf32> -> tensor<?xf32>
    %next = lnn.euler_step %x, %dx dt 0.5 : tensor<?xf32>
    lnn.yield %next : tensor<?xf32>
  }
  // One entry an element, although their number is not known yet.
  // CHECK: lnn.normalize {{.*}} : tensor<?xf32>
  %scaled = lnn.normalize %state offset [0.0] scale [1.0, 2.0, 3.0] : tensor<?xf32>
  // A known size and an unknown one agree.
  // CHECK: lnn.add {{.*}} : tensor<?xf32>, tensor<4xf32> -> tensor<4xf32>
  %forecast = lnn.add %scaled, %window : tensor<?xf32>, tensor<4xf32> -> tensor<4xf32>
  lnn.return %forecast : tensor<4xf32>
}
