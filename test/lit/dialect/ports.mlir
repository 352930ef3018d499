// Ports, scans with several states and sequences, and streams are read back as
// they were printed.
// RUN: dlnet-opt %s | dlnet-opt | FileCheck %s

#current = #lnn.port<current, "A", -2.0, 2.0, 0.0001, window>
#age = #lnn.port<age, "charge cycles", 0.0, 32767.0, 1.0, count>
#level = #lnn.port<level, "", 0.0, 1.0, 0.0001, once>
#class = #lnn.port<gesture, "", -8.0, 8.0, 0.001, once, scores>

// CHECK-LABEL: lnn.model @window attributes
// CHECK-SAME: inputs = [#lnn.port<current, "A", -2.000000e+00, 2.000000e+00, 1.000000e-04, window>, #lnn.port<age, "charge cycles", 0.000000e+00, 3.276700e+04, 1.000000e+00, count>]
// CHECK-SAME: outputs = [#lnn.port<level, {{.*}}once>, #lnn.port<gesture, "", -8.000000e+00, 8.000000e+00, 1.000000e-03, once, scores>]
lnn.model @window attributes {inputs = [#current, #age], outputs = [#level, #class]} {
^bb0(%u: tensor<8x2xf32>, %age: tensor<1xf32>):
  %0 = lnn.constant dense<0.0> : tensor<3xf32>
  // CHECK: lnn.last {{.*}} : tensor<8x2xf32> -> tensor<2xf32>
  %l = lnn.last %u : tensor<8x2xf32> -> tensor<2xf32>
  // CHECK: lnn.difference {{.*}} : tensor<8x2xf32>
  %d = lnn.difference %u : tensor<8x2xf32>
  // CHECK: lnn.stack {{.*}} : tensor<8x2xf32>, tensor<8x2xf32>, tensor<1xf32> -> tensor<8x5xf32>
  %s = lnn.stack %u, %d, %age : tensor<8x2xf32>, tensor<8x2xf32>, tensor<1xf32> -> tensor<8x5xf32>
  // CHECK: lnn.scan over %{{.*}}, %{{.*}} : tensor<8x5xf32>, tensor<8x2xf32> from %{{.*}}, %{{.*}} : tensor<3xf32>, tensor<2xf32> gives tensor<8x3xf32> {
  %h, %c, %q = lnn.scan over %s, %u : tensor<8x5xf32>, tensor<8x2xf32> from %0, %l : tensor<3xf32>, tensor<2xf32> gives tensor<8x3xf32> {
  ^bb0(%r: tensor<5xf32>, %w: tensor<2xf32>, %a: tensor<3xf32>, %b: tensor<2xf32>):
    lnn.yield %a, %w, %a : tensor<3xf32>, tensor<2xf32>, tensor<3xf32>
  }
  // CHECK: lnn.return %{{.*}}, %{{.*}} : tensor<3xf32>, tensor<2xf32>
  lnn.return %h, %c : tensor<3xf32>, tensor<2xf32>
}

#x = #lnn.port<x, "m/s2", -2.0, 2.0, 0.0001, step>
#y = #lnn.port<y, "", -1.0, 1.0, 0.0001, step>

// CHECK-LABEL: lnn.model @stream
lnn.model @stream attributes {inputs = [#x], outputs = [#y]} {
^bb0(%x: tensor<?x2xf32>):
  %0 = lnn.constant dense<0.0> : tensor<2xf32>
  // CHECK: lnn.scan over %{{.*}} : tensor<?x2xf32> from %{{.*}} : tensor<2xf32> gives tensor<?x2xf32> {
  %h, %y = lnn.scan over %x : tensor<?x2xf32> from %0 : tensor<2xf32> gives tensor<?x2xf32> {
  ^bb0(%u: tensor<2xf32>, %a: tensor<2xf32>):
    lnn.yield %u, %a : tensor<2xf32>, tensor<2xf32>
  }
  lnn.return %y : tensor<?x2xf32>
}
