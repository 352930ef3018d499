// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-unroll-products))' -split-input-file -verify-diagnostics

lnn.model @no_packing {
^bb0(%window: tensor<2xi16>):
  // expected-error @below {{has no packing; run lnn-prove-ranges}}
  %a = lnn.matvec_s8 %window weights dense<1> : tensor<2x2xi8> : tensor<2xi16> -> tensor<2xi32>
  %forecast = lnn.clamp_s32 %a to [0, 32767] : tensor<2xi32> -> tensor<2xi16>
  lnn.return %forecast : tensor<2xi16>
}
