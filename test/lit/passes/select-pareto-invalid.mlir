// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn-select-pareto{flash=2048 ram=512 ms=1 mae=0.0012})' -split-input-file -verify-diagnostics

// The nearest is the one whose worst figure is nearest to its limit, and what
// is shown of it would be enough: 64,001 cycles are a little more than 1 ms.
// expected-error @below {{no model is within the budget; the nearest, near, needs ram=600 instead of 512, ms=1.0001 instead of 1, mae=0.001201 instead of 0.0012}}
module {
  lnn.model @far attributes {lnn.measured = {mae_int8 = 1.0e-3 : f64},
      lnn.cost = {flash = 3400 : i64, ram = 500 : i64, stack = 64 : i64, instructions = 9000 : i64, cycles = 1000 : i64}} {
  ^bb0(%w: tensor<2xi16>):
    lnn.return %w : tensor<2xi16>
  }
  lnn.model @near attributes {lnn.measured = {mae_int8 = 0.0012001 : f64},
      lnn.cost = {flash = 2048 : i64, ram = 600 : i64, stack = 64 : i64, instructions = 9000 : i64, cycles = 64001 : i64}} {
  ^bb0(%w: tensor<2xi16>):
    lnn.return %w : tensor<2xi16>
  }
}

// -----

module {
  // expected-error @below {{model new has no cost; run lnn-annotate-cost}}
  lnn.model @new attributes {lnn.measured = {mae_int8 = 1.0e-3 : f64}} {
  ^bb0(%w: tensor<2xi16>):
    lnn.return %w : tensor<2xi16>
  }
}

// -----

module {
  // expected-error @below {{model new has no measured int8 error}}
  // expected-note @below {{dlnet-train records it on the validation cells, and so does dlnetc evaluate --split validation --record}}
  lnn.model @new attributes {lnn.measured = {mae_float = 1.0e-3 : f64},
      lnn.cost = {flash = 1 : i64, ram = 1 : i64, stack = 64 : i64, instructions = 9000 : i64, cycles = 1 : i64}} {
  ^bb0(%w: tensor<2xi16>):
    lnn.return %w : tensor<2xi16>
  }
}

// -----

module {
  // expected-error @below {{model new has no measured int8 error}}
  // expected-note @below {{dlnet-train}}
  lnn.model @new attributes {lnn.cost = {flash = 1 : i64, ram = 1 : i64, stack = 64 : i64, instructions = 9000 : i64, cycles = 1 : i64}} {
  ^bb0(%w: tensor<2xi16>):
    lnn.return %w : tensor<2xi16>
  }
}

// -----

// expected-error @below {{has no lnn.model to select}}
module {
}
