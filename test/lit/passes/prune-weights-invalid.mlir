// RUN: dlnet-opt %s -allow-unregistered-dialect --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{score=sensitivity ratio=0.5}))' -split-input-file -verify-diagnostics

lnn.model @integers {
^bb0(%window: tensor<2xi16>):
  // expected-error @below {{lnn-prune-weights takes real-level networks; found lnn.constant of 'tensor<2xi16>'}}
  %0 = lnn.constant dense<0> : tensor<2xi16>
  lnn.return %0 : tensor<2xi16>
}

// -----

lnn.model @quantized {
^bb0(%window: tensor<2xf32>):
  // expected-error @below {{has a format already; lnn-prune-weights comes before lnn-quantize}}
  %0 = lnn.difference %window {lnn.format = #lnn.fixed<16, [1.0], [0.0]>} : tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// -----

lnn.model @unknown_size {
^bb0(%window: tensor<4xf32>):
  // expected-error @below {{has an unknown size: 'tensor<?xf32>'}}
  %0 = lnn.block_mean %window : tensor<4xf32> -> tensor<?xf32>
  %1 = lnn.add %0, %window : tensor<?xf32>, tensor<4xf32> -> tensor<4xf32>
  lnn.return %1 : tensor<4xf32>
}

// -----

// expected-error @below {{has no state that weights multiply; there is nothing to prune}}
lnn.model @no_state {
^bb0(%window: tensor<2xf32>):
  %r = lnn.affine(%window) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  lnn.return %r : tensor<2xf32>
}

// -----

// A range for each of two elements, of three.
lnn.model @range_of_another_size {
^bb0(%window: tensor<2xf32>):
  %zero = lnn.constant dense<0.0> : tensor<3xf32>
  // expected-error @below {{has no recorded range of its state (lnn.range), which sensitivity is scored by}}
  %state = lnn.scan times 3 from %zero : tensor<3xf32> {
  ^bb0(%x: tensor<3xf32>):
    %a = lnn.affine(%x) weights [dense<1.0> : tensor<3x3xf32>] bias dense<0.5> : tensor<3xf32> : (tensor<3xf32>) -> tensor<3xf32>
    lnn.yield %a : tensor<3xf32>
  } {lnn.range = array<f64: -1.0, 1.0, -1.0, 1.0>}
  %r = lnn.affine(%state) weights [dense<1.0> : tensor<2x3xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<3xf32>) -> tensor<2xf32>
  lnn.return %r : tensor<2xf32>
}

// -----

lnn.model @unbounded_factor {
^bb0(%window: tensor<2xf32>):
  %zero = lnn.constant dense<0.0> : tensor<2xf32>
  %state = lnn.scan times 3 from %zero : tensor<2xf32> {
  ^bb0(%x: tensor<2xf32>):
    %any = "test.op"() : () -> tensor<2xf32>
    %a = lnn.affine(%x) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.5> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
    // expected-error @below {{has a factor without a bound, so that sensitivity cannot be scored}}
    %m = lnn.mul %a, %any : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    lnn.yield %m : tensor<2xf32>
  } {lnn.range = array<f64: -1.0, 1.0>}
  %r = lnn.affine(%state) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  lnn.return %r : tensor<2xf32>
}
