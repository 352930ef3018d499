// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-plan-memory))' | FileCheck %s

// A buffer is free again after its last use: the second product's accumulators
// lie where the first one's did. 32-bit buffers come first and have room for
// whole groups of four, 16-bit ones for pairs.
// CHECK-LABEL: lnn.model @sharing
// CHECK-SAME: lnn.arena = [{elements = 4 : i64, lifetimes = array<i64: 0, 1, 2, 3>, name = "s32_0", width = 32 : i64}, {elements = 4 : i64, lifetimes = array<i64: 1, 2>, name = "s16_0", width = 16 : i64}]
lnn.model @sharing {
^bb0(%x: tensor<2xi16>):
  // CHECK: lnn.matvec_s8 {{.*}} {lnn.buffers = ["s32_0"]}
  %p = lnn.matvec_s8 %x weights dense<1> : tensor<3x2xi8> : tensor<2xi16> -> tensor<3xi32>
  // CHECK: lnn.fused
  // CHECK: } {lnn.buffers = ["s16_0"]}
  %g = lnn.fused {
    %n = lnn.clamp_s32 %p to [0, 9] : tensor<3xi32> -> tensor<3xi16>
    lnn.yield %n : tensor<3xi16>
  } : tensor<3xi16>
  // CHECK: lnn.matvec_s8 {{.*}} {lnn.buffers = ["s32_0"]}
  %q = lnn.matvec_s8 %g weights dense<1> : tensor<2x3xi8> : tensor<3xi16> -> tensor<2xi32>
  // What is returned is the caller's.
  // CHECK: } {lnn.buffers = ["forecast"]}
  %f = lnn.fused {
    %n = lnn.clamp_s32 %q to [0, 9] : tensor<2xi32> -> tensor<2xi16>
    lnn.yield %n : tensor<2xi16>
  } : tensor<2xi16>
  lnn.return %f : tensor<2xi16>
}

// The step overwrites the state that it reads element by element; the initial
// state is needed until the scan starts, what is read in every step until it
// ends. Constants lie in flash.
// CHECK-LABEL: lnn.model @in_place
lnn.model @in_place {
^bb0(%x: tensor<2xi16>):
  // CHECK: lnn.constant {{.*}} {lnn.buffers = [""]}
  %zero = lnn.constant dense<0> : tensor<2xi16>
  // CHECK: lnn.fused
  // CHECK: } {lnn.buffers = ["[[INPUT:s16_.*]]"]}
  %u = lnn.fused {
    %h = lnn.high_byte %x : tensor<2xi16>
    lnn.yield %h : tensor<2xi16>
  } : tensor<2xi16>
  // CHECK: lnn.scan
  %r = lnn.scan times 3 from %zero : tensor<2xi16> {
  ^bb0(%s: tensor<2xi16>):
    // CHECK: lnn.fused
    // CHECK-NOT: "[[INPUT]]"
    // CHECK: } {lnn.buffers = ["[[STATE:s16_.*]]"]} : tensor<2xi16>
    %n = lnn.fused {
      %a = lnn.add_s32 %s, %u : tensor<2xi16>, tensor<2xi16> -> tensor<2xi32>
      %c = lnn.clamp_s32 %a to [-9, 9] : tensor<2xi32> -> tensor<2xi16>
      lnn.yield %c : tensor<2xi16>
    } : tensor<2xi16>
    lnn.yield %n : tensor<2xi16>
  // CHECK: } {lnn.buffers = ["[[STATE]]"]}
  }
  %f = lnn.fused {
    %c = lnn.clamp_s32 %r to [0, 9] : tensor<2xi16> -> tensor<2xi16>
    lnn.yield %c : tensor<2xi16>
  } : tensor<2xi16>
  lnn.return %f : tensor<2xi16>
}

// Somebody reads the old state after the next one is known: two buffers.
// CHECK-LABEL: lnn.model @not_in_place
lnn.model @not_in_place {
^bb0(%x: tensor<2xi16>):
  %zero = lnn.constant dense<0> : tensor<2xi16>
  %r = lnn.scan times 3 from %zero : tensor<2xi16> {
  ^bb0(%s: tensor<2xi16>):
    // CHECK: lnn.scan
    // CHECK: } {lnn.buffers = ["[[NEXT:s16_.*]]"]}
    %n = lnn.fused {
      %c = lnn.clamp_s32 %s to [-9, 9] : tensor<2xi16> -> tensor<2xi16>
      lnn.yield %c : tensor<2xi16>
    } : tensor<2xi16>
    %p = lnn.matvec_s8 %s weights dense<1> : tensor<2x2xi8> : tensor<2xi16> -> tensor<2xi32>
    lnn.yield %n : tensor<2xi16>
  // CHECK-NOT: } {lnn.buffers = ["[[NEXT]]"]}
  // CHECK: } {lnn.buffers = ["s16_0"]}
  }
  %f = lnn.fused {
    %c = lnn.clamp_s32 %r to [0, 9] : tensor<2xi16> -> tensor<2xi16>
    lnn.yield %c : tensor<2xi16>
  } : tensor<2xi16>
  lnn.return %f : tensor<2xi16>
}

// The newest element is read where it lies, so that its vector stays.
// CHECK-LABEL: lnn.model @newest
lnn.model @newest {
^bb0(%x: tensor<4xi16>):
  // CHECK: lnn.block_sum_s16 {{.*}} {lnn.buffers = ["[[SUMS:s32_.*]]"]}
  %s = lnn.block_sum_s16 %x : tensor<4xi16> -> tensor<2xi32>
  // CHECK: lnn.last {{.*}} {lnn.buffers = [""]}
  %last = lnn.last %s : tensor<2xi32> -> tensor<1xi32>
  // CHECK-NOT: lnn.difference {{.*}}"[[SUMS]]"
  // CHECK: lnn.block_sum_s16 {{.*}} {lnn.buffers = ["s32_1"]}
  %t = lnn.block_sum_s16 %x : tensor<4xi16> -> tensor<1xi32>
  %f = lnn.fused {
    %a = lnn.add_s32 %t, %last : tensor<1xi32>, tensor<1xi32> -> tensor<1xi32>
    %c = lnn.clamp_s32 %a to [0, 9] : tensor<1xi32> -> tensor<1xi16>
    lnn.yield %c : tensor<1xi16>
  } : tensor<1xi16>
  lnn.return %f : tensor<1xi16>
}
