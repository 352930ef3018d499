// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-thin-horizon))' -split-input-file -verify-diagnostics

lnn.model @integers {
^bb0(%window: tensor<2xi16>):
  // expected-error @below {{lnn-thin-horizon takes real-level networks; found lnn.constant of 'tensor<2xi16>'}}
  %0 = lnn.constant dense<0> : tensor<2xi16>
  lnn.return %0 : tensor<2xi16>
}

// -----

// Knots would have no format.
lnn.model @quantized {
^bb0(%window: tensor<1xf32>):
  // expected-error @below {{has a format already; lnn-thin-horizon comes before lnn-quantize}}
  %0 = lnn.affine(%window) weights [dense<1.0> : tensor<4x1xf32>] bias dense<0.0> : tensor<4xf32> {lnn.format = #lnn.fixed<32, [1.0], [0.0]>} : (tensor<1xf32>) -> tensor<4xf32>
  lnn.return %0 : tensor<4xf32>
}

// -----

lnn.model @unknown_size {
^bb0(%window: tensor<4xf32>):
  // expected-error @below {{has an unknown size: 'tensor<?xf32>'}}
  %0 = lnn.block_mean %window : tensor<4xf32> -> tensor<?xf32>
  %1 = lnn.affine(%0) weights [dense<1.0> : tensor<4x2xf32>] bias dense<0.0> : tensor<4xf32> : (tensor<?xf32>) -> tensor<4xf32>
  lnn.return %1 : tensor<4xf32>
}
