// Blocks are equal.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// block_mean_c1
%x = "test.value"() : () -> tensor<10xf32>
// expected-error @below {{cannot cut 10 elements into 4 equal blocks}}
%r = lnn.block_mean %x : tensor<10xf32> -> tensor<4xf32>

// -----

// block_mean_c1: more blocks than elements
%x = "test.value"() : () -> tensor<4xf32>
// expected-error @below {{cannot cut 4 elements into 8 equal blocks}}
%r = lnn.block_mean %x : tensor<4xf32> -> tensor<8xf32>
