// A stream of two states on its way to the integer level: formats of what a scan
// gives are those of the output ports, values are limited to the ports' integers,
// and each state has memory of its own, beside that of the caller.
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-quantize))' | FileCheck %s --check-prefix=QUANTIZE
// RUN: dlnet-opt %s --lnn-to-int8 | FileCheck %s

#x = #lnn.port<x, "m/s2", -2.0, 2.0, 0.0001, step>
#y = #lnn.port<y, "", -0.5, 1.0, 0.0001, step>
#z = #lnn.port<z, "", 0.0, 1.0, 0.001, step>

// QUANTIZE-LABEL: lnn.model @stream
// QUANTIZE: lnn.affine{{.*}}lnn.format = #lnn.fixed<32, [1.000000e-04], [0.000000e+00]>
// QUANTIZE: lnn.formats = [#lnn.fixed<16, [3.05{{.*}}E-5], [0.000000e+00]>, #lnn.fixed<16, [3.05{{.*}}E-5], [0.000000e+00]>, #lnn.fixed<16, [1.000000e-04], [0.000000e+00]>, #lnn.fixed<16, [1.000000e-03], [0.000000e+00]>]

// CHECK-LABEL: lnn.model @stream
// CHECK-SAME: inputs = [#lnn.port<x, "m/s2"
// CHECK: ^bb0(%[[X:.*]]: tensor<?x1xi16>):
// CHECK: lnn.scan over %[[X]] : tensor<?x1xi16> from %{{.*}}, %{{.*}} : tensor<2xi16>, tensor<2xi16> gives tensor<?x1xi16>, tensor<?x2xi16> {
// The port y has the integers from -5000 to 10000, z those from 0 to 1000.
// CHECK-DAG: lnn.clamp_s32 %{{.*}} to{{ *}}[-5000, 10000]
// CHECK-DAG: lnn.buffers = ["y"]
// CHECK-DAG: lnn.clamp_s32 %{{.*}} to{{ *}}[0, 1000]
// CHECK-DAG: lnn.buffers = [{{.*}}"z"]
// The states outlive the step; what the stream gives is the caller's.
// CHECK: lnn.yield
// CHECK-NEXT: } {lnn.buffers = ["s16_0", "s16_1", "", ""]}
lnn.model @stream attributes {inputs = [#x], outputs = [#y, #z]} {
^bb0(%x: tensor<?x1xf32>):
  %0 = lnn.constant dense<0.0> : tensor<2xf32>
  %h:2, %y, %z = lnn.scan over %x : tensor<?x1xf32> from %0, %0 : tensor<2xf32>, tensor<2xf32> gives tensor<?x1xf32>, tensor<?x2xf32> {
  ^bb0(%u: tensor<1xf32>, %a: tensor<2xf32>, %b: tensor<2xf32>):
    %m = lnn.affine(%u, %a) weights [dense<[[0.5], [-0.4]]> : tensor<2x1xf32>, dense<[[0.1, 0.2], [0.3, 0.4]]> : tensor<2x2xf32>] bias dense<[0.1, 0.2]> : tensor<2xf32> : (tensor<1xf32>, tensor<2xf32>) -> tensor<2xf32>
    %s = lnn.activate tanh %m : tensor<2xf32>
    %n = lnn.affine(%a, %b) weights [dense<[[0.5, 0.1], [-0.4, 0.2]]> : tensor<2x2xf32>, dense<[[0.3, 0.2], [0.3, 0.4]]> : tensor<2x2xf32>] bias dense<[0.1, 0.2]> : tensor<2xf32> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %t = lnn.activate tanh %n : tensor<2xf32>
    %o = lnn.affine(%s, %t) weights [dense<[[0.5, -0.6]]> : tensor<1x2xf32>, dense<[[0.3, 0.7]]> : tensor<1x2xf32>] bias dense<0.1> : tensor<1xf32> : (tensor<2xf32>, tensor<2xf32>) -> tensor<1xf32>
    %p = lnn.activate sigmoid %n : tensor<2xf32>
    lnn.yield %s, %t, %o, %p : tensor<2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<2xf32>
  }
  lnn.return %y, %z : tensor<?x1xf32>, tensor<?x2xf32>
}
