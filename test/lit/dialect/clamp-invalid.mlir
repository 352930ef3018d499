// Limits in order, and comparable at all.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// clamp_c1
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{has limits out of order}}
%r = lnn.clamp %x to [1.0, -1.0] : tensor<2xf32>

// -----

// clamp_c1: not a number
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{has limits out of order}}
%r = lnn.clamp %x to [0x7FF8000000000000, 1.0] : tensor<2xf32>
