// A continuous cell and its steps.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// ode_c1: state
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{has a body that must take the state 'tensor<2xf32>'}}
%r = lnn.ode %x : tensor<2xf32> {
^bb0(%a: tensor<3xf32>):
  lnn.yield %x : tensor<2xf32>
} 

// -----

// ode_c1: arguments
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{has a body that must take the state}}
%r = lnn.ode %x : tensor<2xf32> {
^bb0(%a: tensor<2xf32>, %b: tensor<2xf32>):
  lnn.yield %a : tensor<2xf32>
} 

// -----

// ode_c2
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{must yield one derivative of type 'tensor<2xf32>'}}
%r = lnn.ode %x : tensor<2xf32> {
^bb0(%a: tensor<2xf32>):
  lnn.yield %a, %a : tensor<2xf32>, tensor<2xf32>
} 

// -----

// dt_c1: lnn.ode
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{needs a positive, finite dt, not 0}}
%r = lnn.ode %x : tensor<2xf32> {
^bb0(%a: tensor<2xf32>):
  lnn.yield %a : tensor<2xf32>
} {dt = 0.0 : f64}

// -----

// dt_c1: lnn.euler_step
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{needs a positive, finite dt, not -1}}
%r = lnn.euler_step %x, %x dt -1.0 : tensor<2xf32>

// -----

// dt_c1: lnn.fused_step
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{needs a positive, finite dt, not INF}}
%r = lnn.fused_step %x, %x, %x dt 0x7FF0000000000000 : tensor<2xf32>

// -----

// dt_c1: not a number
%x = "test.value"() : () -> tensor<2xf32>
// expected-error @below {{needs a positive, finite dt, not nan}}
%r = lnn.euler_step %x, %x dt 0x7FF8000000000000 : tensor<2xf32>

// -----

// steps are positive
%x = "test.value"() : () -> tensor<2xf32>
%r = lnn.ode %x : tensor<2xf32> {
^bb0(%a: tensor<2xf32>):
  lnn.yield %a : tensor<2xf32>
// expected-error @below {{attribute 'steps' failed to satisfy constraint}}
} {steps = 0 : i64}

// -----

// the solver is an enumeration
%x = "test.value"() : () -> tensor<2xf32>
%r = lnn.ode %x : tensor<2xf32> {
^bb0(%a: tensor<2xf32>):
  lnn.yield %a : tensor<2xf32>
// expected-error @below {{attribute 'solver' failed to satisfy constraint}}
} {solver = "fused"}
