// Every operation of the frame and the real level survives a round trip.
// RUN: dlnet-opt %s -allow-unregistered-dialect | dlnet-opt -allow-unregistered-dialect | FileCheck %s

// CHECK-LABEL: lnn.model @network
// CHECK-SAME: fraction_bits = 12
lnn.model @network attributes {fraction_bits = 12 : i32} {
// CHECK: ^bb0(%[[WINDOW:.*]]: tensor<6xf32>):
^bb0(%window: tensor<6xf32>):
  // CHECK: %[[LAST:.*]] = lnn.last %[[WINDOW]] : tensor<6xf32> -> tensor<1xf32>
  %last = lnn.last %window : tensor<6xf32> -> tensor<1xf32>
  // CHECK: %[[MEAN:.*]] = lnn.block_mean %[[WINDOW]] : tensor<6xf32> -> tensor<3xf32>
  %mean = lnn.block_mean %window : tensor<6xf32> -> tensor<3xf32>
  // CHECK: lnn.difference %[[MEAN]] : tensor<3xf32>
  %difference = lnn.difference %mean : tensor<3xf32>
  // CHECK: lnn.clamp %{{.*}} to[-2.500000e-01, 2.500000e-01] : tensor<3xf32>
  %clamped = lnn.clamp %difference to [-0.25, 0.25] : tensor<3xf32>
  // CHECK: lnn.sub %[[MEAN]], %[[LAST]] : tensor<3xf32>, tensor<1xf32> -> tensor<3xf32>
  %relative = lnn.sub %mean, %last : tensor<3xf32>, tensor<1xf32> -> tensor<3xf32>
  // CHECK: %[[ROWS:.*]] = lnn.stack %{{.*}}, %{{.*}} : tensor<3xf32>, tensor<3xf32> -> tensor<3x2xf32>
  %rows = lnn.stack %clamped, %relative : tensor<3xf32>, tensor<3xf32> -> tensor<3x2xf32>
  // CHECK: %[[SCALED:.*]] = lnn.normalize %[[ROWS]] offset [0.000000e+00, 1.000000e-01] scale [2.000000e+00] : tensor<3x2xf32>
  %scaled = lnn.normalize %rows offset [0.0, 0.1] scale [2.0] : tensor<3x2xf32>
  // CHECK: %[[ZERO:.*]] = lnn.constant dense<0.000000e+00> : tensor<2xf32>
  %zero = lnn.constant dense<0.0> : tensor<2xf32>
  // CHECK: lnn.splat -5.000000e-01 {a} : tensor<2xf32>
  %half = lnn.splat -0.5 {a} : tensor<2xf32>
  // CHECK: lnn.scan over %[[SCALED]] : tensor<3x2xf32> from %[[ZERO]] : tensor<2xf32> {
  %state = lnn.scan over %scaled : tensor<3x2xf32> from %zero : tensor<2xf32> {
  // CHECK: ^bb0(%[[ROW:.*]]: tensor<2xf32>, %[[X:.*]]: tensor<2xf32>):
  ^bb0(%row: tensor<2xf32>, %x: tensor<2xf32>):
    // CHECK: %[[NEXT:.*]] = lnn.ode %[[X]] : tensor<2xf32> {
    %next = lnn.ode %x : tensor<2xf32> {
    // CHECK: ^bb0(%[[S:.*]]: tensor<2xf32>):
    ^bb0(%s: tensor<2xf32>):
      // CHECK: lnn.affine(%[[S]], %[[ROW]]) weights [dense<1.000000e+00> : tensor<2x2xf32>, dense<2.000000e+00> : tensor<2x2xf32>] bias dense<0.000000e+00> : tensor<2xf32> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      %sum = lnn.affine(%s, %row) weights [dense<1.0> : tensor<2x2xf32>, dense<2.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      // CHECK: lnn.activate {{ *}}sigmoid %{{.*}} : tensor<2xf32>
      %f = lnn.activate sigmoid %sum : tensor<2xf32>
      // CHECK: lnn.activate {{ *}}tanh %{{.*}} : tensor<2xf32>
      %a = lnn.activate tanh %sum : tensor<2xf32>
      %gap = lnn.sub %a, %s : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
      // CHECK: lnn.mul %{{.*}}, %{{.*}} : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
      %dx = lnn.mul %f, %gap : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
      // CHECK: lnn.yield %{{.*}} : tensor<2xf32>
      lnn.yield %dx : tensor<2xf32>
    // CHECK: } {dt = 5.000000e-01 : f64, solver = #lnn<solver fused>, steps = 2 : i64}
    } {solver = #lnn<solver fused>, steps = 2 : i64, dt = 0.5 : f64}
    // CHECK: lnn.scan times 3 from %[[NEXT]] : tensor<2xf32> {
    %later = lnn.scan times 3 from %next : tensor<2xf32> {
    ^bb0(%y: tensor<2xf32>):
      // CHECK: lnn.euler_step %[[Y:.*]], %[[Y]] dt 1.000000e-01 : tensor<2xf32>
      %euler = lnn.euler_step %y, %y dt 0.1 : tensor<2xf32>
      // CHECK: lnn.fused_step %[[Y]], %{{.*}}, %{{.*}} dt 1.000000e-01 : tensor<2xf32>
      %fused = lnn.fused_step %y, %euler, %row dt 0.1 : tensor<2xf32>
      lnn.yield %fused : tensor<2xf32>
    }
    lnn.yield %later : tensor<2xf32>
  }
  // CHECK: %[[SUM:.*]] = lnn.add %{{.*}}, %[[LAST]] : tensor<2xf32>, tensor<1xf32> -> tensor<2xf32>
  %sum = lnn.add %state, %last : tensor<2xf32>, tensor<1xf32> -> tensor<2xf32>
  // CHECK: %[[CURVE:.*]] = lnn.interpolate %[[SUM]] : tensor<2xf32> -> tensor<5xf32>
  %forecast = lnn.interpolate %sum : tensor<2xf32> -> tensor<5xf32>
  // CHECK: lnn.return %[[CURVE]] : tensor<5xf32>
  lnn.return %forecast : tensor<5xf32>
}
