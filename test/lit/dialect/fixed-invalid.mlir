// Formats that no integer has.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// width
// expected-error @below {{a fixed-point format has 16 or 32 bits, not 8}}
"test.op"() {f = #lnn.fixed<8, [1.0], [0.0]>} : () -> ()

// -----

// as many zeros as scales
// expected-error @below {{needs as many zeros as scales, and at least one; found 2 scales and 1 zeros}}
"test.op"() {f = #lnn.fixed<16, [1.0, 1.0], [0.0]>} : () -> ()

// -----

// at least one scale
// expected-error @below {{found 0 scales and 0 zeros}}
"test.op"() {f = #lnn.fixed<16, [], []>} : () -> ()

// -----

// positive scale
// expected-error @below {{a scale must be positive and finite, not 0}}
"test.op"() {f = #lnn.fixed<16, [0.0], [0.0]>} : () -> ()

// -----

// finite scale
// expected-error @below {{a scale must be positive and finite, not INF}}
"test.op"() {f = #lnn.fixed<16, [0x7FF0000000000000], [0.0]>} : () -> ()

// -----

// finite zero
// expected-error @below {{a zero must be finite}}
"test.op"() {f = #lnn.fixed<16, [1.0], [0x7FF8000000000000]>} : () -> ()
