// What takes 16 bits narrows a wider operand by its range; a recorded range is finer than what is possible.
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize))' | FileCheck %s
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize,lnn-lower-to-int8))' | FileCheck %s --check-prefix=INT

// CHECK-LABEL: lnn.model @product
// INT-LABEL: lnn.model @product
lnn.model @product {
^bb0(%window: tensor<2xf32>):
  // CHECK: lnn.add {{.*}}lnn.format = #lnn.fixed<32, [6.103515625E-5], [0.000000e+00]>
  // INT: %[[SUM:.*]] = lnn.add_s32
  %0 = lnn.add %window, %window : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  // Of [0, 4) in 16 bits.
  // CHECK: lnn.affine{{.*}}lnn.operand_bits = array<i32: 16>, lnn.operand_formats = [#lnn.fixed<16, [1.220703125E-4], [0.000000e+00]>]
  // INT: %[[HALF:.*]] = lnn.round_shift_s32 %[[SUM]] by 1
  // INT: %[[WORD:.*]] = lnn.clamp_s32 %[[HALF]] to[-32768, 32767] : tensor<2xi32> -> tensor<2xi16>
  // INT: lnn.matvec_s8 %[[WORD]]
  %1 = lnn.affine(%0) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  lnn.return %1 : tensor<2xf32>
}

// CHECK-LABEL: lnn.model @recorded
lnn.model @recorded {
^bb0(%window: tensor<4xf32>):
  // Seen up to 0.25; a headroom of 2 about the middle makes it 0.375.
  %0 = lnn.add %window, %window {lnn.range = array<f64: 0.0, 0.25, 0.0, 0.25, 0.0, 0.25, 0.0, 0.25>} : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  // CHECK: lnn.block_mean{{.*}}lnn.operand_formats = [#lnn.fixed<16, [1.52587890625E-5], [0.000000e+00]>]
  %1 = lnn.block_mean %0 : tensor<4xf32> -> tensor<2xf32>
  // CHECK: lnn.reduce{{.*}}lnn.format = #lnn.fixed<32, [3.814697265625E-6], [0.000000e+00]>, lnn.operand_formats = [#lnn.fixed<16, [1.52587890625E-5], [0.000000e+00]>]
  %2 = lnn.reduce mean %0 : tensor<4xf32> -> tensor<1xf32>
  %3 = lnn.add %1, %2 : tensor<2xf32>, tensor<1xf32> -> tensor<2xf32>
  lnn.return %3 : tensor<2xf32>
}

// A clamp before a product keeps the 16 bits that its format says.
// INT-LABEL: lnn.model @clamp
lnn.model @clamp {
^bb0(%window: tensor<2xf32>):
  %rows = lnn.stack %window : tensor<2xf32> -> tensor<2x1xf32>
  %zero = lnn.constant dense<0.0> : tensor<2xf32>
  %state = lnn.scan over %rows : tensor<2x1xf32> from %zero : tensor<2xf32> {
  ^bb0(%row: tensor<1xf32>, %x: tensor<2xf32>):
    %0 = lnn.affine(%x, %row) weights [dense<1.0> : tensor<2x2xf32>, dense<1.0> : tensor<2x1xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>, tensor<1xf32>) -> tensor<2xf32>
    // INT: %[[CUT:.*]] = lnn.clamp_s32 %{{.*}} to[0, {{[0-9]+}}] : tensor<2xi16> -> tensor<2xi16>
    %1 = lnn.clamp %0 to [0.0, 1000.0] : tensor<2xf32>
    // INT: lnn.high_byte %[[CUT]] : tensor<2xi16>
    %2 = lnn.affine(%1) weights [dense<0.1> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
    %next = lnn.activate tanh %2 : tensor<2xf32>
    lnn.yield %next : tensor<2xf32>
  }
  lnn.return %state : tensor<2xf32>
}
