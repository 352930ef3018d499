// Passes reserve memory by these sizes.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// size_c1: empty
%w = "test.value"() : () -> tensor<0xf32>
// expected-error @below {{sizes from 1 to 65536 and at most 2^22 elements}}
%0 = lnn.difference %w : tensor<0xf32>

// -----

// size_c1: too long
%w = "test.value"() : () -> tensor<65537xi16>
// expected-error @below {{sizes from 1 to 65536}}
%0 = lnn.high_byte %w : tensor<65537xi16>

// -----

// size_c1: too many elements
%w = "test.value"() : () -> tensor<60000xf32>
// expected-error @below {{sizes from 1 to 65536 and at most 2^22 elements}}
%0 = lnn.stack %w : tensor<60000xf32> -> tensor<60000x1000xf32>

// -----

// size_c1: rank 0
%w = "test.value"() : () -> tensor<f32>
// expected-error @below {{must be 1D/2D tensor of 32-bit float values}}
%0 = lnn.clamp %w to [0.0, 1.0] : tensor<f32>

// -----

// size_c1: element type
%w = "test.value"() : () -> tensor<2xf64>
// expected-error @below {{must be 1D tensor of 32-bit float values}}
%0 = lnn.activate tanh %w : tensor<2xf64>

// -----

// dense_c1: a huge splat
%w = "test.value"() : () -> tensor<?xf32>
// expected-error @below {{attribute 'bias' failed to satisfy constraint: dense elements}}
%0 = lnn.affine(%w) weights [dense<1.0> : tensor<1x1xf32>] bias dense<1.0> : tensor<100000000000xf32> : (tensor<?xf32>) -> tensor<?xf32>

// -----

// dense_c1: huge weights
%w = "test.value"() : () -> tensor<?xf32>
// expected-error @below {{attribute 'weights' failed to satisfy constraint: weight matrices}}
%0 = lnn.affine(%w) weights [dense<1.0> : tensor<4x2000000000xf32>] bias dense<1.0> : tensor<4xf32> : (tensor<?xf32>) -> tensor<?xf32>

// -----

// dense_c1: no resource
// expected-error @below {{attribute 'value' failed to satisfy constraint: dense elements}}
%0 = "lnn.constant"() {value = dense_resource<blob> : tensor<1xf32>} : () -> tensor<1xf32>
{-#
  dialect_resources: {
    builtin: {
      blob: "0x040000000000803F"
    }
  }
#-}

// -----

// dense_c1: not sparse
// expected-error @below {{attribute 'value' failed to satisfy constraint: dense elements}}
%0 = "lnn.constant"() {value = sparse<[[0]], [1.0]> : tensor<2xf32>} : () -> tensor<2xf32>

// -----

// dense_c1: no strings
// expected-error @below {{attribute 'value' failed to satisfy constraint: dense elements}}
%0 = "lnn.constant"() {value = dense<"a"> : tensor<2x!test.string>} : () -> tensor<2xf32>
