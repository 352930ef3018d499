// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize))' | FileCheck %s
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize{state-bits=16}))' | FileCheck %s --check-prefix=BITS
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize{headroom=1}))' | FileCheck %s --check-prefix=HEADROOM

// Formats are decided, nothing else changes.
// CHECK-LABEL: lnn.model @network
// BITS-LABEL: lnn.model @network
// HEADROOM-LABEL: lnn.model @network
lnn.model @network {
^bb0(%window: tensor<4xf32>):
  // The window's unit is 2^-14; a block's sum stands for its mean.
  // CHECK: lnn.last {{.*}}#lnn.fixed<16, [6.103515625E-5], [0.000000e+00]>
  %last = lnn.last %window : tensor<4xf32> -> tensor<1xf32>
  // CHECK: lnn.block_mean {{.*}}#lnn.fixed<32, [3.0517578125E-5], [0.000000e+00]>
  %level = lnn.block_mean %window : tensor<4xf32> -> tensor<2xf32>
  // CHECK: lnn.sub {{.*}}#lnn.fixed<32,
  %relative = lnn.sub %level, %last : tensor<2xf32>, tensor<1xf32> -> tensor<2xf32>
  // Recorded [-0.5, 0.5] and [0.75, 1.25] about 1.0: headroom 2 doubles the
  // width; what no window can be ([0, 2)) is cut off.
  // CHECK: lnn.stack {{.*}}#lnn.fixed<16, [{{[0-9.E-]+}}, {{[0-9.E-]+}}], [0.000000e+00, 1.000000e+00]>
  // HEADROOM: lnn.stack {{.*}}#lnn.fixed<16, [1.52592547{{[0-9]*}}E-5, 1.52592547{{[0-9]*}}E-5], [0.000000e+00, 1.000000e+00]>
  %rows = lnn.stack %relative, %level {lnn.range = array<f64: -0.5, 0.5, 0.75, 1.25>} : tensor<2xf32>, tensor<2xf32> -> tensor<2x2xf32>
  %zero = lnn.constant dense<0.0> : tensor<2xf32>
  %state = lnn.scan over %rows : tensor<2x2xf32> from %zero : tensor<2xf32> {
  ^bb0(%row: tensor<2xf32>, %x: tensor<2xf32>):
    // Inputs keep 16 bits, the state's high byte enters products, and the sum
    // gets the domain of the table that it indexes: 4 for tanh, 8 for sigmoid.
    // CHECK: lnn.affine{{.*}}lnn.format = #lnn.fixed<16, [1.220703125E-4], [0.000000e+00]>, lnn.operand_bits = array<i32: 8, 16>
    // BITS: lnn.affine{{.*}}lnn.operand_bits = array<i32: 16, 16>
    %sum = lnn.affine(%x, %row) weights [dense<0.5> : tensor<2x2xf32>, dense<[[1.0, 0.5], [0.5, 1.0]]> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    // CHECK: lnn.activate {{.*}}#lnn.fixed<16, [3.0517578125E-5], [0.000000e+00]>
    %a = lnn.activate tanh %sum : tensor<2xf32>
    %dx = lnn.sub %a, %x : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    // A box of [-2, 2] needs a unit of 2^-14.
    // CHECK: lnn.euler_step {{.*}}#lnn.fixed<16, [6.103515625E-5], [0.000000e+00]>
    %next = lnn.euler_step %x, %dx dt 0.5 {lnn.invariant = array<f64: -2.0, 2.0>} : tensor<2xf32>
    lnn.yield %next : tensor<2xf32>
  // CHECK: lnn.yield
  // CHECK-NEXT: } {lnn.format = #lnn.fixed<16, [6.103515625E-5], [0.000000e+00]>}
  }
  lnn.return %state : tensor<2xf32>
}

// One offset for each element, one scale for all.
// CHECK-LABEL: lnn.model @offsets
lnn.model @offsets {
^bb0(%window: tensor<2xf32>):
  // CHECK: lnn.normalize {{.*}}#lnn.fixed<16, [1.220703125E-4, 1.220703125E-4], [0.000000e+00, -2.000000e+00]>
  %0 = lnn.normalize %window offset [0.0, 1.0] scale [2.0] : tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// The rows of a sum have one unit where more than products reads it.
// CHECK-LABEL: lnn.model @shared_rows
lnn.model @shared_rows {
^bb0(%window: tensor<2xf32>):
  // CHECK: lnn.affine{{.*}}#lnn.fixed<16, [{{[^],]*}}], [0.000000e+00]>
  %0 = lnn.affine(%window) weights [dense<[[1.0, 0.0], [0.0, 4.0]]> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  %1 = lnn.affine(%0) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  %2 = lnn.mul %0, %1 : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  lnn.return %2 : tensor<2xf32>
}

// Only products read this one: each row has its own unit.
// CHECK-LABEL: lnn.model @rows
lnn.model @rows {
^bb0(%window: tensor<2xf32>):
  // CHECK: lnn.affine{{.*}}#lnn.fixed<16, [{{[^],]*}}, {{[^],]*}}], [0.000000e+00, 0.000000e+00]>
  %0 = lnn.affine(%window) weights [dense<[[1.0, 0.0], [0.0, 4.0]]> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  %1 = lnn.affine(%0) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  lnn.return %1 : tensor<2xf32>
}

// Knots have 16 units where the window has one, and what lies between two of
// them, two elements apart, has twice as many.
// CHECK-LABEL: lnn.model @knots
lnn.model @knots {
^bb0(%window: tensor<2xf32>):
  %last = lnn.last %window : tensor<2xf32> -> tensor<1xf32>
  // CHECK: lnn.affine{{.*}}#lnn.fixed<32, [3.814697265625E-6], [0.000000e+00]>
  %0 = lnn.affine(%window) weights [dense<0.5> : tensor<3x2xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<2xf32>) -> tensor<3xf32>
  // CHECK: lnn.add {{.*}}#lnn.fixed<32, [3.814697265625E-6], [0.000000e+00]>
  %1 = lnn.add %0, %last : tensor<3xf32>, tensor<1xf32> -> tensor<3xf32>
  // CHECK: lnn.interpolate {{.*}}#lnn.fixed<32, [1.9073486328125E-6], [0.000000e+00]>
  %2 = lnn.interpolate %1 : tensor<3xf32> -> tensor<4xf32>
  lnn.return %2 : tensor<4xf32>
}

// Where they would not fit 32 bits, units are coarser by a power of two: of
// knots of up to 40000 by 8, of what is between them, 4 elements apart, by 4 more.
// CHECK-LABEL: lnn.model @large_knots
lnn.model @large_knots {
^bb0(%window: tensor<2xf32>):
  // CHECK: lnn.affine{{.*}}#lnn.fixed<32, [3.0517578125E-5], [0.000000e+00]>
  %0 = lnn.affine(%window) weights [dense<10000.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: lnn.interpolate {{.*}}#lnn.fixed<32, [3.0517578125E-5], [0.000000e+00]>
  %1 = lnn.interpolate %0 : tensor<2xf32> -> tensor<4xf32>
  lnn.return %1 : tensor<4xf32>
}
