// Operands of one element repeat; nothing else does.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// binary_c1: operands of add
%a = "test.value"() : () -> tensor<2xf32>
%b = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{has operands of 2 and 3 elements; one must be 1 or both the same}}
%r = lnn.add %a, %b : tensor<2xf32>, tensor<3xf32> -> tensor<3xf32>

// -----

// binary_c1: operands of sub
%a = "test.value"() : () -> tensor<2xf32>
%b = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{has operands of 2 and 3 elements; one must be 1 or both the same}}
%r = lnn.sub %a, %b : tensor<2xf32>, tensor<3xf32> -> tensor<3xf32>

// -----

// binary_c1: operands of mul
%a = "test.value"() : () -> tensor<2xf32>
%b = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{has operands of 2 and 3 elements; one must be 1 or both the same}}
%r = lnn.mul %a, %b : tensor<2xf32>, tensor<3xf32> -> tensor<3xf32>

// -----

// binary_c1: operands of add_s32
%a = "test.value"() : () -> tensor<2xi32>
%b = "test.value"() : () -> tensor<3xi32>
// expected-error @below {{has operands of 2 and 3 elements; one must be 1 or both the same}}
%r = lnn.add_s32 %a, %b : tensor<2xi32>, tensor<3xi32> -> tensor<3xi32>

// -----

// binary_c1: operands of sub_s32
%a = "test.value"() : () -> tensor<2xi32>
%b = "test.value"() : () -> tensor<3xi32>
// expected-error @below {{has operands of 2 and 3 elements; one must be 1 or both the same}}
%r = lnn.sub_s32 %a, %b : tensor<2xi32>, tensor<3xi32> -> tensor<3xi32>

// -----

// binary_c1: operands of mul_s32
%a = "test.value"() : () -> tensor<2xi32>
%b = "test.value"() : () -> tensor<3xi32>
// expected-error @below {{has operands of 2 and 3 elements; one must be 1 or both the same}}
%r = lnn.mul_s32 %a, %b : tensor<2xi32>, tensor<3xi32> -> tensor<3xi32>

// -----

// binary_c1: result of add
%a = "test.value"() : () -> tensor<1xf32>
%b = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{has a result of 1 elements, its operands give 3}}
%r = lnn.add %a, %b : tensor<1xf32>, tensor<3xf32> -> tensor<1xf32>

// -----

// binary_c1: result of sub
%a = "test.value"() : () -> tensor<1xf32>
%b = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{has a result of 1 elements, its operands give 3}}
%r = lnn.sub %a, %b : tensor<1xf32>, tensor<3xf32> -> tensor<1xf32>

// -----

// binary_c1: result of mul
%a = "test.value"() : () -> tensor<1xf32>
%b = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{has a result of 1 elements, its operands give 3}}
%r = lnn.mul %a, %b : tensor<1xf32>, tensor<3xf32> -> tensor<1xf32>

// -----

// binary_c1: result of add_s32
%a = "test.value"() : () -> tensor<1xi32>
%b = "test.value"() : () -> tensor<3xi32>
// expected-error @below {{has a result of 1 elements, its operands give 3}}
%r = lnn.add_s32 %a, %b : tensor<1xi32>, tensor<3xi32> -> tensor<1xi32>

// -----

// binary_c1: result of sub_s32
%a = "test.value"() : () -> tensor<1xi32>
%b = "test.value"() : () -> tensor<3xi32>
// expected-error @below {{has a result of 1 elements, its operands give 3}}
%r = lnn.sub_s32 %a, %b : tensor<1xi32>, tensor<3xi32> -> tensor<1xi32>

// -----

// binary_c1: result of mul_s32
%a = "test.value"() : () -> tensor<1xi32>
%b = "test.value"() : () -> tensor<3xi32>
// expected-error @below {{has a result of 1 elements, its operands give 3}}
%r = lnn.mul_s32 %a, %b : tensor<1xi32>, tensor<3xi32> -> tensor<1xi32>
