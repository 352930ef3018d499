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
// expected-error @below {{must yield one next state of type 'tensor<2xf32>'}}
%r = lnn.scan times 3 from %x : tensor<2xf32> {
^bb0(%a: tensor<2xf32>):
  %b = "test.value"() : () -> tensor<1xf32>
  lnn.yield %b : tensor<1xf32>
}

// -----

// scan_c5: two states
%x = "test.value"() : () -> tensor<2xf32>
%s = "test.value"() : () -> tensor<3x4xf32>
// expected-error @below {{must yield one next state}}
%r = lnn.scan times 3 from %x : tensor<2xf32> {
^bb0(%a: tensor<2xf32>):
  lnn.yield %a, %a : tensor<2xf32>, tensor<2xf32>
}

// -----

// scan_c5: no yield
%x = "test.value"() : () -> tensor<2xf32>
%s = "test.value"() : () -> tensor<3x4xf32>
// expected-error @below {{must yield one next state}}
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

// the result is the state
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{all of {init, result} have same type}}
%r = "lnn.scan"(%x) ({
^bb0(%a: tensor<2xf32>):
  lnn.yield %a : tensor<2xf32>
}) {count = 2 : i64} : (tensor<2xf32>) -> tensor<3xf32>

// -----

// no operand at all
// expected-error @below {{expected 1 or more operands}}
%r = "lnn.scan"() ({
^bb0(%a: tensor<2xf32>):
  lnn.yield %a : tensor<2xf32>
}) {count = 2 : i64} : () -> tensor<2xf32>
