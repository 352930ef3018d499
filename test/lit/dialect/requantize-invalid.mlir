// One multiplier and bias, or one a row.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// requantize_c1: addend
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
%k = "test.value"() : () -> tensor<3xi32>
// expected-error @below {{has operands of 2 and 3 elements}}
%r = lnn.requantize %i plus %k : tensor<3xi32> multiplier [1] shift 0 bias [0] : tensor<2xi16> -> tensor<2xi32>

// -----

// requantize_c1: result
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{has a result of 3 elements, its operands give 2}}
%r = lnn.requantize %i multiplier [1] shift 0 bias [0] : tensor<2xi16> -> tensor<3xi32>

// -----

// requantize_c2: multipliers
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{has 3 multipliers; expected 1 or 2}}
%r = lnn.requantize %i multiplier [1, 2, 3] shift 0 bias [0] : tensor<2xi16> -> tensor<2xi32>

// -----

// requantize_c2: no multiplier
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{has 0 multipliers; expected 1 or 2}}
%r = lnn.requantize %i multiplier [] shift 0 bias [0] : tensor<2xi16> -> tensor<2xi32>

// -----

// requantize_c2: biases
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{has 3 biases; expected 1 or 2}}
%r = lnn.requantize %i multiplier [1] shift 0 bias [0, 0, 0] : tensor<2xi16> -> tensor<2xi32>

// -----

// the shift fits the word
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{attribute 'shift' failed to satisfy constraint}}
%r = lnn.requantize %i multiplier [1] shift 31 bias [0] : tensor<2xi16> -> tensor<2xi32>
