// RUN: dlnet-opt %s -allow-unregistered-dialect --pass-pipeline='builtin.module(lnn.model(lnn-quantize))' -split-input-file -verify-diagnostics

// A state that adds up what it sees has no bound.
lnn.model @unbounded {
^bb0(%window: tensor<2xf32>):
  %rows = lnn.stack %window : tensor<2xf32> -> tensor<2x1xf32>
  %zero = lnn.constant dense<0.0> : tensor<1xf32>
  // expected-error @below {{carries a state that could overflow: unit 0 has no proved bound}}
  // expected-note @below {{a step that does not overshoot has one: more sub-steps, a smaller dt, or solver=fused}}
  %state = lnn.scan over %rows : tensor<2x1xf32> from %zero : tensor<1xf32> {
  ^bb0(%row: tensor<1xf32>, %x: tensor<1xf32>):
    %next = lnn.euler_step %x, %row dt 1.0 : tensor<1xf32>
    lnn.yield %next : tensor<1xf32>
  }
  lnn.return %state : tensor<1xf32>
}

// -----

lnn.model @continuous {
^bb0(%window: tensor<2xf32>):
  // expected-error @below {{lnn-quantize takes discretized real-level networks; found lnn.ode}}
  %0 = lnn.ode %window : tensor<2xf32> {
  ^bb0(%s: tensor<2xf32>):
    lnn.yield %s : tensor<2xf32>
  }
  lnn.return %0 : tensor<2xf32>
}

// -----

lnn.model @foreign {
^bb0(%window: tensor<2xf32>):
  // expected-error @below {{found test.op}}
  %0 = "test.op"(%window) : (tensor<2xf32>) -> tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// -----

// Run twice, or out of order.
lnn.model @integers {
^bb0(%window: tensor<2xi16>):
  // expected-error @below {{lnn-quantize takes discretized real-level networks; found lnn.constant of 'tensor<2xi16>'}}
  %0 = lnn.constant dense<0> : tensor<2xi16>
  lnn.return %0 : tensor<2xi16>
}

// -----

lnn.model @unknown_size {
^bb0(%window: tensor<4xf32>):
  // expected-error @below {{has an unknown size: 'tensor<?xf32>'}}
  %0 = lnn.block_mean %window : tensor<4xf32> -> tensor<?xf32>
  %1 = lnn.add %0, %window : tensor<?xf32>, tensor<4xf32> -> tensor<4xf32>
  lnn.return %1 : tensor<4xf32>
}

// -----

// A reciprocal may be anything where its argument may be 0.
lnn.model @no_range {
^bb0(%window: tensor<2xf32>):
  // expected-error @below {{has no finite range to choose a format for}}
  %0 = lnn.activate reciprocal %window : tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// -----

lnn.model @saturates_nowhere {
^bb0(%window: tensor<2xf32>):
  %rows = lnn.stack %window : tensor<2xf32> -> tensor<2x1xf32>
  %zero = lnn.constant dense<0.0> : tensor<1xf32>
  // expected-error @below {{saturates at twice a recorded range, but has none}}
  %state = lnn.scan over %rows : tensor<2x1xf32> from %zero : tensor<1xf32> {
  ^bb0(%row: tensor<1xf32>, %x: tensor<1xf32>):
    %next = lnn.add %x, %row : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
    lnn.yield %next : tensor<1xf32>
  } {lnn.saturates}
  lnn.return %state : tensor<1xf32>
}

// -----

// An integer 0 that does not mean 0 cannot be a factor.
lnn.model @zero_in_product {
^bb0(%window: tensor<2xf32>):
  %0 = lnn.normalize %window offset [1.0] scale [2.0] : tensor<2xf32>
  // expected-error @below {{reads a value whose elements have scales or zeros of their own}}
  %1 = lnn.mul %0, %window : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  lnn.return %1 : tensor<2xf32>
}

// -----

lnn.model @negative_scale {
^bb0(%window: tensor<2xf32>):
  // expected-error @below {{needs a positive scale, not -1}}
  %0 = lnn.normalize %window offset [0.0] scale [-1.0] : tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// -----

// SOH in 16 bits ends at 2.
lnn.model @clamp_out_of_reach {
^bb0(%window: tensor<2xf32>):
  // expected-error @below {{clamps to a range that the 16 bits of its input do not reach: they end at -2.000000e+00 and 1.999939e+00}}
  %0 = lnn.clamp %window to [5.0, 6.0] : tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}
