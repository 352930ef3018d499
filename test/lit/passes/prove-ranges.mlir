// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-prove-ranges))' | FileCheck %s

// sum |w| * max |x| = 2 * 127 * 32767 < 2^23 on the first; 3 weights reach
// beyond it, in a row of any product, and take the other form.
// CHECK-LABEL: lnn.model @packing
lnn.model @packing {
^bb0(%x: tensor<4xi16>):
  // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}dual_row
  %p = lnn.matvec_s8 %x weights dense<[[127, 0, 0, -127], [0, 1, 2, 0]]> : tensor<2x4xi8> : tensor<4xi16> -> tensor<2xi32>
  // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}byte_pair
  %q = lnn.matvec_s8 %x weights dense<[[127, 127, 0, -127], [0, 1, 2, 0]]> : tensor<2x4xi8> : tensor<4xi16> -> tensor<2xi32>
  // A high byte is 256 times smaller.
  %h = lnn.high_byte %x : tensor<4xi16>
  // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}dual_row
  %r = lnn.matvec_s8 %h weights dense<127> : tensor<2x4xi8> : tensor<4xi16> -> tensor<2xi32>
  %s = lnn.requantize %r multiplier [1000] shift 0 bias [0] : tensor<2xi32> -> tensor<2xi16>
  lnn.return %s : tensor<2xi16>
}

// x + f * (a - x) with f from 0 to 1 in Q15: plain intervals reach twice
// beyond 16 bits; that the step rises with x keeps it within them.
// CHECK-LABEL: lnn.model @monotone
lnn.model @monotone {
^bb0(%window: tensor<2xi16>):
  %rows = lnn.stack %window : tensor<2xi16> -> tensor<2x2xi16>
  %zero = lnn.constant dense<0> : tensor<2xi16>
  %state = lnn.scan over %rows : tensor<2x2xi16> from %zero : tensor<2xi16> {
  ^bb0(%row: tensor<2xi16>, %x: tensor<2xi16>):
    %f = lnn.lut_s16 %row table [0, 16384, 32767] : tensor<2xi16>
    %a = lnn.lut_s16 %row table [-32767, 0, 32767] : tensor<2xi16>
    %gap = lnn.sub_s32 %a, %x : tensor<2xi16>, tensor<2xi16> -> tensor<2xi32>
    %move = lnn.mul_s32 %f, %gap : tensor<2xi16>, tensor<2xi32> -> tensor<2xi32>
    %delta = lnn.round_shift_s32 %move by 15 : tensor<2xi32> -> tensor<2xi32>
    // CHECK: lnn.euler_step_s16
    %next = lnn.euler_step_s16 %x, %delta : tensor<2xi16>, tensor<2xi32>
    lnn.yield %next : tensor<2xi16>
  }
  lnn.return %state : tensor<2xi16>
}

// A packing that an earlier run chose is chosen anew, and what rested on it is
// gone: a dense product of so many columns cannot be unrolled.
// CHECK-LABEL: lnn.model @again
lnn.model @again {
^bb0(%x: tensor<200xi16>):
  // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}dual_row :
  %0 = lnn.matvec_s8 %x weights dense<0> : tensor<2x200xi8> packing byte_pair_sparse unroll : tensor<200xi16> -> tensor<2xi32>
  %1 = lnn.clamp_s32 %0 to [0, 9] : tensor<2xi32> -> tensor<2xi16>
  lnn.return %1 : tensor<2xi16>
}
