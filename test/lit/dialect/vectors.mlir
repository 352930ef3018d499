// Slices, concatenations, reductions, functions and norms survive a round trip; what they say of a whole vector folds.
// RUN: dlnet-opt %s -allow-unregistered-dialect | dlnet-opt -allow-unregistered-dialect | FileCheck %s
// RUN: dlnet-opt %s -allow-unregistered-dialect --canonicalize | FileCheck %s --check-prefix=FOLD

%x = "test.value"() : () -> tensor<4xf32>
// CHECK: %[[PART:.*]] = lnn.slice %{{.*}} from 1 : tensor<4xf32> -> tensor<2xf32>
%part = lnn.slice %x from 1 : tensor<4xf32> -> tensor<2xf32>
// CHECK: lnn.concat %[[PART]], %{{.*}} : tensor<2xf32>, tensor<4xf32> -> tensor<6xf32>
%both = lnn.concat %part, %x : tensor<2xf32>, tensor<4xf32> -> tensor<6xf32>
// CHECK: lnn.reduce{{ *}} mean %{{.*}} : tensor<6xf32> -> tensor<1xf32>
%mean = lnn.reduce mean %both : tensor<6xf32> -> tensor<1xf32>
// CHECK: lnn.reduce{{ *}} sum %{{.*}} : tensor<6xf32> -> tensor<1xf32>
%sum = lnn.reduce sum %both : tensor<6xf32> -> tensor<1xf32>
// CHECK: lnn.layer_norm %{{.*}} gain dense<2.000000e+00> : tensor<4xf32> bias dense<1.000000e+00> : tensor<4xf32> epsilon 1.000000e-05 : tensor<4xf32>
%norm = lnn.layer_norm %x gain dense<2.0> : tensor<4xf32> bias dense<1.0> : tensor<4xf32> epsilon 1.0e-5 : tensor<4xf32>
// CHECK: lnn.activate{{ *}} relu
%relu = lnn.activate relu %norm : tensor<4xf32>
// CHECK: lnn.activate{{ *}} silu
%silu = lnn.activate silu %relu : tensor<4xf32>
// CHECK: lnn.activate{{ *}} gelu
%gelu = lnn.activate gelu %silu : tensor<4xf32>
// CHECK: lnn.activate{{ *}} exp
%exp = lnn.activate exp %gelu : tensor<4xf32>
// CHECK: lnn.activate{{ *}} reciprocal
%reciprocal = lnn.activate reciprocal %exp : tensor<4xf32>
// CHECK: lnn.activate{{ *}} damped
%damped = lnn.activate damped %reciprocal : tensor<4xf32>
%q = "test.value"() : () -> tensor<4xi16>
// CHECK: lnn.unit_norm_s16 %{{.*}} epsilon 7 : tensor<4xi16>
%unit = lnn.unit_norm_s16 %q epsilon 7 : tensor<4xi16>

// FOLD: %[[WHOLE:.*]] = "test.value"() {whole}
%whole = "test.value"() {whole} : () -> tensor<4xi32>
%same = lnn.slice %whole from 0 : tensor<4xi32> -> tensor<4xi32>
%alone = lnn.concat %same : tensor<4xi32> -> tensor<4xi32>
// FOLD: "test.use"(%[[WHOLE]])
"test.use"(%alone) : (tensor<4xi32>) -> ()
