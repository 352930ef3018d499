// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-thin-horizon))' | FileCheck %s
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-thin-horizon{tolerance=0.2}))' | FileCheck %s --check-prefix=COARSE
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-thin-horizon{tolerance=0}))' | FileCheck %s --check-prefix=OFF

// OFF-NOT: lnn.interpolate

// The documented example.
// CHECK-LABEL: lnn.model @line
lnn.model @line {
^bb0(%window: tensor<1xf32>):
  // CHECK: %[[K:.*]] = lnn.affine({{.*}}) weights [dense<{{\[}}[1.000000e+00], [5.000000e+00]]> : tensor<2x1xf32>] bias dense<5.000000e-01> : tensor<2xf32>
  // CHECK-NEXT: %[[F:.*]] = lnn.interpolate %[[K]] : tensor<2xf32> -> tensor<4xf32>
  // CHECK-NEXT: lnn.return %[[F]]
  %0 = lnn.affine(%window) weights [dense<[[2.0], [3.0], [4.0], [5.0]]> : tensor<4x1xf32>] bias dense<0.5> : tensor<4xf32> : (tensor<1xf32>) -> tensor<4xf32>
  lnn.return %0 : tensor<4xf32>
}

// A kink at the second element wants a knot there. The line of least squares,
// from 0.5 to 1.1, is off by 0.15, 0.2, 0.05 and 0.1 times the input, 0.125 in
// the mean, and does with a tolerance beyond that.
// CHECK-LABEL: lnn.model @kink
// COARSE-LABEL: lnn.model @kink
lnn.model @kink {
^bb0(%window: tensor<1xf32>):
  // CHECK: dense<{{\[}}[0.000000e+00], [1.000000e+00], [1.000000e+00]]>
  // CHECK: lnn.interpolate {{.*}} : tensor<3xf32> -> tensor<4xf32>
  // COARSE: lnn.interpolate {{.*}} : tensor<2xf32> -> tensor<4xf32>
  %c = lnn.clamp %window to [-1.0, 1.0] : tensor<1xf32>
  %0 = lnn.affine(%c) weights [dense<[[0.5], [1.0], [1.0], [1.0]]> : tensor<4x1xf32>] bias dense<0.0> : tensor<4xf32> : (tensor<1xf32>) -> tensor<4xf32>
  lnn.return %0 : tensor<4xf32>
}

// What treats all elements alike comes before interpolation.
// CHECK-LABEL: lnn.model @alike
lnn.model @alike {
^bb0(%window: tensor<2xf32>):
  %last = lnn.last %window : tensor<2xf32> -> tensor<1xf32>
  // CHECK: %[[A:.*]] = lnn.affine
  // CHECK-NEXT: %[[N:.*]] = lnn.normalize %[[A]] offset [1.000000e+00] scale [5.000000e-01] : tensor<2xf32>
  // CHECK-NEXT: %[[S:.*]] = lnn.sub %[[N]], %[[LAST:.*]] : tensor<2xf32>, tensor<1xf32> -> tensor<2xf32>
  // CHECK-NEXT: %[[K:.*]] = lnn.add %[[LAST]], %[[S]] : tensor<1xf32>, tensor<2xf32> -> tensor<2xf32>
  // CHECK-NEXT: %[[F:.*]] = lnn.interpolate %[[K]] : tensor<2xf32> -> tensor<3xf32>
  // CHECK-NEXT: lnn.return %[[F]]
  %0 = lnn.affine(%window) weights [dense<[[2.0, 1.0], [3.0, 1.0], [4.0, 1.0]]> : tensor<3x2xf32>] bias dense<0.5> : tensor<3xf32> : (tensor<2xf32>) -> tensor<3xf32>
  %1 = lnn.normalize %0 offset [1.0] scale [0.5] : tensor<3xf32>
  %2 = lnn.sub %1, %last : tensor<3xf32>, tensor<1xf32> -> tensor<3xf32>
  %3 = lnn.add %last, %2 : tensor<1xf32>, tensor<3xf32> -> tensor<3xf32>
  lnn.return %3 : tensor<3xf32>
}

