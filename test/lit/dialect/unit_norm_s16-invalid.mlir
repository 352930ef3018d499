// Something is always added, so that the root is not 0.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// unit_norm_s16_c1
%x = "test.value"() : () -> tensor<4xi16>
// expected-error @below {{attribute 'epsilon' failed to satisfy constraint: 32-bit signless integer attribute whose value is positive}}
%r = lnn.unit_norm_s16 %x epsilon 0 : tensor<4xi16>
