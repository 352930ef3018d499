// Without sequences, or after formats were chosen, there is nothing to record.
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-calibrate))' 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-calibrate{uniform=10001}))' 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-calibrate{uniform=2 sequences=%s}))' 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-calibrate{sequences=%t.missing}))' 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-calibrate{sequences=%s}))' 2>&1 | FileCheck %s --check-prefix=TEXT
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize,lnn-calibrate{uniform=2}))' 2>&1 | FileCheck %s --check-prefix=LATE
// RUN: %python %S/Inputs/sequences.py %t.other 2 other=4
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-calibrate{sequences=%t.other}))' 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: %python %S/Inputs/sequences.py %t.short 2 soh=3
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-calibrate{sequences=%t.short}))' 2>&1 | FileCheck %s --check-prefix=SIZE
// RUN: %python %S/Inputs/sequences.py %t.nan 2 soh=4 nan
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-calibrate{sequences=%t.nan}))' 2>&1 | FileCheck %s --check-prefix=NAN
// RUN: %python %S/Inputs/sequences.py %t.good 2 soh=4
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-calibrate{sequences=%t.good}))' | FileCheck %s --check-prefix=GOOD

// NONE: lnn-calibrate wants sequences=FILE, or uniform=N from 1 to 10000 in place of it
// MISSING: No such file or directory
// TEXT: error: {{.*}}calibrate-invalid.mlir: is MLIR text
// LATE: has a format already; lnn-calibrate comes before lnn-quantize
// NAME: has no tensor 'soh' of what the model's input of that name takes
// SIZE: tensor 'soh' has 6 numbers in its 2 runs; expected as many runs as of other tensors, of 4 each
// NAN: tensor 'soh' has a number that is not finite
// GOOD: lnn.range = array<f64: 0.000000e+00, 1.000000e+00, 1.250000e-01, 1.125000e+00
lnn.model @net {
^bb0(%window: tensor<4xf32>):
  %0 = lnn.clamp %window to [0.0, 2.0] : tensor<4xf32>
  lnn.return %0 : tensor<4xf32>
}
