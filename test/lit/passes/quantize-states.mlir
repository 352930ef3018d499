// A step that is no solver's has a box too, if it is a weighted mean; a state without one may be declared to saturate.
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize))' | FileCheck %s
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize,lnn-lower-to-int8,canonicalize,lnn-fuse-elementwise,lnn-prove-ranges))' | FileCheck %s --check-prefix=INT

// (1 - z) * n + z * x never leaves [-1, 1], as n does not.
// CHECK-LABEL: lnn.model @gru
lnn.model @gru {
^bb0(%window: tensor<4xf32>):
  %rows = lnn.stack %window : tensor<4xf32> -> tensor<4x1xf32>
  %one = lnn.constant dense<1.0> : tensor<2xf32>
  %zero = lnn.constant dense<0.0> : tensor<2xf32>
  %state = lnn.scan over %rows : tensor<4x1xf32> from %zero : tensor<2xf32> {
  ^bb0(%u: tensor<1xf32>, %x: tensor<2xf32>):
    %sum = lnn.affine(%x, %u) weights [dense<0.3> : tensor<2x2xf32>, dense<0.3> : tensor<2x1xf32>] bias dense<0.1> : tensor<2xf32> : (tensor<2xf32>, tensor<1xf32>) -> tensor<2xf32>
    %z = lnn.activate sigmoid %sum : tensor<2xf32>
    %n = lnn.activate tanh %sum : tensor<2xf32>
    %rest = lnn.sub %one, %z : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    %new = lnn.mul %rest, %n : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    %old = lnn.mul %z, %x : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    %next = lnn.add %new, %old : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    lnn.yield %next : tensor<2xf32>
  // CHECK: } {lnn.format = #lnn.fixed<16, [3.0517578125E-5], [0.000000e+00]>}
  }
  lnn.return %state : tensor<2xf32>
}

// The same as n + z * (x - n).
// CHECK-LABEL: lnn.model @towards
lnn.model @towards {
^bb0(%window: tensor<4xf32>):
  %rows = lnn.stack %window : tensor<4xf32> -> tensor<4x1xf32>
  %zero = lnn.constant dense<0.0> : tensor<2xf32>
  %state = lnn.scan over %rows : tensor<4x1xf32> from %zero : tensor<2xf32> {
  ^bb0(%u: tensor<1xf32>, %x: tensor<2xf32>):
    %sum = lnn.affine(%x, %u) weights [dense<0.3> : tensor<2x2xf32>, dense<0.3> : tensor<2x1xf32>] bias dense<0.1> : tensor<2xf32> : (tensor<2xf32>, tensor<1xf32>) -> tensor<2xf32>
    %z = lnn.activate sigmoid %sum : tensor<2xf32>
    %n = lnn.activate tanh %sum : tensor<2xf32>
    %gap = lnn.sub %x, %n : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    %move = lnn.mul %z, %gap : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    %next = lnn.add %n, %move : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    lnn.yield %next : tensor<2xf32>
  // CHECK: } {lnn.format = #lnn.fixed<16, [3.0517578125E-5], [0.000000e+00]>}
  }
  lnn.return %state : tensor<2xf32>
}

// It only ever grows. In [-6, 6] it is said to be, so that 16 bits hold [-8, 8); the integers stop there.
// CHECK-LABEL: lnn.model @given
// INT-LABEL: lnn.model @given
lnn.model @given {
^bb0(%window: tensor<4xf32>):
  %rows = lnn.stack %window : tensor<4xf32> -> tensor<4x1xf32>
  %zero = lnn.constant dense<0.0> : tensor<1xf32>
  %state = lnn.scan over %rows : tensor<4x1xf32> from %zero : tensor<1xf32> {
  ^bb0(%u: tensor<1xf32>, %x: tensor<1xf32>):
    %next = lnn.add %x, %u : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
    // INT: lnn.clamp_s32 %{{.*}} to[-32768, 32767] : tensor<1xi32> -> tensor<1xi16>
    lnn.yield %next : tensor<1xf32>
  // CHECK: } {lnn.format = #lnn.fixed<16, [2.44140625E-4], [0.000000e+00]>, lnn.saturates = array<f64: -6.000000e+00, 6.000000e+00>}
  // INT: } {lnn.saturates}
  } {lnn.saturates = array<f64: -6.0, 6.0>}
  lnn.return %state : tensor<1xf32>
}

// Twice what was recorded.
// CHECK-LABEL: lnn.model @recorded
lnn.model @recorded {
^bb0(%window: tensor<4xf32>):
  %rows = lnn.stack %window : tensor<4xf32> -> tensor<4x1xf32>
  %zero = lnn.constant dense<0.0> : tensor<1xf32>
  %state = lnn.scan over %rows : tensor<4x1xf32> from %zero : tensor<1xf32> {
  ^bb0(%u: tensor<1xf32>, %x: tensor<1xf32>):
    %next = lnn.add %x, %u : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
    lnn.yield %next : tensor<1xf32>
  // CHECK: } {lnn.format = #lnn.fixed<16, [1.220703125E-4], [0.000000e+00]>, lnn.range
  } {lnn.range = array<f64: -0.5, 2.0>, lnn.saturates}
  lnn.return %state : tensor<1xf32>
}
