// The gated recurrent unit as torch.nn has it: dx/dt = (1 - z) * (n - x). Its n
// holds a product of the reset gate with an affine map of the state alone.
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn-discretize-model,lnn-to-int8)' | FileCheck %s
// RUN: dlnet-opt %s | dlnet-opt | FileCheck %s --check-prefix=REAL

// REAL-LABEL: lnn.model @gru
// CHECK-LABEL: lnn.model @gru
// CHECK-SAME: lnn.arena
lnn.model @gru {
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
  // CHECK-COUNT-3: lnn.lut_s16
  // CHECK: lnn.euler_step_s16
  %state = lnn.scan over %inputs : tensor<4x3xf32> from %zero : tensor<2xf32> {
  ^bb0(%u: tensor<3xf32>, %x: tensor<2xf32>):
    %next = lnn.ode %x : tensor<2xf32> {
    ^bb0(%s: tensor<2xf32>):
      %zz = lnn.affine(%s, %u) weights [dense<[[0.6, -0.2], [0.2, 0.7]]> : tensor<2x2xf32>, dense<[[0.1, 0.2, -0.3], [0.4, -0.5, 0.6]]> : tensor<2x3xf32>] bias dense<-0.5> : tensor<2xf32> : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
      %z = lnn.activate sigmoid %zz : tensor<2xf32>
      %zr = lnn.affine(%s, %u) weights [dense<[[0.5, -0.3], [0.2, 0.7]]> : tensor<2x2xf32>, dense<[[0.1, 0.2, -0.3], [0.4, -0.5, 0.6]]> : tensor<2x3xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
      %r = lnn.activate sigmoid %zr : tensor<2xf32>
      %hn = lnn.affine(%s) weights [dense<[[0.5, -0.3], [0.2, 0.7]]> : tensor<2x2xf32>] bias dense<0.1> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
      %un = lnn.affine(%u) weights [dense<[[0.1, 0.2, -0.3], [0.4, -0.5, 0.6]]> : tensor<2x3xf32>] bias dense<0.1> : tensor<2xf32> : (tensor<3xf32>) -> tensor<2xf32>
      %rn = lnn.mul %r, %hn : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
      %sn = lnn.add %un, %rn : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
      %n = lnn.activate tanh %sn : tensor<2xf32>
      %one = lnn.constant dense<1.0> : tensor<2xf32>
      %rest = lnn.sub %one, %z : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
      %gap = lnn.sub %n, %s : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
      %d = lnn.mul %rest, %gap : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
      lnn.yield %d : tensor<2xf32>
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
