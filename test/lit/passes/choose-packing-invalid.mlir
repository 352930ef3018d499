// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-choose-packing))' -verify-diagnostics

lnn.model @m {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{has no packing; run lnn-prove-ranges}}
  %p = lnn.matvec_s8 %x weights dense<1> : tensor<2x2xi8> : tensor<2xi16> -> tensor<2xi32>
  %q = lnn.requantize %p multiplier [1000] shift 0 bias [0] : tensor<2xi32> -> tensor<2xi16>
  lnn.return %q : tensor<2xi16>
}
