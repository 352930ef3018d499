// Constants enter formats and bounds.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// constant_c1: infinite
// expected-error @below {{has an element that is not finite}}
%0 = lnn.constant dense<[0.0, 0x7F800000]> : tensor<2xf32>

// -----

// constant_c1: not a number
// expected-error @below {{has an element that is not finite}}
%0 = lnn.constant dense<0x7FC00000> : tensor<2xf32>

// -----

// rank
// expected-error @below {{must be 1D tensor}}
%0 = lnn.constant dense<0.0> : tensor<2x2xf32>

// -----

// splat_c1
// expected-error @below {{has an element that is not finite}}
%0 = lnn.splat 0x7F800000 : tensor<?xf32>

// -----

// level
// expected-error @below {{must be 1D tensor of 32-bit float}}
%0 = lnn.splat 0.0 : tensor<2xi16>
