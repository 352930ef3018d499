// RUN: dlnet-opt %s -allow-unregistered-dialect --pass-pipeline='builtin.module(lnn.model(lnn-lower-to-int8))' -split-input-file -verify-diagnostics

// Run out of order.
lnn.model @not_quantized {
^bb0(%x: tensor<2xf32>):
  // expected-error @below {{has no lnn.format; run lnn-quantize first}}
  %0 = lnn.difference %x : tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// -----

lnn.model @integers {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{is not of the real level and of known size: 'tensor<2xi16>'}}
  %0 = lnn.constant dense<0> : tensor<2xi16> {lnn.format = #lnn.fixed<16, [1.0], [0.0]>}
  lnn.return %0 : tensor<2xi16>
}

// -----

lnn.model @no_bits {
^bb0(%x: tensor<2xf32>):
  // expected-error @below {{has no lnn.operand_bits; run lnn-quantize first}}
  %0 = lnn.affine(%x) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> {lnn.format = #lnn.fixed<32, [1.0], [0.0]>} : (tensor<2xf32>) -> tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// -----

lnn.model @no_decay_format {
^bb0(%x: tensor<2xf32>):
  // expected-error @below {{has no lnn.decay_format; run lnn-quantize first}}
  %0 = lnn.fused_step %x, %x, %x dt 1.0 {lnn.format = #lnn.fixed<16, [1.0], [0.0]>} : tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// -----

lnn.model @foreign {
^bb0(%x: tensor<2xf32>):
  // expected-error @below {{lnn-lower-to-int8 takes quantized real-level networks; found test.op}}
  %0 = "test.op"(%x) {lnn.format = #lnn.fixed<16, [1.0], [0.0]>} : (tensor<2xf32>) -> tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// -----

lnn.model @continuous {
^bb0(%x: tensor<2xf32>):
  // expected-error @below {{found lnn.ode}}
  %0 = lnn.ode %x : tensor<2xf32> {
  ^bb0(%s: tensor<2xf32>):
    lnn.yield %s : tensor<2xf32>
  } {lnn.format = #lnn.fixed<16, [1.0], [0.0]>}
  lnn.return %0 : tensor<2xf32>
}

// -----

// A bias of 10^9 in units of 10^-5 is beyond 32 bits.
lnn.model @bias {
^bb0(%x: tensor<1xf32>):
  // expected-error @below {{has a bias of 1.000000e+09 in row 0, which does not fit 32 bits}}
  %0 = lnn.affine(%x) weights [dense<1.0> : tensor<1x1xf32>] bias dense<1.0e9> : tensor<1xf32> {lnn.format = #lnn.fixed<32, [1.0e-5], [0.0]>, lnn.operand_bits = array<i32: 16>} : (tensor<1xf32>) -> tensor<1xf32>
  lnn.return %0 : tensor<1xf32>
}

// -----

// Weights of 10^20 need a factor that no multiplier holds.
lnn.model @multiplier {
^bb0(%x: tensor<1xf32>):
  // expected-error @below {{needs a multiplier above 2^30 to requantize}}
  %0 = lnn.affine(%x) weights [dense<1.0e20> : tensor<1x1xf32>] bias dense<0.0> : tensor<1xf32> {lnn.format = #lnn.fixed<32, [6.103515625e-5], [0.0]>, lnn.operand_bits = array<i32: 16>} : (tensor<1xf32>) -> tensor<1xf32>
  lnn.return %0 : tensor<1xf32>
}
