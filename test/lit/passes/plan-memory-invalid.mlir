// RUN: dlnet-opt %s -allow-unregistered-dialect --pass-pipeline='builtin.module(lnn.model(lnn-plan-memory))' -split-input-file -verify-diagnostics

lnn.model @real {
^bb0(%x: tensor<2xf32>):
  // expected-error @below {{lnn-plan-memory takes integer-level networks of known sizes; found lnn.difference of 'tensor<2xf32>'}}
  %0 = lnn.difference %x : tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// -----

lnn.model @unknown_size {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{found lnn.block_sum_s16 of 'tensor<?xi32>'}}
  %0 = lnn.block_sum_s16 %x : tensor<2xi16> -> tensor<?xi32>
  lnn.return %x : tensor<2xi16>
}

// -----

lnn.model @foreign {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{found test.op of 'index'}}
  %0 = "test.op"() : () -> index
  lnn.return %x : tensor<2xi16>
}
