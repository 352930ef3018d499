// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-unroll-products{target=rv32}))' | FileCheck %s
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-unroll-products))' 2>&1 | FileCheck %s --check-prefix=FOREIGN

// A target without kernels for it keeps its loops.
// CHECK: packing four_rows : tensor<24xi16>
// FOREIGN: error: has packing four_rows, which cortex_m4 has no kernel for; run lnn-choose-packing for it
lnn.model @m {
^bb0(%x: tensor<24xi16>):
  %0 = lnn.matvec_s8 %x weights dense<1> : tensor<24x24xi8> packing four_rows : tensor<24xi16> -> tensor<24xi32>
  %1 = lnn.clamp_s32 %0 to [0, 9] : tensor<24xi32> -> tensor<24xi16>
  lnn.return %1 : tensor<24xi16>
}
