// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-discretize))' -split-input-file -verify-diagnostics

// The unit and the cure are named.
lnn.model @unstable {
^bb0(%window: tensor<2xf32>):
  %rate = lnn.constant dense<[1.0, 5.0]> : tensor<2xf32>
  // expected-error @below {{explicit Euler is unstable: unit 1 decays by up to 5}}
  // expected-note @below {{stable are dt below 4.000000e-01, 3 or more sub-steps, or solver=fused}}
  %0 = lnn.ode %window : tensor<2xf32> {
  ^bb0(%s: tensor<2xf32>):
    %t = lnn.activate tanh %s : tensor<2xf32>
    %leak = lnn.mul %rate, %s : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    %dx = lnn.sub %t, %leak : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    lnn.yield %dx : tensor<2xf32>
  }
  lnn.return %0 : tensor<2xf32>
}

// -----

// dt * decay = 2 is not below 2; the number of sub-steps is the least that is.
lnn.model @limit {
^bb0(%window: tensor<1xf32>):
  %rate = lnn.constant dense<4.0> : tensor<1xf32>
  // expected-error @below {{dt * decay = 2.000000e+00 is not below 2}}
  // expected-note @below {{3 or more sub-steps, or solver=fused}}
  %0 = lnn.ode %window : tensor<1xf32> {
  ^bb0(%s: tensor<1xf32>):
    %t = lnn.activate tanh %s : tensor<1xf32>
    %leak = lnn.mul %rate, %s : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
    %dx = lnn.sub %t, %leak : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
    lnn.yield %dx : tensor<1xf32>
  } {steps = 2 : i64}
  lnn.return %0 : tensor<1xf32>
}

// -----

lnn.model @grows {
^bb0(%window: tensor<1xf32>):
  // expected-error @below {{has a derivative that grows with the state; no step of it is stable}}
  %0 = lnn.ode %window : tensor<1xf32> {
  ^bb0(%s: tensor<1xf32>):
    %t = lnn.activate tanh %s : tensor<1xf32>
    %dx = lnn.add %t, %s : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
    lnn.yield %dx : tensor<1xf32>
  }
  lnn.return %0 : tensor<1xf32>
}

// -----

lnn.model @square {
^bb0(%window: tensor<1xf32>):
  // expected-error @below {{cannot write the derivative as source - decay * state}}
  %0 = lnn.ode %window : tensor<1xf32> {
  ^bb0(%s: tensor<1xf32>):
    %dx = lnn.mul %s, %s : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
    lnn.yield %dx : tensor<1xf32>
  }
  lnn.return %0 : tensor<1xf32>
}

// -----

// A decay that nothing bounds: here the input itself.
lnn.model @unbounded {
^bb0(%window: tensor<2xf32>):
  // expected-error @below {{has a decay in unit 0 that may lie in [-INF, INF]; a stable step needs it finite and not negative}}
  %0 = lnn.ode %window : tensor<2xf32> {
  ^bb0(%s: tensor<2xf32>):
    %t = lnn.activate tanh %s : tensor<2xf32>
    %leak = lnn.mul %window, %s : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    %dx = lnn.sub %t, %leak : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    lnn.yield %dx : tensor<2xf32>
  }
  lnn.return %0 : tensor<2xf32>
}

// -----

// A decay that may turn negative lets the state grow.
lnn.model @negative {
^bb0(%window: tensor<2xf32>):
  // expected-error @below {{has a decay in unit 0 that may lie in [-1.000000e+00, 1.000000e+00]}}
  %0 = lnn.ode %window : tensor<2xf32> {
  ^bb0(%s: tensor<2xf32>):
    %t = lnn.activate tanh %s : tensor<2xf32>
    %gap = lnn.sub %t, %s : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    %dx = lnn.mul %t, %gap : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    lnn.yield %dx : tensor<2xf32>
  }
  lnn.return %0 : tensor<2xf32>
}
