// Formats and normalizations are text that gives the same doubles back: a
// scale of 2^-14 must stay a power of two, or shifts become multiplications.
// RUN: dlnet-opt %s | dlnet-opt | FileCheck %s

// CHECK-LABEL: lnn.model @formats
lnn.model @formats {
^bb0(%window: tensor<2xf32>):
  // CHECK: lnn.difference {{.*}} {lnn.format = #lnn.fixed<16, [6.103515625E-5], [0.000000e+00]>}
  %0 = lnn.difference %window {lnn.format = #lnn.fixed<16, [6.103515625e-5], [0.0]>} : tensor<2xf32>
  // CHECK: lnn.difference {{.*}} {lnn.format = #lnn.fixed<32, [1.000000e+00, 0.33333333333333331], [0.000000e+00, -3.14159{{[0-9]*}}]>}
  %1 = lnn.difference %0 {lnn.format = #lnn.fixed<32, [1.0, 0.3333333333333333], [0.0, -3.1415926535897931]>} : tensor<2xf32>
  // CHECK: offset [0.12345678901230001] scale [1.000000e-02]
  %2 = lnn.normalize %1 offset [0.1234567890123] scale [0.01] : tensor<2xf32>
  lnn.return %2 : tensor<2xf32>
}
