// A continuous-time recurrent network: dx/dt = beta * tanh(..) - alpha * x.
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn-discretize-model,lnn-to-int8)' | FileCheck %s
// RUN: dlnet-opt %s | dlnet-opt | FileCheck %s --check-prefix=REAL

// REAL-LABEL: lnn.model @ctrnn
// CHECK-LABEL: lnn.model @ctrnn
// CHECK-SAME: lnn.arena
lnn.model @ctrnn {
^bb0(%window: tensor<8xf32>):
  %last = lnn.last %window : tensor<8xf32> -> tensor<1xf32>
  %level = lnn.block_mean %window : tensor<8xf32> -> tensor<4xf32>
  %difference = lnn.difference %level : tensor<4xf32>
  %clipped = lnn.clamp %difference to [-0.02, 0.02] : tensor<4xf32>
  %relative = lnn.sub %level, %last : tensor<4xf32>, tensor<1xf32> -> tensor<4xf32>
  %rows = lnn.stack %clipped, %relative, %level {lnn.range = array<f64: -0.01, 0.01, -0.01, 0.05, 0.7, 1.1>} : tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<4x3xf32>
  %inputs = lnn.normalize %rows offset [0.0, 0.0, 0.93] scale [400.0, 60.0, 12.0] : tensor<4x3xf32>
  %zero = lnn.constant dense<0.0> : tensor<2xf32>
  // REAL: lnn.ode
  // CHECK: lnn.stack {{.*}} -> tensor<4x4xi16>
  // CHECK: lnn.scan over
  // CHECK-DAG: lnn.matvec_s8 {{.*}} : tensor<2xi16> -> tensor<2xi32>
  // CHECK-DAG: lnn.matvec_s8 {{.*}} : tensor<4xi16> -> tensor<2xi32>
  // CHECK: lnn.lut_s16
  // CHECK: lnn.euler_step_s16
  %state = lnn.scan over %inputs : tensor<4x3xf32> from %zero : tensor<2xf32> {
  ^bb0(%u: tensor<3xf32>, %x: tensor<2xf32>):
    %alpha = lnn.constant dense<[0.5, 0.75]> : tensor<2xf32>
    %beta = lnn.constant dense<[0.3, -0.4]> : tensor<2xf32>
    %next = lnn.ode %x : tensor<2xf32> {
    ^bb0(%s: tensor<2xf32>):
      %z = lnn.affine(%s, %u) weights [dense<[[0.5, -0.3], [0.2, 0.7]]> : tensor<2x2xf32>, dense<[[0.1, 0.2, -0.3], [0.4, -0.5, 0.6]]> : tensor<2x3xf32>] bias dense<0.1> : tensor<2xf32> : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
      %t = lnn.activate tanh %z : tensor<2xf32>
      %drive = lnn.mul %beta, %t : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
      %leak = lnn.mul %alpha, %s : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
      %dx = lnn.sub %drive, %leak : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
      lnn.yield %dx : tensor<2xf32>
    }
    lnn.yield %next : tensor<2xf32>
  }
  %c = lnn.affine(%state) weights [dense<[[0.5, -0.25]]> : tensor<1x2xf32>] bias dense<0.1> : tensor<1xf32> {lnn.range = array<f64: -0.5, 0.5>} : (tensor<2xf32>) -> tensor<1xf32>
  %curve = lnn.affine(%c) weights [dense<[[0.1], [0.2], [0.3]]> : tensor<3x1xf32>] bias dense<[-0.1, -0.2, -0.3]> : tensor<3xf32> : (tensor<1xf32>) -> tensor<3xf32>
  %delta = lnn.normalize %curve offset [0.0] scale [0.01] : tensor<3xf32>
  %forecast = lnn.add %delta, %last : tensor<3xf32>, tensor<1xf32> -> tensor<3xf32>
  // CHECK: lnn.matvec_s8
  // CHECK: lnn.matvec_s8
  // CHECK: lnn.clamp_s32 {{.*}} to[0, 32767] : tensor<3xi32> -> tensor<3xi16>
  // CHECK: lnn.return {{.*}} : tensor<3xi16>
  lnn.return %forecast : tensor<3xf32>
}
