// The newest element is one element of the same type.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// last_c1
%x = "test.value"() : () -> tensor<4xf32>
// expected-error @below {{gives one element, not 2}}
%r = lnn.last %x : tensor<4xf32> -> tensor<2xf32>

// -----

// last_c2
%x = "test.value"() : () -> tensor<4xf32>
// expected-error @below {{cannot change the element type}}
%r = lnn.last %x : tensor<4xf32> -> tensor<1xi16>

// -----

// last_c1: a row
%x = "test.value"() : () -> tensor<4x3xf32>
// expected-error @below {{gives a row of 3, not 2}}
%r = lnn.last %x : tensor<4x3xf32> -> tensor<2xf32>
