// Relu needs no table; other functions have one in the unit of what they make of their argument's range.
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize,lnn-lower-to-int8,canonicalize,lnn-fuse-elementwise,lnn-prove-ranges))' | FileCheck %s
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize))' | FileCheck %s --check-prefix=REAL

// CHECK-LABEL: lnn.model @relu
lnn.model @relu {
^bb0(%window: tensor<2xf32>):
  %0 = lnn.normalize %window offset [1.0] scale [1.0] : tensor<2xf32>
  // CHECK: lnn.clamp_s32 %{{.*}} to[0, 32767]
  // CHECK-NOT: lnn.lut_s16
  %1 = lnn.activate relu %0 : tensor<2xf32>
  lnn.return %1 : tensor<2xf32>
}

// The domain is that of the range: [-1, 1) and [-4, 4).
// REAL-LABEL: lnn.model @silu
// CHECK-LABEL: lnn.model @silu
lnn.model @silu {
^bb0(%window: tensor<2xf32>):
  %0 = lnn.affine(%window) weights [dense<[[1.0, -1.0], [0.5, 0.5]]> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  // REAL: lnn.affine{{.*}}lnn.format = #lnn.fixed<16, [6.103515625E-5], [0.000000e+00]>
  // REAL: lnn.activate{{ *}}silu{{.*}}lnn.argument_format = #lnn.fixed<16, [6.103515625E-5], [0.000000e+00]>, lnn.format = #lnn.fixed<16, [6.103515625E-5], [0.000000e+00]>
  // CHECK: lnn.lut_s16
  %1 = lnn.activate silu %0 : tensor<2xf32>
  lnn.return %1 : tensor<2xf32>
}

// A reciprocal of what lies in [1, 3) takes the middle of that as zero.
// REAL-LABEL: lnn.model @reciprocal
lnn.model @reciprocal {
^bb0(%window: tensor<2xf32>):
  %0 = lnn.clamp %window to [0.0, 1.0] : tensor<2xf32>
  %1 = lnn.affine(%0) weights [dense<1.0> : tensor<2x2xf32>] bias dense<1.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  // REAL: lnn.activate{{ *}}reciprocal{{.*}}lnn.argument_format = #lnn.fixed<16, [{{3.05.*}}], [2.000000e+00]>, lnn.format = #lnn.fixed<16, [3.0517578125E-5], [0.000000e+00]>
  %2 = lnn.activate reciprocal %1 : tensor<2xf32>
  lnn.return %2 : tensor<2xf32>
}

// CHECK-LABEL: lnn.model @norm
lnn.model @norm {
^bb0(%window: tensor<4xf32>):
  // CHECK: %[[SUM:.*]] = lnn.block_sum_s16 %{{.*}} : tensor<4xi16> -> tensor<1xi32>
  // CHECK: lnn.scale_s32 %{{.*}} by 4
  // CHECK: lnn.sub_s32 %{{.*}}, %[[SUM]]
  // CHECK: lnn.clamp_s32 %{{.*}} to[-16384, 16384] : tensor<4xi32> -> tensor<4xi16>
  // CHECK: lnn.unit_norm_s16 %{{.*}} epsilon {{[1-9]}}
  // CHECK: lnn.requantize %{{.*}} multiplier [{{[0-9]+}}, {{[0-9]+}}, -{{[0-9]+}}, {{[0-9]+}}]
  %0 = lnn.layer_norm %window gain dense<[1.0, 2.0, -1.0, 0.5]> : tensor<4xf32> bias dense<0.5> : tensor<4xf32> epsilon 1.0e-5 : tensor<4xf32>
  lnn.return %0 : tensor<4xf32>
}

// CHECK-LABEL: lnn.model @vectors
lnn.model @vectors {
^bb0(%window: tensor<4xf32>):
  // CHECK: %[[TAIL:.*]] = lnn.slice %{{.*}} from 2 : tensor<4xi16> -> tensor<2xi16>
  %tail = lnn.slice %window from 2 : tensor<4xf32> -> tensor<2xf32>
  %last = lnn.last %window : tensor<4xf32> -> tensor<1xf32>
  %twice = lnn.add %last, %last : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
  // The wide part is narrowed, and products take each in its own unit.
  // CHECK: lnn.concat %[[TAIL]], %{{.*}} : tensor<2xi16>, tensor<1xi16> -> tensor<3xi16>
  %both = lnn.concat %tail, %twice : tensor<2xf32>, tensor<1xf32> -> tensor<3xf32>
  %0 = lnn.affine(%both) weights [dense<0.25> : tensor<1x3xf32>] bias dense<0.0> : tensor<1xf32> : (tensor<3xf32>) -> tensor<1xf32>
  lnn.return %0 : tensor<1xf32>
}
