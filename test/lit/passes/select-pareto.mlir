// RUN: dlnet-opt %s --split-input-file --pass-pipeline='builtin.module(lnn-select-pareto{flash=8192 ram=600 ms=0.5})' | FileCheck %s
// RUN: dlnet-opt %s --split-input-file --pass-pipeline='builtin.module(lnn-select-pareto)' | FileCheck %s --check-prefix=FREE
// RUN: dlnet-opt %s --split-input-file --pass-pipeline='builtin.module(lnn-select-pareto{ms=0.5 clock-mhz=128})' | FileCheck %s --check-prefix=FAST
// RUN: dlnet-opt %s --split-input-file --pass-pipeline='builtin.module(lnn-select-pareto{mae=0.0015})' | FileCheck %s --check-prefix=ERROR
// RUN: dlnet-opt %s --split-input-file --pass-pipeline='builtin.module(lnn-select-pareto, lnn-select-pareto{flash=8192 ram=600 ms=0.5})' | FileCheck %s

// Every model gets a verdict and the reason for it; a second run replaces them.
// CHECK-LABEL: lnn.model @a
// CHECK-SAME: lnn.verdict = {reason = "over the budget: flash=9000 instead of 8192, ms=0.625 instead of 0.5", status = "over_budget"}
lnn.model @a attributes {lnn.measured = {mae_int8 = 1.0e-3 : f64},
    lnn.cost = {flash = 9000 : i64, ram = 500 : i64, stack = 64 : i64, instructions = 9000 : i64, cycles = 40000 : i64}} {
^bb0(%w: tensor<2xi16>):
  lnn.return %w : tensor<2xi16>
}

// FREE-LABEL: lnn.model @a
// FREE-SAME: lnn.verdict = {reason = "the most accurate within the budget", status = "selected"}
// FAST-LABEL: lnn.model @a
// FAST-SAME: status = "selected"
// ERROR-LABEL: lnn.model @a
// ERROR-SAME: status = "selected"

// CHECK-LABEL: lnn.model @b
// CHECK-SAME: lnn.verdict = {reason = "the most accurate within the budget", status = "selected"}
lnn.model @b attributes {lnn.measured = {mae_int8 = 2.0e-3 : f64},
    lnn.cost = {flash = 3000 : i64, ram = 500 : i64, stack = 64 : i64, instructions = 9000 : i64, cycles = 20000 : i64}} {
^bb0(%w: tensor<2xi16>):
  lnn.return %w : tensor<2xi16>
}

// FREE-LABEL: lnn.model @b
// FREE-SAME: lnn.verdict = {reason = "on the front, but a is preferred: mae=0.001 against 0.002", status = "front"}
// ERROR-LABEL: lnn.model @b
// ERROR-SAME: lnn.verdict = {reason = "over the budget: mae=0.002 instead of 0.0015", status = "over_budget"}

// Equal flash does not save it.
// CHECK-LABEL: lnn.model @c
// CHECK-SAME: lnn.verdict = {by = @b, reason = "dominated by b: mae=0.002 against 0.0021, ram=500 against 600, cycles=20000 against 25000", status = "dominated"}
lnn.model @c attributes {lnn.measured = {mae_int8 = 2.1e-3 : f64},
    lnn.cost = {flash = 3000 : i64, ram = 600 : i64, stack = 64 : i64, instructions = 9000 : i64, cycles = 25000 : i64}} {
^bb0(%w: tensor<2xi16>):
  lnn.return %w : tensor<2xi16>
}

// Less accurate than all, but the smallest.
// CHECK-LABEL: lnn.model @d
// CHECK-SAME: lnn.verdict = {reason = "on the front, but b is preferred: mae=0.002 against 0.004", status = "front"}
lnn.model @d attributes {lnn.measured = {mae_int8 = 4.0e-3 : f64},
    lnn.cost = {flash = 1000 : i64, ram = 500 : i64, stack = 64 : i64, instructions = 9000 : i64, cycles = 20000 : i64}} {
^bb0(%w: tensor<2xi16>):
  lnn.return %w : tensor<2xi16>
}