// The recorded range of the inputs decides: here they are so small that one
// curve is as good as any.
// CHECK-LABEL: lnn.model @recorded
lnn.model @recorded {
^bb0(%window: tensor<1xf32>):
  // CHECK: lnn.interpolate {{.*}} : tensor<2xf32> -> tensor<4xf32>
  %c = lnn.clamp %window to [-1.0, 1.0] {lnn.range = array<f64: -1.0e-5, 1.0e-5>} : tensor<1xf32>
  %0 = lnn.affine(%c) weights [dense<[[0.5], [-1.0], [1.0], [-1.0]]> : tensor<4x1xf32>] bias dense<0.0> : tensor<4xf32> : (tensor<1xf32>) -> tensor<4xf32>
  lnn.return %0 : tensor<4xf32>
}

// So does a scale that makes changes small: 1e-4 of what it was.
// CHECK-LABEL: lnn.model @scaled
lnn.model @scaled {
^bb0(%window: tensor<1xf32>):
  // CHECK: lnn.interpolate {{.*}} : tensor<2xf32> -> tensor<4xf32>
  %c = lnn.clamp %window to [-1.0, 1.0] : tensor<1xf32>
  %0 = lnn.affine(%c) weights [dense<[[0.5], [-1.0], [1.0], [-1.0]]> : tensor<4x1xf32>] bias dense<0.0> : tensor<4xf32> : (tensor<1xf32>) -> tensor<4xf32>
  %1 = lnn.normalize %0 offset [0.0] scale [1.0e-4] : tensor<4xf32>
  lnn.return %1 : tensor<4xf32>
}

// Rough rows, and a number of rows that nothing divides but itself.
// CHECK-LABEL: lnn.model @rough
lnn.model @rough {
^bb0(%window: tensor<1xf32>):
  // CHECK-NOT: lnn.interpolate
  %0 = lnn.affine(%window) weights [dense<[[0.5], [-1.0], [1.0], [-1.0], [0.0]]> : tensor<5x1xf32>] bias dense<0.0> : tensor<5xf32> : (tensor<1xf32>) -> tensor<5xf32>
  lnn.return %0 : tensor<5xf32>
}

// Two knots for two elements would save nothing.
// CHECK-LABEL: lnn.model @short
lnn.model @short {
^bb0(%window: tensor<1xf32>):
  // CHECK-NOT: lnn.interpolate
  %0 = lnn.affine(%window) weights [dense<[[1.0], [2.0]]> : tensor<2x1xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<1xf32>) -> tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// Elements that are not treated alike: an offset for each, a function that is
// not linear, a second input.
// CHECK-LABEL: lnn.model @offsets
lnn.model @offsets {
^bb0(%window: tensor<1xf32>):
  // CHECK-NOT: lnn.interpolate
  %0 = lnn.affine(%window) weights [dense<1.0> : tensor<3x1xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<1xf32>) -> tensor<3xf32>
  %1 = lnn.normalize %0 offset [0.0, 1.0, 0.0] scale [1.0] : tensor<3xf32>
  lnn.return %1 : tensor<3xf32>
}
// CHECK-LABEL: lnn.model @bent
lnn.model @bent {
^bb0(%window: tensor<1xf32>):
  // CHECK-NOT: lnn.interpolate
  %0 = lnn.affine(%window) weights [dense<1.0> : tensor<3x1xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<1xf32>) -> tensor<3xf32>
  %1 = lnn.clamp %0 to [0.0, 1.0] : tensor<3xf32>
  lnn.return %1 : tensor<3xf32>
}
// CHECK-LABEL: lnn.model @both
lnn.model @both {
^bb0(%window: tensor<1xf32>):
  // CHECK-NOT: lnn.interpolate
  %0 = lnn.affine(%window, %window) weights [dense<1.0> : tensor<3x1xf32>, dense<1.0> : tensor<3x1xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<1xf32>, tensor<1xf32>) -> tensor<3xf32>
  lnn.return %0 : tensor<3xf32>
}

// Somebody else wants all rows.
// CHECK-LABEL: lnn.model @shared
lnn.model @shared {
^bb0(%window: tensor<1xf32>):
  // CHECK-NOT: lnn.interpolate
  %0 = lnn.affine(%window) weights [dense<1.0> : tensor<3x1xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<1xf32>) -> tensor<3xf32>
  %1 = lnn.last %0 : tensor<3xf32> -> tensor<1xf32>
  %2 = lnn.add %0, %1 : tensor<3xf32>, tensor<1xf32> -> tensor<3xf32>
  lnn.return %2 : tensor<3xf32>
}

// The integer level has no rows to thin.
// CHECK-LABEL: lnn.model @integer
lnn.model @integer {
^bb0(%window: tensor<2xi16>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: lnn.return
  lnn.return %window : tensor<2xi16>
}
