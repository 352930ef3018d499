// RUN: dlnet-opt %s -allow-unregistered-dialect --pass-pipeline='builtin.module(lnn.model(lnn-eliminate-dead-units))' -split-input-file -verify-diagnostics

lnn.model @integers {
^bb0(%window: tensor<2xi16>):
  // expected-error @below {{lnn-eliminate-dead-units takes real-level networks; found lnn.constant of 'tensor<2xi16>'}}
  %0 = lnn.constant dense<0> : tensor<2xi16>
  lnn.return %0 : tensor<2xi16>
}

// -----

lnn.model @quantized {
^bb0(%window: tensor<2xf32>):
  // expected-error @below {{has a format already; lnn-eliminate-dead-units comes before lnn-quantize}}
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

lnn.model @not_a_vector {
^bb0(%window: tensor<2xf32>):
  // expected-error @below {{lnn-eliminate-dead-units takes real-level networks; found test.op of 'index'}}
  %0 = "test.op"(%window) : (tensor<2xf32>) -> index
  lnn.return %window : tensor<2xf32>
}

// -----

// An operation of nobody's is left alone, with all that it reads.
lnn.model @foreign {
^bb0(%window: tensor<2xf32>):
  %0 = "test.op"(%window) ({
  ^bb0(%i: index):
    "test.end"() : () -> ()
  }, {}) : (tensor<2xf32>) -> tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}
