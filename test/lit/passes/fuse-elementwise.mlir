// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-fuse-elementwise))' | FileCheck %s

// What one product needs and what another gives share no loop; what is
// elementwise between them does, and only what leaves a loop is yielded.
// CHECK-LABEL: lnn.model @groups
lnn.model @groups {
// CHECK: ^bb0(%[[X:.*]]: tensor<2xi16>):
^bb0(%x: tensor<2xi16>):
  // CHECK-NEXT: %[[P:.*]] = lnn.matvec_s8 %[[X]]
  // CHECK-NEXT: %[[G:.*]]:2 = lnn.fused {
  // CHECK: lnn.scale_s32 %[[X]] by 3
  // CHECK: lnn.add_s32
  // CHECK: lnn.clamp_s32
  // CHECK: lnn.yield %{{.*}}, %{{.*}} : tensor<2xi32>, tensor<2xi16>
  // CHECK-NEXT: }
  // CHECK-NEXT: %[[Q:.*]] = lnn.matvec_s8 %[[G]]#1
  // CHECK-NEXT: %[[H:.*]] = lnn.fused {
  // CHECK: lnn.sub_s32 %[[Q]], %[[G]]#0
  // CHECK: lnn.clamp_s32
  // CHECK: }
  // CHECK-NEXT: lnn.return %[[H]]
  %p = lnn.matvec_s8 %x weights dense<1> : tensor<2x2xi8> : tensor<2xi16> -> tensor<2xi32>
  %t = lnn.scale_s32 %x by 3 : tensor<2xi16> -> tensor<2xi32>
  %s = lnn.add_s32 %p, %t : tensor<2xi32>, tensor<2xi32> -> tensor<2xi32>
  %n = lnn.clamp_s32 %s to [-100, 100] : tensor<2xi32> -> tensor<2xi16>
  %q = lnn.matvec_s8 %n weights dense<2> : tensor<2x2xi8> : tensor<2xi16> -> tensor<2xi32>
  %d = lnn.sub_s32 %q, %s : tensor<2xi32>, tensor<2xi32> -> tensor<2xi32>
  %f = lnn.clamp_s32 %d to [0, 32767] : tensor<2xi32> -> tensor<2xi16>
  lnn.return %f : tensor<2xi16>
}

// Loops of different lengths are different loops.
// CHECK-LABEL: lnn.model @lengths
lnn.model @lengths {
^bb0(%x: tensor<4xi16>):
  // CHECK: lnn.fused {
  // CHECK-NEXT: lnn.scale_s32 {{.*}} : tensor<4xi16>
  // CHECK-NEXT: lnn.yield
  // CHECK: lnn.fused {
  // CHECK-NEXT: lnn.scale_s32 {{.*}} : tensor<1xi16>
  // CHECK-NEXT: lnn.yield
  %last = lnn.last %x : tensor<4xi16> -> tensor<1xi16>
  %a = lnn.scale_s32 %x by 3 : tensor<4xi16> -> tensor<4xi32>
  %b = lnn.scale_s32 %last by 5 : tensor<1xi16> -> tensor<1xi32>
  %s = lnn.add_s32 %a, %b : tensor<4xi32>, tensor<1xi32> -> tensor<4xi32>
  %f = lnn.clamp_s32 %s to [0, 32767] : tensor<4xi32> -> tensor<4xi16>
  lnn.return %f : tensor<4xi16>
}

// The body of a scan has loops of its own.
// CHECK-LABEL: lnn.model @scan
lnn.model @scan {
^bb0(%x: tensor<2xi16>):
  // CHECK: lnn.scan
  // CHECK: lnn.fused {
  // CHECK: lnn.clamp_s32
  // CHECK: lnn.yield
  // CHECK: }
  // CHECK: lnn.yield
  %r = lnn.scan times 3 from %x : tensor<2xi16> {
  ^bb0(%s: tensor<2xi16>):
    %n = lnn.clamp_s32 %s to [-100, 100] : tensor<2xi16> -> tensor<2xi16>
    lnn.yield %n : tensor<2xi16>
  }
  lnn.return %r : tensor<2xi16>
}

// What nobody reads is gone; a loop must give something.
// CHECK-LABEL: lnn.model @dead
lnn.model @dead {
^bb0(%x: tensor<2xi16>):
  // CHECK-NOT: lnn.fused
  // CHECK: lnn.return
  %a = lnn.high_byte %x : tensor<2xi16>
  %b = lnn.scale_s32 %a by 2 : tensor<2xi16> -> tensor<2xi32>
  lnn.return %x : tensor<2xi16>
}

// Knots are complete before the loop that reads them begins, also where there
// are as many of them as elements; one loop has one number of knots.
// CHECK-LABEL: lnn.model @knots
lnn.model @knots {
^bb0(%x: tensor<2xi16>):
  // CHECK: %[[K:.*]]:2 = lnn.fused {
  // CHECK-NEXT: lnn.scale_s32
  // CHECK-NEXT: lnn.scale_s32
  // CHECK-NEXT: lnn.yield
  // CHECK: %[[P:.*]] = lnn.fused {
  // CHECK-NEXT: lnn.interpolate_s32 %[[K]]#0 : tensor<2xi32> -> tensor<2xi32>
  // CHECK-NEXT: lnn.add_s32
  // CHECK-NEXT: lnn.yield
  // CHECK: lnn.fused {
  // CHECK-NEXT: lnn.interpolate_s32 %[[P]] : tensor<2xi32> -> tensor<4xi32>
  // CHECK-NEXT: lnn.interpolate_s32 %[[K]]#1 : tensor<2xi32> -> tensor<4xi32>
  // CHECK-NEXT: lnn.add_s32
  // CHECK-NEXT: lnn.yield
  // CHECK: lnn.fused {
  // CHECK-NEXT: lnn.interpolate_s32 %{{.*}} : tensor<3xi32> -> tensor<4xi32>
  // CHECK-NEXT: lnn.add_s32
  // CHECK-NEXT: lnn.clamp_s32
  // CHECK-NEXT: lnn.yield
  %0 = lnn.scale_s32 %x by 2 : tensor<2xi16> -> tensor<2xi32>
  %1 = lnn.interpolate_s32 %0 : tensor<2xi32> -> tensor<2xi32>
  %2 = lnn.scale_s32 %x by 3 : tensor<2xi16> -> tensor<2xi32>
  %3 = lnn.add_s32 %1, %2 : tensor<2xi32>, tensor<2xi32> -> tensor<2xi32>
  %4 = lnn.interpolate_s32 %3 : tensor<2xi32> -> tensor<4xi32>
  %c = lnn.constant dense<[1, 2, 3]> : tensor<3xi32>
  %5 = lnn.interpolate_s32 %2 : tensor<2xi32> -> tensor<4xi32>
  %6 = lnn.add_s32 %4, %5 : tensor<4xi32>, tensor<4xi32> -> tensor<4xi32>
  %7 = lnn.interpolate_s32 %c : tensor<3xi32> -> tensor<4xi32>
  %8 = lnn.add_s32 %6, %7 : tensor<4xi32>, tensor<4xi32> -> tensor<4xi32>
  %9 = lnn.clamp_s32 %8 to [0, 32767] : tensor<4xi32> -> tensor<4xi16>
  lnn.return %9 : tensor<4xi16>
}
