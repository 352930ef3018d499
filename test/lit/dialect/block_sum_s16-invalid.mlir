// Blocks are equal.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// block_sum_s16_c1
%x = "test.value"() : () -> tensor<10xi16>
// expected-error @below {{cannot cut 10 elements into 4 equal blocks}}
%r = lnn.block_sum_s16 %x : tensor<10xi16> -> tensor<4xi32>
