// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn-select-pareto{flash=-1})' 2>&1 | FileCheck %s --check-prefix=FLASH
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn-select-pareto{ram=-1})' 2>&1 | FileCheck %s --check-prefix=RAM
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn-select-pareto{ms=nan})' 2>&1 | FileCheck %s --check-prefix=MS
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn-select-pareto{mae=-0.1})' 2>&1 | FileCheck %s --check-prefix=MAE
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn-select-pareto{clock-mhz=0})' 2>&1 | FileCheck %s --check-prefix=CLOCK
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn-select-pareto{clock-mhz=inf})' 2>&1 | FileCheck %s --check-prefix=INFINITE
// FLASH: error: lnn-select-pareto wants limits that are not negative and a positive clock; found flash=-1 ram=0 ms=0 mae=0 clock-mhz=64
// RAM: found flash=0 ram=-1
// MS: found flash=0 ram=0 ms=nan
// MAE: mae=-0.1
// CLOCK: clock-mhz=0
// INFINITE: clock-mhz=inf

lnn.model @a attributes {lnn.measured = {mae_int8 = 1.0e-3 : f64},
    lnn.cost = {flash = 9000 : i64, ram = 500 : i64, stack = 64 : i64, instructions = 9000 : i64, cycles = 40000 : i64}} {
^bb0(%w: tensor<2xi16>):
  lnn.return %w : tensor<2xi16>
}
