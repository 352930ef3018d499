// A reduction gives one number.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// reduce_c1
%x = "test.value"() : () -> tensor<4xf32>
// expected-error @below {{gives one element, not 2}}
%r = lnn.reduce mean %x : tensor<4xf32> -> tensor<2xf32>
