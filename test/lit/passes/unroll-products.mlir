// RUN: dlnet-opt %s --split-input-file --pass-pipeline='builtin.module(lnn.model(lnn-unroll-products))' | FileCheck %s
// RUN: dlnet-opt %s --split-input-file --pass-pipeline='builtin.module(lnn.model(lnn-unroll-products{flash=208}))' | FileCheck %s
// RUN: dlnet-opt %s --split-input-file --pass-pipeline='builtin.module(lnn.model(lnn-unroll-products{flash=207}))' | FileCheck %s --check-prefix=LESS
// RUN: dlnet-opt %s --split-input-file --pass-pipeline='builtin.module(lnn.model(lnn-unroll-products{flash=0}))' | FileCheck %s --check-prefix=NONE

// Two products of the recurrence share a kernel: 396 bytes for 204 more than
// the one with the loop, which nobody calls then. Dense kernels take four rows at
// a time; for the two of the readout, 4 bytes more buy code for just them.
// CHECK-LABEL: lnn.model @recurrence
// LESS-LABEL: lnn.model @recurrence
// NONE-LABEL: lnn.model @recurrence
lnn.model @recurrence {
^bb0(%window: tensor<24xi16>):
  %state = lnn.scan times 10 from %window : tensor<24xi16> {
  ^bb0(%x: tensor<24xi16>):
    // CHECK: lnn.matvec_s8 {{.*}} packing{{ *}}dual_row unroll :
    // LESS: lnn.matvec_s8 {{.*}} packing{{ *}}dual_row :
    // NONE: lnn.matvec_s8 {{.*}} packing{{ *}}dual_row :
    %a = lnn.matvec_s8 %x weights dense<1> : tensor<24x24xi8> packing dual_row : tensor<24xi16> -> tensor<24xi32>
    // CHECK: lnn.matvec_s8 {{.*}} packing{{ *}}dual_row unroll :
    // LESS: lnn.matvec_s8 {{.*}} packing{{ *}}dual_row :
    %b = lnn.matvec_s8 %x weights dense<2> : tensor<24x24xi8> packing dual_row unroll : tensor<24xi16> -> tensor<24xi32>
    %sum = lnn.add_s32 %a, %b : tensor<24xi32>, tensor<24xi32> -> tensor<24xi32>
    %next = lnn.clamp_s32 %sum to [-32768, 32767] : tensor<24xi32> -> tensor<24xi16>
    lnn.yield %next : tensor<24xi16>
  }
  // CHECK: lnn.matvec_s8 {{.*}} packing{{ *}}byte_pair_sparse unroll :
  // LESS: lnn.matvec_s8 {{.*}} packing{{ *}}byte_pair_sparse unroll :
  // NONE: lnn.matvec_s8 {{.*}} packing{{ *}}dual_row :
  // NONE: lnn.matvec_s8 {{.*}} packing{{ *}}byte_pair :
  %readout = lnn.matvec_s8 %state weights dense<1> : tensor<2x24xi8> packing byte_pair : tensor<24xi16> -> tensor<2xi32>
  %forecast = lnn.clamp_s32 %readout to [0, 32767] : tensor<2xi32> -> tensor<2xi16>
  lnn.return %forecast : tensor<2xi16>
}

// -----

// A narrow product takes less code without a loop: it costs nothing at all.
// CHECK-LABEL: lnn.model @narrow
// NONE-LABEL: lnn.model @narrow
lnn.model @narrow {
^bb0(%window: tensor<4xi16>):
  // CHECK: lnn.matvec_s8 {{.*}} packing{{ *}}byte_pair unroll :
  // NONE: lnn.matvec_s8 {{.*}} packing{{ *}}byte_pair unroll :
  %a = lnn.matvec_s8 %window weights dense<1> : tensor<8x4xi8> packing byte_pair : tensor<4xi16> -> tensor<8xi32>
  %forecast = lnn.clamp_s32 %a to [0, 32767] : tensor<8xi32> -> tensor<8xi16>
  lnn.return %forecast : tensor<8xi16>
}

// -----

