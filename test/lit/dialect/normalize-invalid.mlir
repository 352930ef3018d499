// One offset and scale, or one for each element.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// normalize_c1: offsets
%x = "test.value"() : () -> tensor<4x3xf32>
// expected-error @below {{has 2 offsets or scales; expected 1 or 3}}
%r = lnn.normalize %x offset [0.0, 0.0] scale [1.0] : tensor<4x3xf32>

// -----

// normalize_c1: none
%x = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{has 0 offsets or scales; expected 1 or 3}}
%r = lnn.normalize %x offset [0.0] scale [] : tensor<3xf32>

// -----

// normalize_c1: none for an unknown size
%x = "test.value"() : () -> tensor<?xf32>
// expected-error @below {{has 0 offsets or scales}}
%r = lnn.normalize %x offset [] scale [1.0] : tensor<?xf32>

// -----

// normalize_c2
%x = "test.value"() : () -> tensor<3xf32>
// expected-error @below {{has an offset or scale that is not finite}}
%r = lnn.normalize %x offset [0.0] scale [0x7FF0000000000000] : tensor<3xf32>
