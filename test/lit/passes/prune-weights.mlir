// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{ratio=0.5}))' | FileCheck %s --check-prefix=BLOCKS
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{what=units ratio=0.5}))' | FileCheck %s --check-prefix=UNITS
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{threshold=4.5}))' | FileCheck %s --check-prefix=THRESHOLD
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{budget-bytes=16}))' | FileCheck %s --check-prefix=BUDGET
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{what=units budget-bytes=13}))' | FileCheck %s --check-prefix=UNITS
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{budget-bytes=100}))' | FileCheck %s --check-prefix=NONE
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{score=sensitivity ratio=0.5}))' | FileCheck %s --check-prefix=SENSITIVE
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{what=units score=sensitivity ratio=0.25}))' | FileCheck %s --check-prefix=UNIT
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{ratio=0.5},lnn-prune-weights{what=units ratio=0.5}))' | FileCheck %s --check-prefix=TWICE
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prune-weights{what=units ratio=0.5}, lnn-eliminate-dead-units))' | FileCheck %s --check-prefix=ELIMINATED

// Squares by block: of the recurrence 4, 16, 36 and 1; of the readout, which
// has blocks of 1x2, 2 and 8.
lnn.model @four_units {
^bb0(%window: tensor<2xf32>):
  %rows = lnn.stack %window : tensor<2xf32> -> tensor<2x1xf32>
  %zero = lnn.constant dense<0.0> : tensor<4xf32>
  %state = lnn.scan over %rows : tensor<2x1xf32> from %zero : tensor<4xf32> {
  ^bb0(%row: tensor<1xf32>, %x: tensor<4xf32>):
    // Half of each matrix; nothing of the inputs, and the biases stay.
    // BLOCKS: lnn.affine({{.*}}) weights [dense<{{\[}}[0.000000e+00, 0.000000e+00, 2.000000e+00, -2.000000e+00], [0.000000e+00, 0.000000e+00, 2.000000e+00, 2.000000e+00], [3.000000e+00, 3.000000e+00, 0.000000e+00, 0.000000e+00], [3.000000e+00, -3.000000e+00, 0.000000e+00, 0.000000e+00]]> : tensor<4x4xf32>, dense<2.000000e+00> : tensor<4x1xf32>] bias dense<5.000000e-01> : tensor<4xf32>
    // BLOCKS-SAME: lnn.masks = [dense<{{\[}}[false, false, true, true], [false, false, true, true], [true, true, false, false], [true, true, false, false]]> : tensor<4x4xi1>, dense<true> : tensor<4x1xi1>]

    // Squares by unit, rows and columns: 34, 34, 34.75 and 34.75. The first two
    // leave 8 weights of 24; the first alone would leave 15.
    // UNITS: lnn.affine({{.*}}) weights [dense<{{\[}}[0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00], [0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00], [0.000000e+00, 0.000000e+00, 5.000000e-01, 5.000000e-01], [0.000000e+00, 0.000000e+00, 5.000000e-01, 5.000000e-01]]> : tensor<4x4xf32>, dense<{{\[}}[0.000000e+00], [0.000000e+00], [2.000000e+00], [2.000000e+00]]> : tensor<4x1xf32>] bias dense<[0.000000e+00, 0.000000e+00, 5.000000e-01, 5.000000e-01]> : tensor<4xf32>
    // UNITS-SAME: lnn.masks = [dense<{{\[}}[false, false, false, false], [false, false, false, false], [false, false, true, true], [false, false, true, true]]> : tensor<4x4xi1>, dense<{{\[}}[false], [false], [true], [true]]> : tensor<4x1xi1>]

    // Over all matrices: 1, 2 and 4.
    // THRESHOLD: weights [dense<{{\[}}[0.000000e+00, 0.000000e+00, 2.000000e+00, -2.000000e+00], {{.*}}, [3.000000e+00, 3.000000e+00, 0.000000e+00, 0.000000e+00], {{.*}}]> : tensor<4x4xf32>

    // 20 weights are in question; 1 frees four of them, and no more need go.
    // BUDGET: weights [dense<{{\[}}[1.000000e+00, 1.000000e+00, 2.000000e+00, -2.000000e+00], {{.*}}, [3.000000e+00, 3.000000e+00, 0.000000e+00, 0.000000e+00], {{.*}}]> : tensor<4x4xf32>

    // NONE: lnn.masks = [dense<true> : tensor<4x4xi1>, dense<true> : tensor<4x1xi1>]
    // NONE: lnn.masks = [dense<true> : tensor<1x4xi1>]

    // The columns of the first two units are worth a tenth, by their ranges.
    // SENSITIVE: weights [dense<{{\[}}[0.000000e+00, 0.000000e+00, 2.000000e+00, -2.000000e+00], [0.000000e+00, 0.000000e+00, 2.000000e+00, 2.000000e+00], [0.000000e+00, 0.000000e+00, 5.000000e-01, 5.000000e-01], [0.000000e+00, 0.000000e+00, 5.000000e-01, 5.000000e-01]]> : tensor<4x4xf32>, dense<2.000000e+00>

    // Only by its columns; all columns are taken, and its row as well.
    // UNIT: weights [dense<{{\[}}[0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00], [0.000000e+00, 1.000000e+00, 2.000000e+00, 2.000000e+00], [0.000000e+00, 3.000000e+00, 5.000000e-01, 5.000000e-01], [0.000000e+00, -3.000000e+00, 5.000000e-01, 5.000000e-01]]> : tensor<4x4xf32>, dense<{{\[}}[0.000000e+00], [2.000000e+00], [2.000000e+00], [2.000000e+00]]> : tensor<4x1xf32>] bias dense<[0.000000e+00, 5.000000e-01, 5.000000e-01, 5.000000e-01]>

    // The masks of both: first the blocks, then of what is left the first two
    // units, which have squares of 30 against 34.
    // TWICE: lnn.masks = [dense<false> : tensor<4x4xi1>, dense<{{\[}}[false], [false], [true], [true]]> : tensor<4x1xi1>]

    // ELIMINATED: lnn.affine({{.*}}) weights [dense<5.000000e-01> : tensor<2x2xf32>, dense<2.000000e+00> : tensor<2x1xf32>] bias dense<5.000000e-01> : tensor<2xf32> :
    %a = lnn.affine(%x, %row) weights [dense<[[1.0, 1.0, 2.0, -2.0], [1.0, 1.0, 2.0, 2.0], [3.0, 3.0, 0.5, 0.5], [3.0, -3.0, 0.5, 0.5]]> : tensor<4x4xf32>, dense<2.0> : tensor<4x1xf32>] bias dense<0.5> : tensor<4xf32> : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xf32>
    %next = lnn.activate tanh %a : tensor<4xf32>
    lnn.yield %next : tensor<4xf32>
  } {lnn.range = array<f64: -0.1, 0.1, -0.1, 0.2, -1.0, 0.5, 0.0, 1.0>}
  // BLOCKS: weights [dense<{{\[}}[0.000000e+00, 0.000000e+00, 2.000000e+00, 2.000000e+00]]> : tensor<1x4xf32>] bias dense<1.000000e+00>
  // BLOCKS-SAME: lnn.masks = [dense<{{\[}}[false, false, true, true]]> : tensor<1x4xi1>]
  // UNITS: weights [dense<{{\[}}[0.000000e+00, 0.000000e+00, 2.000000e+00, 2.000000e+00]]> : tensor<1x4xf32>] bias dense<1.000000e+00>
  // THRESHOLD: weights [dense<{{\[}}[0.000000e+00, 0.000000e+00, 2.000000e+00, 2.000000e+00]]>
  // BUDGET: weights [dense<{{\[}}[1.000000e+00, -1.000000e+00, 2.000000e+00, 2.000000e+00]]>
  // SENSITIVE: weights [dense<{{\[}}[0.000000e+00, 0.000000e+00, 2.000000e+00, 2.000000e+00]]>
  // UNIT: weights [dense<{{\[}}[0.000000e+00, -1.000000e+00, 2.000000e+00, 2.000000e+00]]>
  // ELIMINATED: weights [dense<2.000000e+00> : tensor<1x2xf32>]
  %r = lnn.affine(%state) weights [dense<[[1.0, -1.0, 2.0, 2.0]]> : tensor<1x4xf32>] bias dense<1.0> : tensor<1xf32> : (tensor<4xf32>) -> tensor<1xf32>
  lnn.return %r : tensor<1xf32>
}
