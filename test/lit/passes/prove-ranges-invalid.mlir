// RUN: dlnet-opt %s -allow-unregistered-dialect --pass-pipeline='builtin.module(lnn.model(lnn-prove-ranges))' -split-input-file -verify-diagnostics

// 600 weights of 127 at 32767 are beyond 2^31.
lnn.model @accumulator {
^bb0(%x: tensor<600xi16>):
  // expected-error @below {{could overflow in row 0: its value may lie in [-2496845400, 2496845400], beyond 32 bits}}
  %p = lnn.matvec_s8 %x weights dense<127> : tensor<1x600xi8> : tensor<600xi16> -> tensor<1xi32>
  %s = lnn.clamp_s32 %p to [0, 1] : tensor<1xi32> -> tensor<1xi16>
  lnn.return %s : tensor<1xi16>
}

// -----

lnn.model @accumulator_row {
^bb0(%x: tensor<2xi16>):
  %p = lnn.matvec_s8 %x weights dense<[[1, 0], [127, 127]]> : tensor<2x2xi8> : tensor<2xi16> -> tensor<2xi32>
  // expected-error @below {{could overflow in row 1: its value may lie in [0, 8522565632], beyond 32 bits}}
  %s = lnn.requantize %p multiplier [1] shift 10 bias [0] : tensor<2xi32> -> tensor<2xi16>
  lnn.return %s : tensor<2xi16>
}

// -----

lnn.model @multiplication {
^bb0(%x: tensor<2xi16>):
  %a = lnn.scale_s32 %x by 3 : tensor<2xi16> -> tensor<2xi32>
  // expected-error @below {{could overflow in row 0: its value may lie in [0, 3221028867], beyond 32 bits}}
  %m = lnn.mul_s32 %a, %x : tensor<2xi32>, tensor<2xi16> -> tensor<2xi32>
  %s = lnn.clamp_s32 %m to [0, 1] : tensor<2xi32> -> tensor<2xi16>
  lnn.return %s : tensor<2xi16>
}

// -----

// Rounding itself may overflow: 2^31 - 1 + 2^(s-1).
lnn.model @rounding {
^bb0(%x: tensor<1xi16>):
  %a = lnn.scale_s32 %x by 65537 : tensor<1xi16> -> tensor<1xi32>
  // expected-error @below {{could overflow in row 0}}
  %m = lnn.round_shift_s32 %a by 20 : tensor<1xi32> -> tensor<1xi32>
  %s = lnn.clamp_s32 %m to [0, 1] : tensor<1xi32> -> tensor<1xi16>
  lnn.return %s : tensor<1xi16>
}

// -----

// The second unit is pushed by 1 in each step.
lnn.model @state {
^bb0(%x: tensor<2xi16>):
  %zero = lnn.constant dense<0> : tensor<2xi16>
  %push = lnn.constant dense<[0, 1]> : tensor<2xi16>
  %one = lnn.scale_s32 %push by 1 : tensor<2xi16> -> tensor<2xi32>
  %r = lnn.scan times 3 from %zero : tensor<2xi16> {
  ^bb0(%s: tensor<2xi16>):
    // expected-error @below {{has a state that could overflow in row 1: the step may reach [-32767, 32768], beyond 16 bits}}
    // expected-note @below {{a wider state format or a smaller dt would hold}}
    %n = lnn.euler_step_s16 %s, %one : tensor<2xi16>, tensor<2xi32>
    lnn.yield %n : tensor<2xi16>
  }
  lnn.return %r : tensor<2xi16>
}

// -----

