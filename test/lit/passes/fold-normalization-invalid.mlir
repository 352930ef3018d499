// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-fold-normalization))' -split-input-file -verify-diagnostics

// The format was chosen for weights that folding would change.
lnn.model @quantized {
^bb0(%window: tensor<2xf32>):
  %0 = lnn.normalize %window offset [0.0] scale [2.0] : tensor<2xf32>
  // expected-error @below {{has a format already; lnn-fold-normalization comes before lnn-quantize}}
  %1 = lnn.affine(%0) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> {lnn.format = #lnn.fixed<32, [1.0], [0.0]>} : (tensor<2xf32>) -> tensor<2xf32>
  lnn.return %1 : tensor<2xf32>
}
