// One weight matrix an input, as many rows as the bias.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// affine_c1: no input
// expected-error @below {{has 0 inputs and 0 weight matrices; expected as many, and at least one}}
%r = lnn.affine() weights [] bias dense<0.0> : tensor<2xf32> : () -> tensor<2xf32>

// -----

// affine_c1: a matrix is missing
%x = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{has 2 inputs and 1 weight matrices}}
%r = lnn.affine(%x, %x) weights [dense<1.0> : tensor<2x3xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<3xf32>, tensor<3xf32>) -> tensor<2xf32>

// -----

// affine_c2: rank
%x = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{needs a bias of rank 1 and f32}}
%r = lnn.affine(%x) weights [dense<1.0> : tensor<2x3xf32>] bias dense<0.0> : tensor<2x1xf32> : (tensor<3xf32>) -> tensor<2xf32>

// -----

// affine_c2: type
%x = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{needs a bias of rank 1 and f32}}
%r = lnn.affine(%x) weights [dense<1.0> : tensor<2x3xf32>] bias dense<0> : tensor<2xi32> : (tensor<3xf32>) -> tensor<2xf32>

// -----

// affine_c3
%x = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{has a bias of 3 elements and a result of 2}}
%r = lnn.affine(%x) weights [dense<1.0> : tensor<3x3xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<3xf32>) -> tensor<2xf32>

// -----

// affine_c4: columns
%x = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{has weights 0 of 'tensor<2x4xf32>'; expected 2x3 of f32}}
%r = lnn.affine(%x) weights [dense<1.0> : tensor<2x4xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<3xf32>) -> tensor<2xf32>

// -----

// affine_c4: rank
%x = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{has weights 0 of 'tensor<6xf32>'; expected 2x3 of f32}}
%r = lnn.affine(%x) weights [dense<1.0> : tensor<6xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<3xf32>) -> tensor<2xf32>

// -----

// affine_c4: type
%x = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{has weights 0 of 'tensor<2x3xf64>'; expected 2x3 of f32}}
%r = lnn.affine(%x) weights [dense<1.0> : tensor<2x3xf64>] bias dense<0.0> : tensor<2xf32> : (tensor<3xf32>) -> tensor<2xf32>

// -----

// affine_c5: weights
%x = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{has a weight or bias that is not finite}}
%r = lnn.affine(%x) weights [dense<0x7FC00000> : tensor<2x3xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<3xf32>) -> tensor<2xf32>

// -----

// affine_c5: bias
%x = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{has a weight or bias that is not finite}}
%r = lnn.affine(%x) weights [dense<1.0> : tensor<2x3xf32>] bias dense<0xFF800000> : tensor<2xf32> : (tensor<3xf32>) -> tensor<2xf32>

// -----

// weights are an array of tensors
%x = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{attribute 'weights' failed to satisfy constraint: weight matrices}}
%r = "lnn.affine"(%x) {weights = [1.0 : f32], bias = dense<0.0> : tensor<2xf32>} : (tensor<3xf32>) -> tensor<2xf32>

// -----

// weights are there
%x = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{requires attribute 'weights'}}
%r = "lnn.affine"(%x) {bias = dense<0.0> : tensor<2xf32>} : (tensor<3xf32>) -> tensor<2xf32>
