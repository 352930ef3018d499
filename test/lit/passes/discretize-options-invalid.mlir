// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-discretize{solver=heun}))' 2>&1 | FileCheck %s --check-prefix=SOLVER
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-discretize{steps=65}))' 2>&1 | FileCheck %s --check-prefix=STEPS
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-discretize{steps=-1}))' 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-discretize{dt=-0.5}))' 2>&1 | FileCheck %s --check-prefix=DT
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-discretize{steps=many}))' 2>&1 | FileCheck %s --check-prefix=TYPE

// SOLVER: error: unknown solver 'heun'; expected explicit_euler or fused
// STEPS: error: cannot make 65 sub-steps; expected 1 to 64
// NEGATIVE: error: cannot make -1 sub-steps
// DT: error: cannot step by dt = -5.000000e-01; expected a positive, finite time
// TYPE: 'many' value invalid
lnn.model @m {
^bb0(%window: tensor<2xf32>):
  %0 = lnn.ode %window : tensor<2xf32> {
  ^bb0(%s: tensor<2xf32>):
    %t = lnn.activate tanh %s : tensor<2xf32>
    %dx = lnn.sub %t, %s : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    lnn.yield %dx : tensor<2xf32>
  }
  lnn.return %0 : tensor<2xf32>
}