// A sparse product of zeros needs hardly any code, and a wide one keeps its loop.
// CHECK-LABEL: lnn.model @others
lnn.model @others {
^bb0(%window: tensor<130xi16>):
  %state = lnn.scan times 1000 from %window : tensor<130xi16> {
  ^bb0(%x: tensor<130xi16>):
    // CHECK: lnn.matvec_s8 {{.*}} packing{{ *}}dual_row :
    %a = lnn.matvec_s8 %x weights dense<1> : tensor<130x130xi8> packing dual_row : tensor<130xi16> -> tensor<130xi32>
    %next = lnn.clamp_s32 %a to [-32768, 32767] : tensor<130xi32> -> tensor<130xi16>
    lnn.yield %next : tensor<130xi16>
  }
  // CHECK: lnn.matvec_s8 {{.*}} packing{{ *}}byte_pair_sparse unroll :
  %b = lnn.matvec_s8 %state weights dense<0> : tensor<2x130xi8> packing byte_pair_sparse : tensor<130xi16> -> tensor<2xi32>
  %forecast = lnn.clamp_s32 %b to [0, 32767] : tensor<2xi32> -> tensor<2xi16>
  lnn.return %forecast : tensor<2xi16>
}

// -----

// Of kernels for which there is no room together, the one that saves most a byte:
// 640 instructions by 188 bytes rather than 298 by 156, or 1480 by 996.
// LESS-LABEL: lnn.model @better
lnn.model @better {
^bb0(%window: tensor<8xi16>):
  // LESS: lnn.matvec_s8 {{.*}} tensor<64x8xi8> packing{{ *}}dual_row :
  %once = lnn.matvec_s8 %window weights dense<1> : tensor<64x8xi8> packing dual_row : tensor<8xi16> -> tensor<64xi32>
  %wide = lnn.clamp_s32 %once to [0, 127] : tensor<64xi32> -> tensor<64xi16>
  %start = lnn.constant dense<0> : tensor<10xi16>
  %state = lnn.scan times 10 from %start : tensor<10xi16> {
  ^bb0(%x: tensor<10xi16>):
    // LESS: lnn.matvec_s8 {{.*}} tensor<10x10xi8> packing{{ *}}dual_row unroll :
    %a = lnn.matvec_s8 %x weights dense<1> : tensor<10x10xi8> packing dual_row : tensor<10xi16> -> tensor<10xi32>
    // LESS: lnn.matvec_s8 {{.*}} tensor<10x64xi8> packing{{ *}}dual_row :
    %b = lnn.matvec_s8 %wide weights dense<1> : tensor<10x64xi8> packing dual_row : tensor<64xi16> -> tensor<10xi32>
    %sum = lnn.add_s32 %a, %b : tensor<10xi32>, tensor<10xi32> -> tensor<10xi32>
    %next = lnn.clamp_s32 %sum to [-128, 127] : tensor<10xi32> -> tensor<10xi16>
    lnn.yield %next : tensor<10xi16>
  }
  %last = lnn.last %state : tensor<10xi16> -> tensor<1xi16>
  lnn.return %last : tensor<1xi16>
}

// -----

// Sparse was better than a loop; without one, dense is better. Its kernel takes
// less than the one that nobody calls then.
// CHECK-LABEL: lnn.model @dense_again
// NONE-LABEL: lnn.model @dense_again
lnn.model @dense_again {
^bb0(%window: tensor<16xi16>):
  %state = lnn.scan times 10 from %window : tensor<16xi16> {
  ^bb0(%x: tensor<16xi16>):
    // CHECK: lnn.matvec_s8 {{.*}} packing{{ *}}dual_row unroll :
    // NONE: lnn.matvec_s8 {{.*}} packing{{ *}}dual_row unroll :
    %a = lnn.matvec_s8 %x weights dense<1> : tensor<16x16xi8> packing dual_row_sparse : tensor<16xi16> -> tensor<16xi32>
    %next = lnn.clamp_s32 %a to [-128, 127] : tensor<16xi32> -> tensor<16xi16>
    lnn.yield %next : tensor<16xi16>
  }
  lnn.return %state : tensor<16xi16>
}
