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

// -----

// matvec_s8_c4
%i = "test.value"() : () -> tensor<511xi16>
// expected-error @below {{has 511 columns; a sparse packing names pairs of them by a byte and takes 510 at most}}
%r = lnn.matvec_s8 %i weights dense<1> : tensor<2x511xi8> packing dual_row_sparse : tensor<511xi16> -> tensor<2xi32>

// -----

// matvec_s8_c4: dense ones have no limit, and 510 is within it.
%i = "test.value"() : () -> tensor<511xi16>
%j = "test.value"() : () -> tensor<510xi16>
%q = lnn.matvec_s8 %i weights dense<1> : tensor<2x511xi8> packing byte_pair : tensor<511xi16> -> tensor<2xi32>
%r = lnn.matvec_s8 %j weights dense<1> : tensor<2x510xi8> packing byte_pair_sparse : tensor<510xi16> -> tensor<2xi32>

// -----

// matvec_s8_c5: no packing
%i = "test.value"() : () -> tensor<2xi16>
// expected-error @below {{has no packing to be unrolled with}}
%r = lnn.matvec_s8 %i weights dense<1> : tensor<2x2xi8> unroll : tensor<2xi16> -> tensor<2xi32>

// -----

// matvec_s8_c5: wide; 126 is not.
%i = "test.value"() : () -> tensor<126xi16>
%j = "test.value"() : () -> tensor<127xi16>
%q = lnn.matvec_s8 %i weights dense<1> : tensor<2x126xi8> packing byte_pair unroll : tensor<126xi16> -> tensor<2xi32>
// expected-error @below {{has 127 columns; with packing byte_pair it can be unrolled up to 126}}
%r = lnn.matvec_s8 %j weights dense<1> : tensor<2x127xi8> packing byte_pair unroll : tensor<127xi16> -> tensor<2xi32>

// -----

// matvec_s8_c5: a packing without such kernels
%i = "test.value"() : () -> tensor<2xi16>
// expected-error @below {{has 2 columns; with packing four_rows it can be unrolled up to 0}}
%r = lnn.matvec_s8 %i weights dense<1> : tensor<2x2xi8> packing four_rows unroll : tensor<2xi16> -> tensor<2xi32>

// -----

// matvec_s8_c5: sparse and wide; 254 is not.
%i = "test.value"() : () -> tensor<254xi16>
%j = "test.value"() : () -> tensor<255xi16>
%q = lnn.matvec_s8 %i weights dense<1> : tensor<2x254xi8> packing dual_row_sparse unroll : tensor<254xi16> -> tensor<2xi32>
// expected-error @below {{has 255 columns; with packing dual_row_sparse it can be unrolled up to 254}}
%r = lnn.matvec_s8 %j weights dense<1> : tensor<2x255xi8> packing dual_row_sparse unroll : tensor<255xi16> -> tensor<2xi32>
