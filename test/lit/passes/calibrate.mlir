// What is seen of every value, a pair an element, is recorded; of a scan one for each state. Training's ranges stay within.
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-calibrate{uniform=50}))' | FileCheck %s
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-calibrate{uniform=50},lnn-quantize))' | FileCheck %s --check-prefix=QUANT

// CHECK-LABEL: lnn.model @net
// QUANT-LABEL: lnn.model @net
lnn.model @net {
^bb0(%window: tensor<2xf32>):
  // CHECK: lnn.clamp {{.*}}lnn.range = array<f64: 2.500000e-01, 5.000000e-01, 2.500000e-01, 5.000000e-01>
  %0 = lnn.clamp %window to [0.25, 0.5] : tensor<2xf32>
  // CHECK: lnn.sub {{.*}}lnn.range = array<f64: -9.000000e+00, 0.000000e+00, 0.000000e+00, 9.000000e+00>
  %1 = lnn.sub %0, %0 {lnn.range = array<f64: -9.0, 0.0, 0.0, 9.0>} : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  // CHECK: lnn.stack {{.*}}lnn.range = array<f64: 2.500000e-01, 5.000000e-01>
  %rows = lnn.stack %0 : tensor<2xf32> -> tensor<2x1xf32>
  %zero = lnn.constant dense<-1.0> : tensor<1xf32>
  %state = lnn.scan over %rows : tensor<2x1xf32> from %zero : tensor<1xf32> {
  ^bb0(%u: tensor<1xf32>, %x: tensor<1xf32>):
    %next = lnn.add %u, %u : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
    lnn.yield %next : tensor<1xf32>
  // From where it starts to the greatest step.
  // CHECK: } {lnn.range = array<f64: -1.000000e+00, 1.000000e+00>}
  }
  // Seen in [0.5, 1], with headroom [0.25, 1.25], of which [0.5, 1] is possible.
  // QUANT: lnn.block_mean{{.*}}lnn.operand_formats = [#lnn.fixed<16, [3.0517578125E-5], [0.000000e+00]>]
  %wide = lnn.add %0, %0 : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  %mean = lnn.block_mean %wide : tensor<2xf32> -> tensor<1xf32>
  %all = lnn.add %mean, %state : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
  %more = lnn.add %all, %1 : tensor<1xf32>, tensor<2xf32> -> tensor<2xf32>
  lnn.return %more : tensor<2xf32>
}