// Dominated as well as too large: both are said. Of a and b, which dominate it,
// the first named is the more accurate one.
// CHECK-LABEL: lnn.model @e
// CHECK-SAME: lnn.verdict = {by = @a, reason = "dominated by a: mae=0.001 against 0.002, ram=500 against 700, cycles=40000 against 50000; over the budget: flash=9000 instead of 8192, ram=700 instead of 600, ms=0.7813 instead of 0.5", status = "dominated"}
lnn.model @e attributes {lnn.measured = {mae_int8 = 2.0e-3 : f64},
    lnn.cost = {flash = 9000 : i64, ram = 700 : i64, stack = 64 : i64, instructions = 9000 : i64, cycles = 50000 : i64}} {
^bb0(%w: tensor<2xi16>):
  lnn.return %w : tensor<2xi16>
}

// -----

// Of equally accurate models the fastest is selected, then the smallest; of
// equal ones the first, and the other is not dominated.
// CHECK-LABEL: lnn.model @large
// CHECK-SAME: lnn.verdict = {by = @fast, reason = "dominated by fast: cycles=2000 against 3000", status = "dominated"}
lnn.model @large attributes {lnn.measured = {mae_int8 = 1.0e-3 : f64},
    lnn.cost = {flash = 2000 : i64, ram = 500 : i64, stack = 64 : i64, instructions = 9000 : i64, cycles = 3000 : i64}} {
^bb0(%w: tensor<2xi16>):
  lnn.return %w : tensor<2xi16>
}
// CHECK-LABEL: lnn.model @small
// CHECK-SAME: lnn.verdict = {reason = "on the front, but fast is preferred: cycles=2000 against 3000", status = "front"}
lnn.model @small attributes {lnn.measured = {mae_int8 = 1.0e-3 : f64},
    lnn.cost = {flash = 1000 : i64, ram = 500 : i64, stack = 64 : i64, instructions = 9000 : i64, cycles = 3000 : i64}} {
^bb0(%w: tensor<2xi16>):
  lnn.return %w : tensor<2xi16>
}
// CHECK-LABEL: lnn.model @fast
// CHECK-SAME: lnn.verdict = {reason = "the most accurate within the budget", status = "selected"}
lnn.model @fast attributes {lnn.measured = {mae_int8 = 1.0e-3 : f64},
    lnn.cost = {flash = 2000 : i64, ram = 500 : i64, stack = 64 : i64, instructions = 9000 : i64, cycles = 2000 : i64}} {
^bb0(%w: tensor<2xi16>):
  lnn.return %w : tensor<2xi16>
}
// CHECK-LABEL: lnn.model @twin
// CHECK-SAME: lnn.verdict = {reason = "on the front, but fast comes first and is as good", status = "front"}
lnn.model @twin attributes {lnn.measured = {mae_int8 = 1.0e-3 : f64},
    lnn.cost = {flash = 2000 : i64, ram = 500 : i64, stack = 64 : i64, instructions = 9000 : i64, cycles = 2000 : i64}} {
^bb0(%w: tensor<2xi16>):
  lnn.return %w : tensor<2xi16>
}

// -----

// A figure that is just the limit is within it.
// CHECK-LABEL: lnn.model @exact
// CHECK-SAME: lnn.verdict = {reason = "the most accurate within the budget", status = "selected"}
lnn.model @exact attributes {lnn.measured = {mae_int8 = 1.0e-3 : f64},
    lnn.cost = {flash = 8192 : i64, ram = 600 : i64, stack = 64 : i64, instructions = 9000 : i64, cycles = 32000 : i64}} {
^bb0(%w: tensor<2xi16>):
  lnn.return %w : tensor<2xi16>
}
