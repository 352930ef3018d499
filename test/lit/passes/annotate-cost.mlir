// What a cost is worth is held to an emulated Cortex-M4 elsewhere. Here: all
// five figures are there, RAM is what the state's structure takes, and a second
// run says the same.
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-fuse-elementwise,lnn-prove-ranges,lnn-plan-memory,lnn-annotate-cost))' -o %t
// RUN: FileCheck %s --input-file=%t
// RUN: dlnet-opt %t --pass-pipeline='builtin.module(lnn.model(lnn-annotate-cost))' | diff %t -

// A word of bookkeeping, 2 elements of the window, and 4 accumulators: kernels
// write them by fours.
// CHECK-LABEL: lnn.model @small
// CHECK-SAME: lnn.cost = {cycles = {{[1-9][0-9]*}} : i64, flash = {{[1-9][0-9]*}} : i64, instructions = {{[1-9][0-9]*}} : i64, ram = 24 : i64, stack = {{[1-9][0-9]*}} : i64}
lnn.model @small {
^bb0(%x: tensor<2xi16>):
  %p = lnn.matvec_s8 %x weights dense<1> : tensor<1x2xi8> : tensor<2xi16> -> tensor<1xi32>
  %q = lnn.clamp_s32 %p to [0, 9] : tensor<1xi32> -> tensor<1xi16>
  lnn.return %q : tensor<1xi16>
}

// A word, 5 elements, the age and what fills its word; 8 accumulators, 16 bits
// of the group's 6 elements.
// CHECK-LABEL: lnn.model @aged
// CHECK-SAME: ram = 60 : i64
lnn.model @aged {
^bb0(%x: tensor<5xi16>, %age: tensor<1xi16>):
  %p = lnn.matvec_s8 %x weights dense<1> : tensor<6x5xi8> : tensor<5xi16> -> tensor<6xi32>
  %q = lnn.add_s32 %p, %age : tensor<6xi32>, tensor<1xi16> -> tensor<6xi32>
  %r = lnn.clamp_s32 %q to [0, 9] : tensor<6xi32> -> tensor<6xi16>
  %s = lnn.matvec_s8 %r weights dense<1> : tensor<2x6xi8> : tensor<6xi16> -> tensor<2xi32>
  %t = lnn.clamp_s32 %s to [0, 9] : tensor<2xi32> -> tensor<2xi16>
  lnn.return %t : tensor<2xi16>
}
