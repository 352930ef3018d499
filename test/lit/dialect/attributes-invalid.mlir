// Attributes that passes write are checked like operands: text may say anything.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// format_c1
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants a #lnn.fixed for its one result as "lnn.format"}}
%r = lnn.difference %x {lnn.format = 1 : i32} : tensor<2xf32>

// -----

// format_c2
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{has 3 scales in "lnn.format"; expected 1 or 2}}
%r = lnn.difference %x {lnn.format = #lnn.fixed<16, [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]>} : tensor<2xf32>

// -----

// range_c1: odd
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants array<f64: low, high> for each element as "lnn.range"}}
%r = lnn.difference %x {lnn.range = array<f64: 0.0>} : tensor<2xf32>

// -----

// range_c1: order
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{expected finite ends in order}}
%r = lnn.difference %x {lnn.range = array<f64: 1.0, 0.0>} : tensor<2xf32>

// -----

// range_c1: type
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants array<f64: low, high>}}
%r = lnn.difference %x {lnn.range = [0.0, 1.0]} : tensor<2xf32>

// -----

// invariant_c1
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants array<f64: low, high> once as "lnn.invariant"}}
%r = lnn.difference %x {lnn.invariant = array<f64: 0.0, 1.0, 2.0, 3.0>} : tensor<2xf32>

// -----

// operand_bits_c1: not an affine
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants 8 or 16 for each input of an lnn.affine}}
%r = lnn.difference %x {lnn.operand_bits = array<i32: 8>} : tensor<2xf32>

// -----

// operand_bits_c1: value
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants 8 or 16 for each input}}
%r = lnn.affine(%x) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> {lnn.operand_bits = array<i32: 4>} : (tensor<2xf32>) -> tensor<2xf32>

// -----

// buffers_c1
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants a name for each result as "lnn.buffers"}}
%r = lnn.difference %x {lnn.buffers = ["a", "b"]} : tensor<2xf32>

// -----

// arena_c1: not a model
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants {elements, lifetimes, name, width} for each buffer of a model}}
%r = lnn.difference %x {lnn.arena = []} : tensor<2xf32>

// -----

// arena_c1: entries
// expected-error @below {{wants {elements, lifetimes, name, width}}}
lnn.model @m attributes {lnn.arena = [{name = "s16_0"}]} {
^bb0(%a: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}

// -----

// attribute_c1
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{has lnn.formt, which is no attribute of lnn}}
%r = lnn.difference %x {lnn.formt = 1 : i32} : tensor<2xf32>
