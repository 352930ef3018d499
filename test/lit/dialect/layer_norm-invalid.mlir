// Gain and bias are those of the vector's elements.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// layer_norm_c1: size
%x = "test.value"() : () -> tensor<4xf32>
// expected-error @below {{has a gain or bias of 'tensor<3xf32>'; expected f32, one an element of 'tensor<4xf32>'}}
%r = lnn.layer_norm %x gain dense<1.0> : tensor<3xf32> bias dense<0.0> : tensor<4xf32> epsilon 1.0e-5 : tensor<4xf32>

// -----

// layer_norm_c1: type
%x = "test.value"() : () -> tensor<4xf32>
// expected-error @below {{has a gain or bias of 'tensor<4xi32>'}}
%r = lnn.layer_norm %x gain dense<1.0> : tensor<4xf32> bias dense<0> : tensor<4xi32> epsilon 1.0e-5 : tensor<4xf32>

// -----

// layer_norm_c2
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{has a gain or bias that is not finite}}
%r = lnn.layer_norm %x gain dense<[1.0, 0x7F800000]> : tensor<2xf32> bias dense<0.0> : tensor<2xf32> epsilon 1.0e-5 : tensor<2xf32>

// -----

// layer_norm_c3
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{needs a positive, finite epsilon, not 0}}
%r = lnn.layer_norm %x gain dense<1.0> : tensor<2xf32> bias dense<0.0> : tensor<2xf32> epsilon 0.0 : tensor<2xf32>
