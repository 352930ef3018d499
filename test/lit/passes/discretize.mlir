// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-discretize))' | FileCheck %s
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-discretize{solver=fused}))' | FileCheck %s --check-prefix=FUSED
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-discretize{steps=4}))' | FileCheck %s --check-prefix=STEPS
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-discretize{dt=0.25}))' | FileCheck %s --check-prefix=DT

// The state-dependent liquid cell dx/dt = f * (a - x): it stays within the
// range of a, which is a tanh.
// CHECK-LABEL: lnn.model @liquid
// FUSED-LABEL: lnn.model @liquid
// STEPS-LABEL: lnn.model @liquid
// DT-LABEL: lnn.model @liquid
lnn.model @liquid {
^bb0(%window: tensor<2xf32>):
  %rows = lnn.stack %window : tensor<2xf32> -> tensor<2x1xf32>
  %zero = lnn.constant dense<0.0> : tensor<2xf32>
  // CHECK: lnn.scan over
  // CHECK: ^bb0(%{{.*}}: tensor<1xf32>, %[[X:.*]]: tensor<2xf32>):
  // FUSED: ^bb0(%{{.*}}: tensor<1xf32>, %[[X:.*]]: tensor<2xf32>):
  // STEPS: ^bb0(%{{.*}}: tensor<1xf32>, %[[X:.*]]: tensor<2xf32>):
  %state = lnn.scan over %rows : tensor<2x1xf32> from %zero : tensor<2xf32> {
  ^bb0(%u: tensor<1xf32>, %x: tensor<2xf32>):
    // CHECK-NOT: lnn.ode
    // CHECK: lnn.affine(%[[X]],
    // CHECK: %[[F:.*]] = lnn.activate {{ *}}sigmoid
    // CHECK: %[[A:.*]] = lnn.activate {{ *}}tanh
    // CHECK: %[[GAP:.*]] = lnn.sub %[[A]], %[[X]]
    // CHECK: %[[DX:.*]] = lnn.mul %[[F]], %[[GAP]]
    // CHECK: %[[NEXT:.*]] = lnn.euler_step %[[X]], %[[DX]] dt 1.000000e+00 {lnn.invariant = array<f64: -1.000000e+00, 1.000000e+00>}
    // CHECK: lnn.yield %[[NEXT]]

    // The derivative is source - decay * x with source = f * a, decay = f.
    // FUSED: %[[F:.*]] = lnn.activate {{ *}}sigmoid
    // FUSED: %[[A:.*]] = lnn.activate {{ *}}tanh
    // FUSED: %[[SOURCE:.*]] = lnn.mul %[[F]], %[[A]]
    // FUSED: lnn.fused_step %[[X]], %[[SOURCE]], %[[F]] dt 1.000000e+00 {lnn.invariant = array<f64: -1.000000e+00, 1.000000e+00>}

    // Sub-steps are a scan of their own that sees the same input.
    // STEPS: %[[INNER:.*]] = lnn.scan times 4 from %[[X]] : tensor<2xf32> {
    // STEPS: ^bb0(%[[S:.*]]: tensor<2xf32>):
    // STEPS: lnn.affine(%[[S]],
    // STEPS: lnn.euler_step %[[S]], %{{.*}} dt 2.500000e-01
    // STEPS: lnn.yield %[[INNER]]

    // DT: lnn.euler_step {{.*}} dt 2.500000e-01
    %next = lnn.ode %x : tensor<2xf32> {
    ^bb0(%s: tensor<2xf32>):
      %sum = lnn.affine(%s, %u) weights [dense<[[1.0, -1.0], [0.5, 2.0]]> : tensor<2x2xf32>, dense<1.0> : tensor<2x1xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>, tensor<1xf32>) -> tensor<2xf32>
      %f = lnn.activate sigmoid %sum : tensor<2xf32>
      %a = lnn.activate tanh %sum : tensor<2xf32>
      %gap = lnn.sub %a, %s : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
      %dx = lnn.mul %f, %gap : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
      lnn.yield %dx : tensor<2xf32>
    }
    lnn.yield %next : tensor<2xf32>
  }
  lnn.return %state : tensor<2xf32>
}

// What the op records holds where no option says otherwise. The box is the
// smallest power of two: sources of up to 3 with a decay of 1 need 4.
// CHECK-LABEL: lnn.model @recorded
lnn.model @recorded {
^bb0(%window: tensor<2xf32>):
  %gain = lnn.constant dense<3.0> : tensor<2xf32>
  // CHECK: lnn.scan times 2 from
  // CHECK: lnn.fused_step {{.*}} dt 2.500000e-01 {lnn.invariant = array<f64: -4.000000e+00, 4.000000e+00>}
  %0 = lnn.ode %window : tensor<2xf32> {
  ^bb0(%s: tensor<2xf32>):
    %t = lnn.activate tanh %s : tensor<2xf32>
    %drive = lnn.mul %gain, %t : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    %dx = lnn.sub %drive, %s : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    lnn.yield %dx : tensor<2xf32>
  } {solver = #lnn<solver fused>, steps = 2 : i64, dt = 0.5 : f64}
  lnn.return %0 : tensor<2xf32>
}
