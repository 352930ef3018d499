// Elementwise integer operations keep the number of elements.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// same_size_c1: scale_s32
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{maps 2 elements to 3; expected as many}}
%r = lnn.scale_s32 %i by 2 : tensor<2xi16> -> tensor<3xi32>

// -----

// same_size_c1: round_shift_s32
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{maps 2 elements to 3; expected as many}}
%r = lnn.round_shift_s32 %i by 2 : tensor<2xi16> -> tensor<3xi32>

// -----

// same_size_c1: clamp_s32
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{maps 2 elements to 3; expected as many}}
%r = lnn.clamp_s32 %i to [0, 1] : tensor<2xi16> -> tensor<3xi32>

// -----

// same_size_c1: euler_step_s16
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
%k = "test.value"() : () -> tensor<3xi32>
// expected-error @below {{maps 3 elements to 2; expected as many}}
%r = lnn.euler_step_s16 %i, %k : tensor<2xi16>, tensor<3xi32>

// -----

// clamp_s32_c1
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{has limits out of order: 1 and 0}}
%r = lnn.clamp_s32 %i to [1, 0] : tensor<2xi16> -> tensor<2xi32>

// -----

// clamp_s32_c2
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{narrows to 16 bits but allows [0, 32768]}}
%r = lnn.clamp_s32 %j to [0, 32768] : tensor<2xi32> -> tensor<2xi16>

// -----

// shifts are below 31
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{attribute 'shift' failed to satisfy constraint}}
%r = lnn.round_shift_s32 %j by 31 : tensor<2xi32> -> tensor<2xi32>

// -----

// 16-bit operations take 16 bits
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{must be 1D tensor of 16-bit signless integer values}}
%r = lnn.high_byte %j : tensor<2xi32>
