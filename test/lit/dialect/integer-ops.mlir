// Every operation of the integer level survives a round trip.
// RUN: dlnet-opt %s | dlnet-opt | FileCheck %s

// CHECK-LABEL: lnn.model @network
lnn.model @network {
// CHECK: ^bb0(%[[WINDOW:.*]]: tensor<4xi16>):
^bb0(%window: tensor<4xi16>):
  // CHECK: %[[SUM:.*]] = lnn.block_sum_s16 %[[WINDOW]] : tensor<4xi16> -> tensor<2xi32>
  %sum = lnn.block_sum_s16 %window : tensor<4xi16> -> tensor<2xi32>
  // CHECK: %[[ZERO:.*]] = lnn.constant dense<0> : tensor<2xi16>
  %zero = lnn.constant dense<0> : tensor<2xi16>
  // CHECK: %[[ROWS:.*]] = lnn.stack %[[ZERO]] : tensor<2xi16> -> tensor<2x2xi16>
  %rows = lnn.stack %zero : tensor<2xi16> -> tensor<2x2xi16>
  // CHECK: %[[STATE:.*]] = lnn.scan over %[[ROWS]] : tensor<2x2xi16> from %[[ZERO]] : tensor<2xi16>
  %state = lnn.scan over %rows : tensor<2x2xi16> from %zero : tensor<2xi16> {
  ^bb0(%row: tensor<2xi16>, %x: tensor<2xi16>):
    // CHECK: lnn.high_byte %[[X:.*]] : tensor<2xi16>
    %high = lnn.high_byte %x : tensor<2xi16>
    // CHECK: lnn.matvec_s8 %{{.*}} weights dense<{{.*}}> : tensor<2x2xi8> : tensor<2xi16> -> tensor<2xi32>
    %p = lnn.matvec_s8 %row weights dense<[[1, -2], [127, -127]]> : tensor<2x2xi8> : tensor<2xi16> -> tensor<2xi32>
    // CHECK: lnn.matvec_s8 %{{.*}} weights dense<3> : tensor<2x2xi8> packing {{ *}}dual_row : tensor<2xi16> -> tensor<2xi32>
    %q = lnn.matvec_s8 %high weights dense<3> : tensor<2x2xi8> packing dual_row : tensor<2xi16> -> tensor<2xi32>
    // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}byte_pair :
    %r = lnn.matvec_s8 %high weights dense<3> : tensor<2x2xi8> packing byte_pair : tensor<2xi16> -> tensor<2xi32>
    // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}dual_row unroll :
    %qu = lnn.matvec_s8 %high weights dense<0> : tensor<2x2xi8> packing dual_row unroll : tensor<2xi16> -> tensor<2xi32>
    // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}dual_row_sparse :
    %qs = lnn.matvec_s8 %high weights dense<0> : tensor<2x2xi8> packing dual_row_sparse : tensor<2xi16> -> tensor<2xi32>
    // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}four_rows :
    %r4 = lnn.matvec_s8 %high weights dense<3> : tensor<2x2xi8> packing four_rows : tensor<2xi16> -> tensor<2xi32>
    // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}byte_pair_sparse :
    %rs = lnn.matvec_s8 %high weights dense<0> : tensor<2x2xi8> packing byte_pair_sparse : tensor<2xi16> -> tensor<2xi32>
    // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}byte_pair_sparse unroll :
    %rsu = lnn.matvec_s8 %high weights dense<0> : tensor<2x2xi8> packing byte_pair_sparse unroll : tensor<2xi16> -> tensor<2xi32>
    // CHECK: %[[A:.*]] = lnn.requantize %{{.*}} multiplier [1073741824] shift 2 bias [-1, 1] : tensor<2xi32> -> tensor<2xi32>
    %a = lnn.requantize %p multiplier [1073741824] shift 2 bias [-1, 1] : tensor<2xi32> -> tensor<2xi32>
    // CHECK: lnn.requantize %{{.*}} plus %[[A]] : tensor<2xi32> multiplier [1, 2] shift 0 bias [0] : tensor<2xi32> -> tensor<2xi16>
    %b = lnn.requantize %q plus %a : tensor<2xi32> multiplier [1, 2] shift 0 bias [0] : tensor<2xi32> -> tensor<2xi16>
    // CHECK: lnn.lut_s16 %{{.*}} table [-5, 0, 5] : tensor<2xi16>
    %f = lnn.lut_s16 %b table [-5, 0, 5] : tensor<2xi16>
    // CHECK: lnn.add_s32 %{{.*}}, %{{.*}} : tensor<2xi16>, tensor<2xi32> -> tensor<2xi32>
    %add = lnn.add_s32 %f, %a : tensor<2xi16>, tensor<2xi32> -> tensor<2xi32>
    // CHECK: lnn.sub_s32 %{{.*}}, %{{.*}} : tensor<2xi32>, tensor<2xi16> -> tensor<2xi32>
    %sub = lnn.sub_s32 %add, %x : tensor<2xi32>, tensor<2xi16> -> tensor<2xi32>
    // CHECK: lnn.mul_s32 %{{.*}}, %{{.*}} : tensor<2xi32>, tensor<2xi16> -> tensor<2xi32>
    %mul = lnn.mul_s32 %sub, %f : tensor<2xi32>, tensor<2xi16> -> tensor<2xi32>
    // CHECK: lnn.scale_s32 %{{.*}} by -10 : tensor<2xi16> -> tensor<2xi32>
    %scale = lnn.scale_s32 %f by -10 : tensor<2xi16> -> tensor<2xi32>
    // CHECK: lnn.round_shift_s32 %{{.*}} by 15 : tensor<2xi32> -> tensor<2xi32>
    %shift = lnn.round_shift_s32 %mul by 15 : tensor<2xi32> -> tensor<2xi32>
    // CHECK: lnn.clamp_s32 %{{.*}} to[-100, 100] : tensor<2xi32> -> tensor<2xi32>
    %limited = lnn.clamp_s32 %shift to [-100, 100] : tensor<2xi32> -> tensor<2xi32>
    // CHECK: lnn.euler_step_s16 %[[X]], %{{.*}} : tensor<2xi16>, tensor<2xi32>
    %next = lnn.euler_step_s16 %x, %limited : tensor<2xi16>, tensor<2xi32>
    lnn.yield %next : tensor<2xi16>
  }
  // CHECK: %[[BOTH:.*]]:2 = lnn.fused {
  %both:2 = lnn.fused {
    %doubled = lnn.scale_s32 %state by 2 : tensor<2xi16> -> tensor<2xi32>
    // CHECK: lnn.clamp_s32 %{{.*}} to[0, 32767] : tensor<2xi32> -> tensor<2xi16>
    %narrow = lnn.clamp_s32 %doubled to [0, 32767] : tensor<2xi32> -> tensor<2xi16>
    // CHECK: lnn.yield %{{.*}}, %{{.*}} : tensor<2xi16>, tensor<2xi32>
    lnn.yield %narrow, %doubled : tensor<2xi16>, tensor<2xi32>
  // CHECK: } : tensor<2xi16>, tensor<2xi32>
  } : tensor<2xi16>, tensor<2xi32>
  // CHECK: lnn.fused
  %forecast = lnn.fused {
    // CHECK: lnn.interpolate_s32 %[[BOTH]]#1 : tensor<2xi32> -> tensor<4xi32>
    %curve = lnn.interpolate_s32 %both#1 : tensor<2xi32> -> tensor<4xi32>
    %narrow = lnn.clamp_s32 %curve to [0, 32767] : tensor<4xi32> -> tensor<4xi16>
    lnn.yield %narrow : tensor<4xi16>
  } : tensor<4xi16>
  // CHECK: lnn.return %{{.*}} : tensor<4xi16>
  lnn.return %forecast : tensor<4xi16>
}
