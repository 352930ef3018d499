// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-verify-target))'
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-verify-target{target=armv6m}))' 2>&1 | FileCheck %s

// What one target has a kernel for, another one has not.
// CHECK: error: has packing dual_row, which armv6m has no kernel for; run lnn-choose-packing for it
lnn.model @tiny attributes {lnn.arena = [{elements = 4 : i64,
  lifetimes = array<i64: 0, 1>, name = "s32_0", width = 32 : i64} ]} {
^bb0(%window: tensor<2xi16>):
  %0 = lnn.matvec_s8 %window weights dense<[[127, 64]]> : tensor<1x2xi8>
    packing dual_row {lnn.buffers = ["s32_0"]} : tensor<2xi16> -> tensor<1xi32>
  %1 = lnn.fused {
    %2 = lnn.requantize %0 multiplier [16909320] shift 0 bias [2048]
      : tensor<1xi32> -> tensor<1xi32>
    %3 = lnn.clamp_s32 %2 to [0, 32767] : tensor<1xi32> -> tensor<1xi16>
    lnn.yield %3 : tensor<1xi16>
  } {lnn.buffers = ["forecast"]} : tensor<1xi16>
  lnn.return %1 : tensor<1xi16>
}
