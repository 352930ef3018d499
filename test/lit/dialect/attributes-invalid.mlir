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

// formats_c1
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants a #lnn.fixed of one entry for each result of an lnn.scan as "lnn.formats"}}
%h:2 = lnn.scan times 2 from %x, %x : tensor<2xf32>, tensor<2xf32> {
^bb0(%a: tensor<2xf32>, %b: tensor<2xf32>):
  lnn.yield %a, %b : tensor<2xf32>, tensor<2xf32>
} {lnn.formats = [#lnn.fixed<16, [1.0], [0.0]>]}

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

// lanes_c1: number
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants array<i64: lane, ...>, from 0, for each element of its one vector as "lnn.lanes"}}
%r = lnn.difference %x {lnn.lanes = array<i64: 0>} : tensor<2xf32>

// -----

// lanes_c1: below 0
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants array<i64: lane, ...>, from 0}}
%r = lnn.difference %x {lnn.lanes = array<i64: 0, -1>} : tensor<2xf32>

// -----

// lanes_c1: type
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants array<i64: lane, ...>, from 0}}
%r = lnn.difference %x {lnn.lanes = array<f64: 0.0, 1.0>} : tensor<2xf32>

// -----

// keys_c1: not an affine
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants a name for each weight matrix and for the bias of an lnn.affine as "lnn.keys"}}
%r = lnn.difference %x {lnn.keys = ["cell.w", "cell.b"]} : tensor<2xf32>

// -----

// keys_c1: number
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants a name for each weight matrix and for the bias}}
%r = lnn.affine(%x) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> {lnn.keys = ["cell.w"]} : (tensor<2xf32>) -> tensor<2xf32>

// -----

// masks_c1: not an affine
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants dense i1 elements of the shape of each weight matrix of an lnn.affine as "lnn.masks"}}
%r = lnn.difference %x {lnn.masks = []} : tensor<2xf32>

// -----

// masks_c1: shape
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants dense i1 elements of the shape of each weight matrix}}
%r = lnn.affine(%x) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> {lnn.masks = [dense<true> : tensor<2xi1>]} : (tensor<2xf32>) -> tensor<2xf32>

// -----

// masks_c1: type
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants dense i1 elements of the shape of each weight matrix}}
%r = lnn.affine(%x) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> {lnn.masks = [dense<1> : tensor<2x2xi8>]} : (tensor<2xf32>) -> tensor<2xf32>

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

// measured_c1: not a model
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants finite f64 {mae_float, mae_int8} from 0 of a model, each if known, as "lnn.measured"}}
%r = lnn.difference %x {lnn.measured = {mae_int8 = 1.0e-3 : f64}} : tensor<2xf32>

// -----

// measured_c1: negative
// expected-error @below {{wants finite f64 {mae_float, mae_int8} from 0 of a model}}
lnn.model @m attributes {lnn.measured = {mae_int8 = -1.0e-3 : f64}} {
^bb0(%a: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}

// -----

// measured_c1: not finite
// expected-error @below {{wants finite f64 {mae_float, mae_int8} from 0 of a model}}
lnn.model @m attributes {lnn.measured = {mae_int8 = 0x7FF0000000000000 : f64}} {
^bb0(%a: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}

// -----

// measured_c1: width
// expected-error @below {{wants finite f64 {mae_float, mae_int8} from 0 of a model}}
lnn.model @m attributes {lnn.measured = {mae_float = 1.0e-3 : f32}} {
^bb0(%a: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}

// -----

// measured_c1: entry
// expected-error @below {{wants finite f64 {mae_float, mae_int8} from 0 of a model}}
lnn.model @m attributes {lnn.measured = {mae_int4 = 1.0e-3 : f64}} {
^bb0(%a: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}

// -----

// verdict_c1: not a model
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants {reason, status} of a model as "lnn.verdict", status being selected, front, over_budget, or dominated and then {by = @model} too}}
%r = lnn.difference %x {lnn.verdict = {reason = "", status = "front"}} : tensor<2xf32>

// -----

// verdict_c1: status
// expected-error @below {{wants {reason, status} of a model}}
lnn.model @m attributes {lnn.verdict = {reason = "", status = "chosen"}} {
^bb0(%a: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}

// -----

// verdict_c1: no reason
// expected-error @below {{wants {reason, status} of a model}}
lnn.model @m attributes {lnn.verdict = {status = "front"}} {
^bb0(%a: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}

// -----

// verdict_c1: dominated by nobody
// expected-error @below {{wants {reason, status} of a model}}
lnn.model @m attributes {lnn.verdict = {reason = "", status = "dominated"}} {
^bb0(%a: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}

// -----

// verdict_c1: not dominated by somebody
// expected-error @below {{wants {reason, status} of a model}}
lnn.model @m attributes {lnn.verdict = {by = @b, reason = "", status = "front"}} {
^bb0(%a: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}

// -----

// attribute_c1
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{has lnn.formt, which is no attribute of lnn}}
%r = lnn.difference %x {lnn.formt = 1 : i32} : tensor<2xf32>

// -----

// operand_formats_c1: one for each operand
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants a #lnn.fixed of 16 bits for each operand as "lnn.operand_formats"}}
%r = lnn.reduce mean %x {lnn.operand_formats = []} : tensor<2xf32> -> tensor<1xf32>

// -----

// operand_formats_c1: of 16 bits
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{wants a #lnn.fixed of 16 bits for each operand as "lnn.operand_formats"}}
%r = lnn.reduce mean %x {lnn.operand_formats = [#lnn.fixed<32, [1.0], [0.0]>]} : tensor<2xf32> -> tensor<1xf32>

// -----

// saturates_c1: of a scan
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{has "lnn.saturates", which only a scan may have}}
%r = lnn.reduce mean %x {lnn.saturates} : tensor<2xf32> -> tensor<1xf32>

// -----

// saturates_c1: a pair for each state
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{has 1 numbers in "lnn.saturates"; expected a low and a high for each of 1 states}}
%r = lnn.scan times 2 from %x : tensor<2xf32> {
^bb0(%s: tensor<2xf32>):
  lnn.yield %s : tensor<2xf32>
} {lnn.saturates = array<f64: 1.0>}

// -----

// saturates_c1: in order
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{expected finite ends in order}}
%r = lnn.scan times 2 from %x : tensor<2xf32> {
^bb0(%s: tensor<2xf32>):
  lnn.yield %s : tensor<2xf32>
} {lnn.saturates = array<f64: 1.0, 0.0>}
