// Knots divide a curve evenly.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// interpolate_c1
%x = "test.value"() : () -> tensor<4xf32>
// expected-error @below {{cannot lay 10 elements evenly between 4 knots}}
%r = lnn.interpolate %x : tensor<4xf32> -> tensor<10xf32>

// -----

// interpolate_c1: one knot is no curve
%x = "test.value"() : () -> tensor<1xf32>
// expected-error @below {{cannot lay 10 elements evenly between 1 knots}}
%r = lnn.interpolate %x : tensor<1xf32> -> tensor<10xf32>

// -----

// interpolate_s32_c1
%x = "test.value"() : () -> tensor<4xi32>
// expected-error @below {{cannot lay 10 elements evenly between 4 knots}}
%r = lnn.interpolate_s32 %x : tensor<4xi32> -> tensor<10xi32>
