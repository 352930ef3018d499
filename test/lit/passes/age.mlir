// What the passes make of a network's second argument, the age.
// RUN: dlnet-opt %s | dlnet-opt | FileCheck %s --check-prefix=REAL
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize))' | FileCheck %s --check-prefix=FORMAT
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn-to-int8)' | FileCheck %s
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn-to-int8)' | dlnet-opt | FileCheck %s

// The age stands in every row of the sequence. Its column is in cycles: the
// recorded 0 to 1000, widened to twice that but not below 0, so 0 to 1500. The
// conversion of any age fits 32 bits, and it saturates beyond the range.
// REAL-LABEL: lnn.model @network
// FORMAT-LABEL: lnn.model @network
// CHECK-LABEL: lnn.model @network
lnn.model @network {
// REAL: ^bb0(%{{.*}}: tensor<4xf32>, %[[AGE:.*]]: tensor<1xf32>):
// CHECK: ^bb0(%{{.*}}: tensor<4xi16>, %[[AGE:.*]]: tensor<1xi16>):
^bb0(%window: tensor<4xf32>, %age: tensor<1xf32>):
  %level = lnn.block_mean %window : tensor<4xf32> -> tensor<2xf32>
  // REAL: lnn.stack %{{.*}}, %[[AGE]] {lnn.range = {{.*}}} : tensor<2xf32>, tensor<1xf32> -> tensor<2x2xf32>
  // FORMAT: lnn.stack {{.*}}#lnn.fixed<16, [{{[^,]*}}, 0.022888{{[0-9]*}}], [1.000000e+00, 7.500000e+02]>
  // CHECK: lnn.fused
  // CHECK: %[[COLUMN:.*]] = lnn.requantize %[[AGE]] multiplier [{{[0-9]+}}] shift {{[0-9]+}} bias [-32767] : tensor<1xi16> -> tensor<1xi16>
  // CHECK: lnn.yield %[[COLUMN]] : tensor<1xi16>
  // CHECK: lnn.stack %{{.*}}, %{{.*}} {lnn.buffers = [{{.*}}]} : tensor<2xi16>, tensor<1xi16> -> tensor<2x2xi16>
  %rows = lnn.stack %level, %age {lnn.range = array<f64: 0.75, 1.25, 0.0, 1000.0>} : tensor<2xf32>, tensor<1xf32> -> tensor<2x2xf32>
  %zero = lnn.constant dense<0.0> : tensor<2xf32>
  %state = lnn.scan over %rows : tensor<2x2xf32> from %zero : tensor<2xf32> {
  ^bb0(%row: tensor<2xf32>, %x: tensor<2xf32>):
    %sum = lnn.affine(%x, %row) weights [dense<0.5> : tensor<2x2xf32>, dense<[[1.0, 0.01], [-1.0, 0.002]]> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %a = lnn.activate tanh %sum : tensor<2xf32>
    %dx = lnn.sub %a, %x : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    %next = lnn.euler_step %x, %dx dt 0.5 {lnn.invariant = array<f64: -2.0, 2.0>} : tensor<2xf32>
    lnn.yield %next : tensor<2xf32>
  }
  lnn.return %state : tensor<2xf32>
}

// Elsewhere it is a number like any other: in the window's unit, a cycle is
// 16384.
// FORMAT-LABEL: lnn.model @sum
// CHECK-LABEL: lnn.model @sum
lnn.model @sum {
// CHECK: ^bb0(%[[WINDOW:.*]]: tensor<2xi16>, %[[AGE:.*]]: tensor<1xi16>):
^bb0(%window: tensor<2xf32>, %age: tensor<1xf32>):
  // CHECK: %[[CYCLES:.*]] = lnn.scale_s32 %[[AGE]] by 16384 : tensor<1xi16> -> tensor<1xi32>
  // CHECK: lnn.add_s32 %[[WINDOW]], %{{.*}} : tensor<2xi16>, tensor<1xi32> -> tensor<2xi32>
  // FORMAT: lnn.add {{.*}}#lnn.fixed<32, [6.103515625E-5], [0.000000e+00]>
  %0 = lnn.add %window, %age : tensor<2xf32>, tensor<1xf32> -> tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}
