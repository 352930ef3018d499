// A slice lies within its vector and changes no type.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// slice_c1
%x = "test.value"() : () -> tensor<4xf32>
// expected-error @below {{takes 2 elements from 3 on of a vector of 4}}
%r = lnn.slice %x from 3 : tensor<4xf32> -> tensor<2xf32>

// -----

// slice_c1: a start that no vector has
%x = "test.value"() : () -> tensor<4xf32>
// expected-error @below {{takes 1 elements from 9223372036854775807 on of a vector of 4}}
%r = lnn.slice %x from 9223372036854775807 : tensor<4xf32> -> tensor<1xf32>

// -----

// slice_c1: before the first
%x = "test.value"() : () -> tensor<4xf32>
// expected-error @below {{attribute 'start' failed to satisfy constraint: 64-bit signless integer attribute whose minimum value is 0}}
%r = lnn.slice %x from -1 : tensor<4xf32> -> tensor<1xf32>

// -----

// slice_c2
%x = "test.value"() : () -> tensor<4xf32>
// expected-error @below {{cannot change the element type}}
%r = lnn.slice %x from 0 : tensor<4xf32> -> tensor<1xi16>
