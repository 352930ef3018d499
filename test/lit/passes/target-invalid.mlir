// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-choose-packing{target=z80}))' 2>&1 | FileCheck %s
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-unroll-products{target=z80}))' 2>&1 | FileCheck %s
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-verify-target{target=z80}))' 2>&1 | FileCheck %s
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-annotate-cost{target=z80}))' 2>&1 | FileCheck %s

// A target that nobody knows, in each pass that asks for one.
// CHECK: error: unknown target 'z80'; expected one of armv6m, cortex_m33, cortex_m4, cortex_m7, rv32
lnn.model @m attributes {lnn.arena = []} {
^bb0(%x: tensor<2xi16>):
  lnn.return %x : tensor<2xi16>
}
