// A loop over time: what it walks, carries and yields.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// scan_c1: neither
%x = "test.value"() : () -> tensor<2xf32>
%s = "test.value"() : () -> tensor<3x4xf32>
// expected-error @below {{needs either a sequence or a count}}
%r = lnn.scan  from %x : tensor<2xf32> {
^bb0(%a: tensor<2xf32>):
  lnn.yield %a : tensor<2xf32>
}

// -----

// scan_c1: both
%x = "test.value"() : () -> tensor<2xf32>
%s = "test.value"() : () -> tensor<3x4xf32>
// expected-error @below {{needs either a sequence or a count}}
%r = lnn.scan over %s : tensor<3x4xf32> times 3 from %x : tensor<2xf32> {
^bb0(%u: tensor<4xf32>, %a: tensor<2xf32>):
  lnn.yield %a : tensor<2xf32>
}

// -----

// scan_c2: the row is missing
%x = "test.value"() : () -> tensor<2xf32>
%s = "test.value"() : () -> tensor<3x4xf32>
// expected-error @below {{has a body of 1 arguments; expected 2}}
%r = lnn.scan over %s : tensor<3x4xf32> from %x : tensor<2xf32> {
^bb0(%a: tensor<2xf32>):
  lnn.yield %a : tensor<2xf32>
}

// -----

// scan_c2: there is no row
%x = "test.value"() : () -> tensor<2xf32>
%s = "test.value"() : () -> tensor<3x4xf32>
// expected-error @below {{has a body of 2 arguments; expected 1}}
%r = lnn.scan times 3 from %x : tensor<2xf32> {
^bb0(%u: tensor<4xf32>, %a: tensor<2xf32>):
  lnn.yield %a : tensor<2xf32>
}

// -----

// scan_c3
%x = "test.value"() : () -> tensor<2xf32>
%s = "test.value"() : () -> tensor<3x4xf32>
// expected-error @below {{has a body that takes rows of 'tensor<5xf32>'; the sequence has 'tensor<4xf32>'}}
%r = lnn.scan over %s : tensor<3x4xf32> from %x : tensor<2xf32> {
^bb0(%u: tensor<5xf32>, %a: tensor<2xf32>):
  lnn.yield %a : tensor<2xf32>
}

// -----

// scan_c4
%x = "test.value"() : () -> tensor<2xf32>
%s = "test.value"() : () -> tensor<3x4xf32>
// expected-error @below {{starts from 'tensor<2xf32>' but its body takes 'tensor<3xf32>'}}
%r = lnn.scan times 3 from %x : tensor<2xf32> {
^bb0(%a: tensor<3xf32>):
  lnn.yield %a : tensor<3xf32>
}

// -----

// scan_c5: another type
%x = "test.value"() : () -> tensor<2xf32>
%s = "test.value"() : () -> tensor<3x4xf32>
// expected-error @below {{must yield one next state of type 'tensor<2xf32>', not 'tensor<1xf32>'}}
%r = lnn.scan times 3 from %x : tensor<2xf32> {
^bb0(%a: tensor<2xf32>):
  %b = "test.value"() : () -> tensor<1xf32>
  lnn.yield %b : tensor<1xf32>
}

// -----

// scan_c5: two states
%x = "test.value"() : () -> tensor<2xf32>
%s = "test.value"() : () -> tensor<3x4xf32>
// expected-error @below {{must yield 1 next states and a row of 0 outputs}}
%r = lnn.scan times 3 from %x : tensor<2xf32> {
^bb0(%a: tensor<2xf32>):
  lnn.yield %a, %a : tensor<2xf32>, tensor<2xf32>
}

// -----

// scan_c5: no yield
%x = "test.value"() : () -> tensor<2xf32>
%s = "test.value"() : () -> tensor<3x4xf32>
// expected-error @below {{must yield 1 next states and a row of 0 outputs}}
%r = lnn.scan times 3 from %x : tensor<2xf32> {
^bb0(%a: tensor<2xf32>):
  "test.end"() : () -> ()
}

// -----

// the count is positive
%x = "test.value"() : () -> tensor<2xf32>
%s = "test.value"() : () -> tensor<3x4xf32>
// expected-error @below {{attribute 'count' failed to satisfy constraint}}
%r = lnn.scan times 0 from %x : tensor<2xf32> {
^bb0(%a: tensor<2xf32>):
  lnn.yield %a : tensor<2xf32>
}

// -----

// scan_c6: no state
%s = "test.value"() : () -> tensor<3x4xf32>
// expected-error @below {{carries no state}}
"lnn.scan"(%s) <{operandSegmentSizes = array<i32: 1, 0>, resultSegmentSizes = array<i32: 0, 0>}> ({
^bb0(%u: tensor<4xf32>):
  "lnn.yield"() : () -> ()
}) : (tensor<3x4xf32>) -> ()

// -----

// scan_c7
%x = "test.value"() : () -> tensor<2xf32>
%s = "test.value"() : () -> tensor<3x4xf32>
%t = "test.value"() : () -> tensor<4x4xf32>
// expected-error @below {{walks sequences of 3 and 4 rows}}
%r = lnn.scan over %s, %t : tensor<3x4xf32>, tensor<4x4xf32> from %x : tensor<2xf32> {
^bb0(%u: tensor<4xf32>, %v: tensor<4xf32>, %a: tensor<2xf32>):
  lnn.yield %a : tensor<2xf32>
}

// -----

// scan_c8
%x = "test.value"() : () -> tensor<2xf32>
%s = "test.value"() : () -> tensor<3x4xf32>
// expected-error @below {{gives a sequence of 5 rows in 3 steps}}
%r, %q = lnn.scan over %s : tensor<3x4xf32> from %x : tensor<2xf32> gives tensor<5x2xf32> {
^bb0(%u: tensor<4xf32>, %a: tensor<2xf32>):
  lnn.yield %a, %a : tensor<2xf32>, tensor<2xf32>
}

// -----

// scan_c9
%x = "test.value"() : () -> tensor<2xf32>
%s = "test.value"() : () -> tensor<3x4xf32>
// expected-error @below {{must yield a row of 'tensor<1xf32>', not 'tensor<2xf32>'}}
%r, %q = lnn.scan over %s : tensor<3x4xf32> from %x : tensor<2xf32> gives tensor<3x1xf32> {
^bb0(%u: tensor<4xf32>, %a: tensor<2xf32>):
  lnn.yield %a, %a : tensor<2xf32>, tensor<2xf32>
}

// -----

// scan_c10
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{must give the states that it carries: their types differ}}
%r = "lnn.scan"(%x) <{count = 2 : i64, operandSegmentSizes = array<i32: 0, 1>, resultSegmentSizes = array<i32: 1, 0>}> ({
^bb0(%a: tensor<2xf32>):
  lnn.yield %a : tensor<2xf32>
}) : (tensor<2xf32>) -> tensor<3xf32>
