// Columns side by side.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// stack_c1
// expected-error @below {{needs at least one column}}
%r = "lnn.stack"() : () -> tensor<4x2xf32>

// -----

// stack_c2: too many
%x = "test.value"() : () -> tensor<4xf32>
// expected-error @below {{has 2 columns; it cannot give 'tensor<4x1xf32>'}}
%r = lnn.stack %x, %x : tensor<4xf32>, tensor<4xf32> -> tensor<4x1xf32>

// -----

// stack_c2: unknown
%x = "test.value"() : () -> tensor<4xf32>
// expected-error @below {{has 1 columns; it cannot give 'tensor<4x?xf32>'}}
%r = lnn.stack %x : tensor<4xf32> -> tensor<4x?xf32>

// -----

// stack_c3
%x = "test.value"() : () -> tensor<4xf32>
// expected-error @below {{has a column of 4 elements; the result has 5 rows}}
%r = lnn.stack %x : tensor<4xf32> -> tensor<5x1xf32>

// -----

// stack_c3: what repeats has one element, not none or two
%x = "test.value"() : () -> tensor<2xf32>
%y = "test.value"() : () -> tensor<1xf32>
// expected-error @below {{has a column of 2 elements; the result has 4 rows}}
%r = lnn.stack %y, %x : tensor<1xf32>, tensor<2xf32> -> tensor<4x2xf32>

// -----

// stack_c4
%x = "test.value"() : () -> tensor<4xf32>
// expected-error @below {{has a column of 'f32'; the result holds 'i16'}}
%r = lnn.stack %x : tensor<4xf32> -> tensor<4x1xi16>

// -----

// stack_c2: a sequence is as many columns as it is wide
%x = "test.value"() : () -> tensor<4x3xf32>
// expected-error @below {{has 3 columns; it cannot give 'tensor<4x2xf32>'}}
%r = lnn.stack %x : tensor<4x3xf32> -> tensor<4x2xf32>

// -----

// stack_c2: of unknown width
%x = "test.value"() : () -> tensor<4x?xf32>
// expected-error @below {{has a sequence of unknown width}}
%r = lnn.stack %x : tensor<4x?xf32> -> tensor<4x2xf32>

// -----

// stack_c3: a sequence of one row is no element that repeats
%x = "test.value"() : () -> tensor<1x2xf32>
// expected-error @below {{has a column of 1 elements; the result has 4 rows}}
%r = lnn.stack %x : tensor<1x2xf32> -> tensor<4x2xf32>
