// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights))' 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{ratio=nan}))' 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{ratio=0.5 threshold=1.0}))' 2>&1 | FileCheck %s --check-prefix=TWO
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{ratio=0.5 budget-bytes=0}))' 2>&1 | FileCheck %s --check-prefix=TWO
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{ratio=1.5}))' 2>&1 | FileCheck %s --check-prefix=RATIO
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{ratio=-0.5}))' 2>&1 | FileCheck %s --check-prefix=RATIO
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{ratio=inf}))' 2>&1 | FileCheck %s --check-prefix=RATIO
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{threshold=-1.0}))' 2>&1 | FileCheck %s --check-prefix=THRESHOLD
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{threshold=inf}))' 2>&1 | FileCheck %s --check-prefix=THRESHOLD
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{budget-bytes=-2}))' 2>&1 | FileCheck %s --check-prefix=BUDGET
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{what=rows ratio=0.5}))' 2>&1 | FileCheck %s --check-prefix=WHAT
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{score=luck ratio=0.5}))' 2>&1 | FileCheck %s --check-prefix=SCORE
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{ratio=1.0}))' 2>&1 | FileCheck %s --check-prefix=ALL
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{what=units budget-bytes=0}))' 2>&1 | FileCheck %s --check-prefix=ALL
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{what=units threshold=1000.0}))' 2>&1 | FileCheck %s --check-prefix=ALL
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{score=sensitivity ratio=0.5}))' 2>&1 | FileCheck %s --check-prefix=RANGE

// NONE: error: lnn-prune-weights wants exactly one of ratio, threshold and budget-bytes, not 0
// TWO: error: lnn-prune-weights wants exactly one of ratio, threshold and budget-bytes, not 2
// RATIO: error: lnn-prune-weights wants a ratio from 0 to 1, not
// THRESHOLD: error: lnn-prune-weights wants a finite threshold of 0 or more, not
// BUDGET: error: lnn-prune-weights wants a budget of 0 bytes or more, not -2
// WHAT: error: lnn-prune-weights wants what=units or what=blocks, not 'rows'
// SCORE: error: lnn-prune-weights wants score=magnitude or score=sensitivity, not 'luck'
// ALL: error: lnn-prune-weights would leave nothing: the forecast would read no unit of the state
// RANGE: error: has no recorded range of its state (lnn.range), which sensitivity is scored by
lnn.model @m {
^bb0(%window: tensor<2xf32>):
  %zero = lnn.constant dense<0.0> : tensor<2xf32>
  %state = lnn.scan times 3 from %zero : tensor<2xf32> {
  ^bb0(%x: tensor<2xf32>):
    %a = lnn.affine(%x) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.5> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
    %next = lnn.activate tanh %a : tensor<2xf32>
    lnn.yield %next : tensor<2xf32>
  }
  %r = lnn.affine(%state) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  lnn.return %r : tensor<2xf32>
}
