// Tables have 2^n + 1 entries.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// lut_s16_c1: 0 entries
%i = "test.value"() : () -> tensor<2xi16>
// expected-error @below {{has a table of 0 entries; expected 2^n + 1 with n from 1 to 12}}
%r = lnn.lut_s16 %i table [] : tensor<2xi16>

// -----

// lut_s16_c1: 2 entries
%i = "test.value"() : () -> tensor<2xi16>
// expected-error @below {{has a table of 2 entries; expected 2^n + 1 with n from 1 to 12}}
%r = lnn.lut_s16 %i table [0, 0] : tensor<2xi16>

// -----

// lut_s16_c1: 4 entries
%i = "test.value"() : () -> tensor<2xi16>
// expected-error @below {{has a table of 4 entries; expected 2^n + 1 with n from 1 to 12}}
%r = lnn.lut_s16 %i table [0, 0, 0, 0] : tensor<2xi16>
