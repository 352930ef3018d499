// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-lower-to-int8))' | FileCheck %s
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-lower-to-int8{lut-bits=4}))' | FileCheck %s --check-prefix=LUT

// By hand. Row 0: the greatest |weight| is 1 and becomes 127, 0.5 becomes
// round(63.5) = 64; row 1 is -0.25 = -127 and 0. With the input's unit 2^-14 a
// product's unit is 2^-14/127 in row 0 and 2^-14/508 in row 1; the
// result has the unit 2^-14, so the factors are 1/127 and 1/508, in one shift:
// round(2^32/127) = 33818640 and round(2^32/508) = 8454660. The biases are
// 0.5 * 16384 and round(-0.1 * 16384).
// CHECK-LABEL: lnn.model @affine
lnn.model @affine {
// CHECK: ^bb0(%[[X:.*]]: tensor<2xi16>):
^bb0(%x: tensor<2xf32>):
  // CHECK-NEXT: %[[P:.*]] = lnn.matvec_s8 %[[X]] weights dense<{{\[}}[127, 64], [-127, 0]]> : tensor<2x2xi8>
  // CHECK-NEXT: %[[R:.*]] = lnn.requantize %[[P]] multiplier [33818640, 8454660] shift 0 bias [8192, -1638] : tensor<2xi32> -> tensor<2xi32>
  // CHECK-NEXT: %[[F:.*]] = lnn.clamp_s32 %[[R]] to[0, 32767] : tensor<2xi32> -> tensor<2xi16>
  // CHECK-NEXT: lnn.return %[[F]]
  %0 = lnn.affine(%x) weights [dense<[[1.0, 0.5], [-0.25, 0.0]]> : tensor<2x2xf32>] bias dense<[0.5, -0.1]> : tensor<2xf32> {lnn.format = #lnn.fixed<32, [6.103515625e-5], [0.0]>, lnn.operand_bits = array<i32: 16>} : (tensor<2xf32>) -> tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// The high byte means 256 units and half of what was dropped, 127.5 units,
// which goes into the bias: 127.5 * 2^-14 * weight 1 is 127.5 units, rounded up.
// CHECK-LABEL: lnn.model @high_byte
lnn.model @high_byte {
// CHECK: ^bb0(%[[X:.*]]: tensor<1xi16>):
^bb0(%x: tensor<1xf32>):
  // CHECK-NEXT: %[[H:.*]] = lnn.high_byte %[[X]]
  // CHECK-NEXT: %[[P:.*]] = lnn.matvec_s8 %[[H]] weights dense<127>
  // CHECK-NEXT: lnn.requantize %[[P]] multiplier [1082196484] shift 3 bias [128]
  %0 = lnn.affine(%x) weights [dense<1.0> : tensor<1x1xf32>] bias dense<0.0> : tensor<1xf32> {lnn.format = #lnn.fixed<32, [6.103515625e-5], [0.0]>, lnn.operand_bits = array<i32: 8>} : (tensor<1xf32>) -> tensor<1xf32>
  lnn.return %0 : tensor<1xf32>
}

// A table: 2^n + 1 entries over all of the 16-bit input, in Q15.
// CHECK-LABEL: lnn.model @table
// LUT-LABEL: lnn.model @table
lnn.model @table {
^bb0(%x: tensor<1xf32>):
  // tanh(-2) = -0.9640, tanh(0) = 0.
  // LUT: lnn.lut_s16 %{{.*}} table [-31589, -30847, -29660, -27797, -24956, -20813, -15143, -8025, 0, 8025, 15143, 20813, 24956, 27797, 29660, 30847, 31589]
  // CHECK: lnn.lut_s16 %{{.*}} table [-31589,
  %0 = lnn.activate tanh %x {lnn.format = #lnn.fixed<16, [3.0517578125e-5], [0.0]>} : tensor<1xf32>
  lnn.return %0 : tensor<1xf32>
}

// Changes of format: a whole ratio is a product, a power of two a shift,
// anything else a multiplier.
// CHECK-LABEL: lnn.model @convert
lnn.model @convert {
// CHECK: ^bb0(%[[X:.*]]: tensor<2xi16>):
^bb0(%x: tensor<2xf32>):
  // CHECK: %[[S:.*]] = lnn.block_sum_s16 %[[X]]
  %0 = lnn.block_mean %x {lnn.format = #lnn.fixed<32, [3.0517578125e-5], [0.0]>} : tensor<2xf32> -> tensor<1xf32>
  // CHECK: %[[X2:.*]] = lnn.scale_s32 %[[X]] by 2
  // CHECK: %[[SUM:.*]] = lnn.add_s32 %[[X2]], %[[S]]
  %1 = lnn.add %x, %0 {lnn.format = #lnn.fixed<32, [3.0517578125e-5], [0.0]>} : tensor<2xf32>, tensor<1xf32> -> tensor<2xf32>
  // CHECK: %[[HALF:.*]] = lnn.round_shift_s32 %[[SUM]] by 1
  // CHECK: lnn.clamp_s32 %[[HALF]] to[0, 32767]
  lnn.return %1 : tensor<2xf32>
}

// Interpolation gives the step's multiple; the forecast's rounding divides by
// it and by the 16 units of a knot: round(2^32 / 48) = 89478485.
// CHECK-LABEL: lnn.model @knots
lnn.model @knots {
// CHECK: ^bb0(%[[X:.*]]: tensor<2xi16>):
^bb0(%x: tensor<2xf32>):
  // CHECK: %[[K:.*]] = lnn.requantize {{.*}} -> tensor<3xi32>
  // CHECK-NEXT: %[[C:.*]] = lnn.interpolate_s32 %[[K]] : tensor<3xi32> -> tensor<6xi32>
  // CHECK-NEXT: %[[R:.*]] = lnn.requantize %[[C]] multiplier [89478485] shift 0 bias [0] : tensor<6xi32> -> tensor<6xi32>
  // CHECK-NEXT: lnn.clamp_s32 %[[R]]
  %0 = lnn.affine(%x) weights [dense<0.5> : tensor<3x2xf32>] bias dense<0.0> : tensor<3xf32> {lnn.format = #lnn.fixed<32, [3.814697265625e-6], [0.0]>, lnn.operand_bits = array<i32: 16>} : (tensor<2xf32>) -> tensor<3xf32>
  %1 = lnn.interpolate %0 {lnn.format = #lnn.fixed<32, [1.2715657552083333e-6], [0.0]>} : tensor<3xf32> -> tensor<6xf32>
  lnn.return %1 : tensor<6xf32>
}

// Knots give bits where the multiple would not fit.
// CHECK-LABEL: lnn.model @large_knots
lnn.model @large_knots {
^bb0(%x: tensor<2xf32>):
  // CHECK: %[[K:.*]] = lnn.requantize {{.*}} -> tensor<2xi32>
  // CHECK-NEXT: %[[S:.*]] = lnn.round_shift_s32 %[[K]] by 2
  // CHECK-NEXT: lnn.interpolate_s32 %[[S]] : tensor<2xi32> -> tensor<4xi32>
  %0 = lnn.affine(%x) weights [dense<1000.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> {lnn.format = #lnn.fixed<32, [1.9073486328125e-6], [0.0]>, lnn.operand_bits = array<i32: 16>} : (tensor<2xf32>) -> tensor<2xf32>
  %1 = lnn.interpolate %0 {lnn.format = #lnn.fixed<32, [1.9073486328125e-6], [0.0]>} : tensor<2xf32> -> tensor<4xf32>
  lnn.return %1 : tensor<4xf32>
}

// What clamps 16 bits gives 16 bits, which a product reads.
// CHECK-LABEL: lnn.model @clamped
lnn.model @clamped {
^bb0(%x: tensor<2xf32>):
  // CHECK: %[[C:.*]] = lnn.clamp_s32 %{{.*}} to[0, 32767] : tensor<2xi16> -> tensor<2xi16>
  // CHECK: lnn.matvec_s8 %[[C]]
  %c = lnn.clamp %x to [0.0, 9.0] {lnn.format = #lnn.fixed<16, [6.103515625e-5], [0.0]>} : tensor<2xf32>
  %0 = lnn.affine(%c) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> {lnn.format = #lnn.fixed<32, [6.103515625e-5], [0.0]>, lnn.operand_bits = array<i32: 16>} : (tensor<2xf32>) -> tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}