lnn.model @wide_state {
^bb0(%x: tensor<2xi16>):
  %zero = lnn.constant dense<0> : tensor<2xi32>
  // expected-error @below {{carries a state of 'tensor<2xi32>'; only 16 bits can be proved}}
  %r = lnn.scan times 3 from %zero : tensor<2xi32> {
  ^bb0(%s: tensor<2xi32>):
    %n = lnn.add_s32 %s, %s : tensor<2xi32>, tensor<2xi32> -> tensor<2xi32>
    lnn.yield %n : tensor<2xi32>
  }
  %f = lnn.clamp_s32 %r to [0, 1] : tensor<2xi32> -> tensor<2xi16>
  lnn.return %f : tensor<2xi16>
}

// -----

// Run out of order, on the real level.
// expected-error @below {{lnn-prove-ranges takes integer-level networks; found a window of 'tensor<2xf32>'}}
lnn.model @real {
^bb0(%x: tensor<2xf32>):
  lnn.return %x : tensor<2xf32>
}

// -----

lnn.model @real_constant {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{lnn-prove-ranges takes integer-level networks; found lnn.constant of 'tensor<1xf32>'}}
  %c = lnn.constant dense<0.0> : tensor<1xf32>
  lnn.return %x : tensor<2xi16>
}

// -----

lnn.model @unknown_size {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{has an unknown size: 'tensor<?xi32>'}}
  %a = lnn.block_sum_s16 %x : tensor<2xi16> -> tensor<?xi32>
  lnn.return %x : tensor<2xi16>
}

// -----

lnn.model @foreign {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{lnn-prove-ranges takes integer-level networks; found test.op}}
  %a = "test.op"() : () -> index
  lnn.return %x : tensor<2xi16>
}

// -----

// An age may be anything up to 32767.
lnn.model @age {
^bb0(%x: tensor<2xi16>, %age: tensor<1xi16>):
  // expected-error @below {{could overflow in row 0: its value may lie in [0, 4294836224], beyond 32 bits}}
  %0 = lnn.requantize %age multiplier [1] shift 17 bias [0] : tensor<1xi16> -> tensor<1xi16>
  lnn.return %x : tensor<2xi16>
}

// -----

// The result has four units where a knot has one: 4 * 32769 * 32767.
lnn.model @knots {
^bb0(%x: tensor<2xi16>):
  %k = lnn.scale_s32 %x by 32769 : tensor<2xi16> -> tensor<2xi32>
  // expected-error @below {{could overflow in row 0: its value may lie in [0, 4294967292], beyond 32 bits}}
  %c = lnn.interpolate_s32 %k : tensor<2xi32> -> tensor<4xi32>
  lnn.return %x : tensor<2xi16>
}

// -----

// The loop begins with the first knot times the step, which is no element's.
lnn.model @first_knot {
^bb0(%x: tensor<2xi16>):
  %k = lnn.constant dense<[1000000000, -1000000000]> : tensor<2xi32>
  // expected-error @below {{could overflow in row 0: its value may lie in [3000000000, 3000000000], beyond 32 bits}}
  %c = lnn.interpolate_s32 %k : tensor<2xi32> -> tensor<3xi32>
  lnn.return %x : tensor<2xi16>
}

// -----

// And adds differences between knots.
lnn.model @difference {
^bb0(%x: tensor<2xi16>):
  %k = lnn.constant dense<[2000000000, -2000000000]> : tensor<2xi32>
  // expected-error @below {{could overflow in row 0: its value may lie in [-4000000000, -4000000000], beyond 32 bits}}
  %c = lnn.interpolate_s32 %k : tensor<2xi32> -> tensor<1xi32>
  lnn.return %x : tensor<2xi16>
}

// -----

// Of knots whose ranges differ each element has its own.
lnn.model @elements {
^bb0(%x: tensor<2xi16>):
  %k = lnn.constant dense<[0, 700000000, 1100000000]> : tensor<3xi32>
  // expected-error @below {{could overflow in row 3: its value may lie in [2200000000, 2200000000], beyond 32 bits}}
  %c = lnn.interpolate_s32 %k : tensor<3xi32> -> tensor<4xi32>
  lnn.return %x : tensor<2xi16>
}
