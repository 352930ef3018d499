// Sizes follow from weights, through every operation that relates them.
// RUN: dlnet-opt %s --split-input-file --pass-pipeline='builtin.module(lnn.model(lnn-specialize-shape))' | FileCheck %s
// RUN: dlnet-opt %s --split-input-file --pass-pipeline='builtin.module(lnn.model(lnn-specialize-shape))' | FileCheck %s --check-prefix=STATIC
// STATIC-NOT: ?

// The rows of the affine fix the state, and so all that stands beside it: what
// it starts from, the derivative, and the readout's coefficients.
// CHECK-LABEL: lnn.model @liquid
lnn.model @liquid {
^bb0(%window: tensor<4xf32>):
  %rows = lnn.stack %window : tensor<4xf32> -> tensor<4x1xf32>
  // CHECK: %[[ZERO:.*]] = lnn.constant dense<0.000000e+00> : tensor<3xf32>
  %zero = lnn.splat 0.0 : tensor<?xf32>
  // CHECK: %[[STATE:.*]] = lnn.scan over %{{.*}} : tensor<4x1xf32> from %[[ZERO]] : tensor<3xf32> {
  // CHECK-NEXT: ^bb0(%{{.*}}: tensor<1xf32>, %{{.*}}: tensor<3xf32>):
  %state = lnn.scan over %rows : tensor<4x1xf32> from %zero : tensor<?xf32> {
  ^bb0(%row: tensor<1xf32>, %x: tensor<?xf32>):
    // CHECK: lnn.ode %{{.*}} : tensor<3xf32> {
    // CHECK-NEXT: ^bb0(%[[S:.*]]: tensor<3xf32>):
    %next = lnn.ode %x : tensor<?xf32> {
    ^bb0(%s: tensor<?xf32>):
      // CHECK: lnn.affine(%[[S]], %{{.*}}) {{.*}} : (tensor<3xf32>, tensor<1xf32>) -> tensor<3xf32>
      %sum = lnn.affine(%s, %row) weights [dense<0.5> : tensor<3x3xf32>, dense<1.0> : tensor<3x1xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<?xf32>, tensor<1xf32>) -> tensor<?xf32>
      // CHECK: lnn.activate {{ *}}tanh %{{.*}} : tensor<3xf32>
      %a = lnn.activate tanh %sum : tensor<?xf32>
      // CHECK: lnn.sub %{{.*}}, %[[S]] : tensor<3xf32>, tensor<3xf32> -> tensor<3xf32>
      %dx = lnn.sub %a, %s : tensor<?xf32>, tensor<?xf32> -> tensor<?xf32>
      lnn.yield %dx : tensor<?xf32>
    }
    lnn.yield %next : tensor<?xf32>
  }
  // CHECK: lnn.affine(%[[STATE]]) {{.*}} : (tensor<3xf32>) -> tensor<2xf32>
  %c = lnn.affine(%state) weights [dense<0.5> : tensor<2x3xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<?xf32>) -> tensor<?xf32>
  %forecast = lnn.affine(%c) weights [dense<0.5> : tensor<5x2xf32>] bias dense<0.0> : tensor<5xf32> : (tensor<?xf32>) -> tensor<5xf32>
  lnn.return %forecast : tensor<5xf32>
}

// -----

// Only the reader of the result knows the size; it goes backward, too.
// CHECK-LABEL: lnn.model @backward
lnn.model @backward {
^bb0(%window: tensor<2xf32>):
  // CHECK: lnn.constant dense<5.000000e-01> : tensor<3xf32>
  %x = lnn.splat 0.5 : tensor<?xf32>
  // CHECK: lnn.scan times 2 from %{{.*}} : tensor<3xf32>
  %y = lnn.scan times 2 from %x : tensor<?xf32> {
  ^bb0(%s: tensor<?xf32>):
    // CHECK: lnn.clamp {{.*}} : tensor<3xf32>
    %clamped = lnn.clamp %s to [-1.0, 1.0] : tensor<?xf32>
    // CHECK: lnn.euler_step {{.*}} : tensor<3xf32>
    %e = lnn.euler_step %s, %clamped dt 0.5 : tensor<?xf32>
    // CHECK: lnn.fused_step {{.*}} : tensor<3xf32>
    %f = lnn.fused_step %s, %e, %clamped dt 0.5 : tensor<?xf32>
    // CHECK: lnn.difference {{.*}} : tensor<3xf32>
    %d = lnn.difference %f : tensor<?xf32>
    lnn.yield %d : tensor<?xf32>
  }
  %forecast = lnn.affine(%y) weights [dense<0.5> : tensor<1x3xf32>] bias dense<0.0> : tensor<1xf32> : (tensor<?xf32>) -> tensor<1xf32>
  lnn.return %forecast : tensor<1xf32>
}

