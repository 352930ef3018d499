// Identities that hold exactly, and arithmetic on constants.
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(canonicalize))' | FileCheck %s

// CHECK-LABEL: @identities
lnn.model @identities {
// CHECK: ^bb0(%[[X:.*]]: tensor<2xf32>):
^bb0(%x: tensor<2xf32>):
  %zero = lnn.constant dense<0.0> : tensor<2xf32>
  %one = lnn.constant dense<1.0> : tensor<1xf32>
  %0 = lnn.add %zero, %x : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  %1 = lnn.sub %0, %zero : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  %2 = lnn.mul %one, %1 : tensor<1xf32>, tensor<2xf32> -> tensor<2xf32>
  %3 = lnn.normalize %2 offset [0.0, 0.0] scale [1.0] : tensor<2xf32>
  // CHECK-NEXT: lnn.return %[[X]]
  lnn.return %3 : tensor<2xf32>
}

// CHECK-LABEL: @clamps
lnn.model @clamps {
// CHECK: ^bb0
^bb0(%x: tensor<2xf32>):
  // CHECK-NEXT: %[[INNER:.*]] = lnn.clamp %{{.*}} to[-1.000000e+00, 1.000000e+00]
  // CHECK-NEXT: %[[NARROW:.*]] = lnn.clamp %[[INNER]] to[-2.000000e+00, 5.000000e-01]
  // CHECK-NEXT: lnn.return %[[NARROW]]
  %0 = lnn.clamp %x to [-1.0, 1.0] : tensor<2xf32>
  %1 = lnn.clamp %0 to [-2.0, 1.0] : tensor<2xf32>
  %2 = lnn.clamp %1 to [-2.0, 0.5] : tensor<2xf32>
  lnn.return %2 : tensor<2xf32>
}

// CHECK-LABEL: @constants
lnn.model @constants {
// CHECK: ^bb0
^bb0(%x: tensor<2xf32>):
  %a = lnn.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %b = lnn.constant dense<3.0> : tensor<1xf32>
  %0 = lnn.add %a, %b : tensor<2xf32>, tensor<1xf32> -> tensor<2xf32>
  %1 = lnn.mul %0, %b : tensor<2xf32>, tensor<1xf32> -> tensor<2xf32>
  %2 = lnn.sub %1, %a : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  // CHECK-NEXT: %[[C:.*]] = lnn.constant dense<[1.100000e+01, 1.300000e+01]> : tensor<2xf32>
  // CHECK-NEXT: lnn.return %[[C]]
  lnn.return %2 : tensor<2xf32>
}

// What would overflow stays for a pass to refuse.
// CHECK-LABEL: @overflow
lnn.model @overflow {
^bb0(%x: tensor<2xf32>):
  %a = lnn.constant dense<3.0e38> : tensor<2xf32>
  // CHECK: lnn.add
  %0 = lnn.add %a, %a : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// CHECK-LABEL: @not_identities
lnn.model @not_identities {
^bb0(%x: tensor<2xf32>):
  // 0 - x is not x.
  // CHECK: lnn.sub
  // CHECK: lnn.normalize
  %zero = lnn.constant dense<0.0> : tensor<2xf32>
  %0 = lnn.sub %zero, %x : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  %1 = lnn.normalize %0 offset [0.0, 0.5] scale [1.0] : tensor<2xf32>
  // A repeated element changes the type.
  // CHECK: %[[LAST:.*]] = lnn.last
  // CHECK: lnn.add %[[LAST]], %{{.*}} -> tensor<2xf32>
  %last = lnn.last %1 : tensor<2xf32> -> tensor<1xf32>
  %2 = lnn.add %last, %zero : tensor<1xf32>, tensor<2xf32> -> tensor<2xf32>
  lnn.return %2 : tensor<2xf32>
}

// CHECK-LABEL: @integers
lnn.model @integers {
// CHECK: ^bb0(%[[X:.*]]: tensor<2xi16>):
^bb0(%x: tensor<2xi16>):
  // CHECK-NEXT: %[[WIDE:.*]] = lnn.scale_s32 %[[X]]
  // CHECK-NEXT: %[[NARROW:.*]] = lnn.clamp_s32 %[[WIDE]] to[-32768, 32767]
  // CHECK-NEXT: lnn.return %[[NARROW]]
  %0 = lnn.scale_s32 %x by 3 : tensor<2xi16> -> tensor<2xi32>
  %1 = lnn.round_shift_s32 %0 by 0 : tensor<2xi32> -> tensor<2xi32>
  %2 = lnn.clamp_s32 %1 to [-32768, 32767] : tensor<2xi32> -> tensor<2xi16>
  %3 = lnn.clamp_s32 %2 to [-32768, 32767] : tensor<2xi16> -> tensor<2xi16>
  lnn.return %3 : tensor<2xi16>
}
