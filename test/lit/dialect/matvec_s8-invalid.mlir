// int8 weights that packed products can take.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// matvec_s8_c1: rank
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{needs i8 weights of rank 2, not 'tensor<4xi8>'}}
%r = lnn.matvec_s8 %i weights dense<1> : tensor<4xi8> : tensor<2xi16> -> tensor<2xi32>

// -----

// matvec_s8_c1: type
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{needs i8 weights of rank 2, not 'tensor<2x2xi16>'}}
%r = lnn.matvec_s8 %i weights dense<1> : tensor<2x2xi16> : tensor<2xi16> -> tensor<2xi32>

// -----

// matvec_s8_c1: unsigned
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{needs i8 weights of rank 2, not 'tensor<2x2xui8>'}}
%r = lnn.matvec_s8 %i weights dense<1> : tensor<2x2xui8> : tensor<2xi16> -> tensor<2xi32>

// -----

// matvec_s8_c2
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{has weights of 'tensor<2x3xi8>'; expected 2x2}}
%r = lnn.matvec_s8 %i weights dense<1> : tensor<2x3xi8> : tensor<2xi16> -> tensor<2xi32>

// -----

// matvec_s8_c3
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{has a weight of -128; packed products need at least -127}}
%r = lnn.matvec_s8 %i weights dense<[[0, 0], [0, -128]]> : tensor<2x2xi8> : tensor<2xi16> -> tensor<2xi32>
