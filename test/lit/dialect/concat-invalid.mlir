// The parts fill the result, and are of its type.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// concat_c1
// expected-error @below {{needs at least one part}}
%r = "lnn.concat"() : () -> tensor<2xf32>

// -----

// concat_c2
%x = "test.value"() : () -> tensor<2xf32>
%y = "test.value"() : () -> tensor<2xi16>
// expected-error @below {{has a part of 'i16'; the result holds 'f32'}}
%r = lnn.concat %x, %y : tensor<2xf32>, tensor<2xi16> -> tensor<4xf32>

// -----

// concat_c3
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{has a result of 5 elements, its parts have 4}}
%r = lnn.concat %x, %x : tensor<2xf32>, tensor<2xf32> -> tensor<5xf32>
