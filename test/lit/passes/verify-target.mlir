// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-fuse-elementwise,lnn-prove-ranges,lnn-plan-memory,lnn-verify-target))' | FileCheck %s
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-fuse-elementwise,lnn-prove-ranges,lnn-plan-memory,lnn-verify-target{max-arena-bytes=15}))' 2>&1 | FileCheck %s --check-prefix=ROOM

// ROOM: error: needs an arena of 16 bytes; the target has 15
// CHECK-LABEL: lnn.model @complete
lnn.model @complete {
^bb0(%x: tensor<2xi16>):
  %p = lnn.matvec_s8 %x weights dense<1> : tensor<2x2xi8> : tensor<2xi16> -> tensor<2xi32>
  %f = lnn.clamp_s32 %p to [0, 9] : tensor<2xi32> -> tensor<2xi16>
  lnn.return %f : tensor<2xi16>
}