// -----

// An element that repeats says nothing of the vector beside it.
// CHECK-LABEL: lnn.model @repeats
lnn.model @repeats {
^bb0(%window: tensor<2xf32>):
  %one = lnn.constant dense<1.0> : tensor<1xf32>
  %sum = lnn.affine(%window) weights [dense<0.5> : tensor<3x2xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<2xf32>) -> tensor<?xf32>
  // CHECK: lnn.sub {{.*}} : tensor<1xf32>, tensor<3xf32> -> tensor<3xf32>
  %rest = lnn.sub %one, %sum : tensor<1xf32>, tensor<?xf32> -> tensor<?xf32>
  // CHECK: lnn.mul {{.*}} : tensor<3xf32>, tensor<1xf32> -> tensor<3xf32>
  %right = lnn.mul %rest, %one : tensor<?xf32>, tensor<1xf32> -> tensor<?xf32>
  // CHECK: lnn.add {{.*}} : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
  %two = lnn.add %one, %one : tensor<1xf32>, tensor<1xf32> -> tensor<?xf32>
  %forecast = lnn.add %right, %two : tensor<?xf32>, tensor<?xf32> -> tensor<3xf32>
  lnn.return %forecast : tensor<3xf32>
}

// -----

// Both numbers of a sequence: its rows from a column, its columns from a
// normalization and the body's affine.
// CHECK-LABEL: lnn.model @sequence
lnn.model @sequence {
^bb0(%window: tensor<4xf32>):
  %last = lnn.last %window : tensor<4xf32> -> tensor<1xf32>
  // CHECK: lnn.stack {{.*}} -> tensor<4x2xf32>
  %rows = lnn.stack %last, %window : tensor<1xf32>, tensor<4xf32> -> tensor<?x2xf32>
  // CHECK: lnn.normalize {{.*}} : tensor<4x2xf32>
  %inputs = lnn.normalize %rows offset [0.0, 0.1] scale [2.0] : tensor<?x2xf32>
  %zero = lnn.splat 0.0 : tensor<?xf32>
  // CHECK: lnn.scan over {{.*}} : tensor<4x2xf32> from {{.*}} : tensor<3xf32>
  %state = lnn.scan over %inputs : tensor<?x2xf32> from %zero : tensor<?xf32> {
  ^bb0(%row: tensor<2xf32>, %x: tensor<?xf32>):
    %next = lnn.affine(%row) weights [dense<0.5> : tensor<3x2xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<2xf32>) -> tensor<?xf32>
    lnn.yield %next : tensor<?xf32>
  }
  // CHECK: lnn.normalize {{.*}} : tensor<3xf32>
  %scaled = lnn.normalize %state offset [0.0] scale [1.0, 2.0, 3.0] : tensor<?xf32>
  %forecast = lnn.last %scaled : tensor<?xf32> -> tensor<1xf32>
  lnn.return %forecast : tensor<1xf32>
}

// -----

// What is static stays as it is.
// CHECK-LABEL: lnn.model @static
lnn.model @static {
^bb0(%window: tensor<4xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: lnn.block_mean %{{.*}} : tensor<4xf32> -> tensor<2xf32>
  %mean = lnn.block_mean %window : tensor<4xf32> -> tensor<2xf32>
  // CHECK-NEXT: lnn.return
  lnn.return %mean : tensor<2xf32>
}
