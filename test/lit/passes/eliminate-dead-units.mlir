// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-eliminate-dead-units))' | FileCheck %s

// As in the documentation: nothing reads the second row.
// CHECK-LABEL: lnn.model @rows
lnn.model @rows {
^bb0(%window: tensor<4xf32>):
  // CHECK: %[[A:.*]] = lnn.affine({{.*}}) weights [dense<{{\[\[}}1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]]> : tensor<1x4xf32>] bias dense<5.000000e-01> : tensor<1xf32> : (tensor<4xf32>) -> tensor<1xf32>
  // CHECK-NEXT: %[[T:.*]] = lnn.activate tanh %[[A]] : tensor<1xf32>
  // CHECK-NEXT: lnn.affine(%[[T]]) weights [dense<{{\[\[}}5.000000e-01], [2.000000e+00]]> : tensor<2x1xf32>]
  %1 = lnn.affine(%window) weights [dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>] bias dense<[0.5, 0.25]> : tensor<2xf32> : (tensor<4xf32>) -> tensor<2xf32>
  %2 = lnn.activate tanh %1 : tensor<2xf32>
  %3 = lnn.affine(%2) weights [dense<[[0.5, 0.0], [2.0, -0.0]]> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  lnn.return %3 : tensor<2xf32>
}

// Of three units the readout reads the first, which reads the third; the second
// reads all and itself, and is read by itself alone. Nested scans, constants,
// scales, ranges and rows shrink with the state; what belongs to the sequence
// stays.
// CHECK-LABEL: lnn.model @recurrence
lnn.model @recurrence {
^bb0(%window: tensor<2xf32>):
  %rows = lnn.stack %window : tensor<2xf32> -> tensor<2x1xf32>
  // CHECK-DAG: %[[INIT:.*]] = lnn.constant dense<[1.000000e+00, 3.000000e+00]> : tensor<2xf32>
  %init = lnn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  // CHECK: lnn.scan over %{{.*}} : tensor<2x1xf32> from %[[INIT]] : tensor<2xf32> {
  // CHECK-NEXT: ^bb0(%[[ROW:.*]]: tensor<1xf32>, %[[X:.*]]: tensor<2xf32>):
  %state = lnn.scan over %rows : tensor<2x1xf32> from %init : tensor<3xf32> {
  ^bb0(%row: tensor<1xf32>, %x: tensor<3xf32>):
    // CHECK: lnn.scan times 2 from %[[X]] : tensor<2xf32> {
    // CHECK-NEXT: ^bb0(%[[Y:.*]]: tensor<2xf32>):
    %inner = lnn.scan times 2 from %x : tensor<3xf32> {
    ^bb0(%y: tensor<3xf32>):
      // CHECK: lnn.affine(%[[Y]], %[[ROW]]) weights [dense<{{\[\[}}0.000000e+00, 3.000000e-01], [0.000000e+00, 7.500000e-01]]> : tensor<2x2xf32>, dense<{{\[\[}}1.000000e+00], [3.000000e+00]]> : tensor<2x1xf32>] bias dense<[1.000000e-01, 3.000000e-01]> : tensor<2xf32> :
      %a = lnn.affine(%y, %row) weights [dense<[[0.0, 0.0, 0.3], [0.4, 0.5, 0.6], [0.0, 0.0, 0.75]]> : tensor<3x3xf32>, dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>] bias dense<[0.1, 0.2, 0.3]> : tensor<3xf32> {lnn.keys = ["w", "u", "b"]} : (tensor<3xf32>, tensor<1xf32>) -> tensor<3xf32>
      // CHECK: lnn.normalize {{.*}} offset [1.0{{0*}}e+00, 3.0{{0*}}e+00] scale [2.0{{0*}}e+00] {lnn.range = array<f64: 1.000000e+00, 2.000000e+00, 5.000000e+00, 6.000000e+00>} : tensor<2xf32>
      %n = lnn.normalize %a offset [1.0, 2.0, 3.0] scale [2.0] {lnn.range = array<f64: 1.0, 2.0, 3.0, 4.0, 5.0, 6.0>} : tensor<3xf32>
      %t = lnn.activate tanh %n : tensor<3xf32>
      %d = lnn.sub %t, %y : tensor<3xf32>, tensor<3xf32> -> tensor<3xf32>
      // CHECK: lnn.euler_step {{.*}} : tensor<2xf32>
      %s = lnn.euler_step %y, %d dt 0.5 : tensor<3xf32>
      lnn.yield %s : tensor<3xf32>
    }
    lnn.yield %inner : tensor<3xf32>
  } {lnn.range = array<f64: -1.0, 1.0>}
  // CHECK: {lnn.range = array<f64: -1.000000e+00, 1.000000e+00>}
  // CHECK-NEXT: lnn.affine(%{{.*}}) weights [dense<{{\[\[}}1.000000e+00, 0.000000e+00]]> : tensor<1x2xf32>]
  %r = lnn.affine(%state) weights [dense<[[1.0, 0.0, 0.0]]> : tensor<1x3xf32>] bias dense<0.0> : tensor<1xf32> : (tensor<3xf32>) -> tensor<1xf32>
  lnn.return %r : tensor<1xf32>
}

// Unit 1 is read by a row of the readout that no curve uses: row and unit go,
// also before lnn-discretize. A constant that others share is cut for each.
// CHECK-LABEL: lnn.model @through_a_dead_row
lnn.model @through_a_dead_row {
^bb0(%window: tensor<2xf32>):
  %init = lnn.constant dense<[0.0, 4.0]> : tensor<2xf32>
  // CHECK: lnn.scan times 3 from %{{.*}} : tensor<1xf32>
  %state = lnn.scan times 3 from %init : tensor<2xf32> {
  ^bb0(%x: tensor<2xf32>):
    // CHECK: lnn.ode %{{.*}} : tensor<1xf32> {
    // CHECK-NEXT: ^bb0(%{{.*}}: tensor<1xf32>):
    %o = lnn.ode %x : tensor<2xf32> {
    ^bb0(%y: tensor<2xf32>):
      %d = lnn.sub %init, %y : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
      lnn.yield %d : tensor<2xf32>
    }
    lnn.yield %o : tensor<2xf32>
  }
  // CHECK: lnn.affine(%{{.*}}) weights [dense<5.000000e+00> : tensor<1x1xf32>] bias dense<1.000000e+00> : tensor<1xf32> {lnn.range = array<f64: -1.000000e+00, 1.000000e+00>}
  %k = lnn.affine(%state) weights [dense<[[5.0, 0.0], [6.0, 7.0]]> : tensor<2x2xf32>] bias dense<[1.0, 2.0]> : tensor<2xf32> {lnn.range = array<f64: -1.0, 1.0, -2.0, 2.0>} : (tensor<2xf32>) -> tensor<2xf32>
  %r = lnn.affine(%k) weights [dense<[[1.0, 0.0], [2.0, 0.0]]> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: lnn.add %{{.*}} : tensor<2xf32>
  %f = lnn.add %r, %init : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  lnn.return %f : tensor<2xf32>
}

// A readout of zeros: the forecast is a constant, and one unit is kept.
// CHECK-LABEL: lnn.model @nothing_read
lnn.model @nothing_read {
^bb0(%window: tensor<2xf32>):
  // CHECK: lnn.affine({{.*}}) weights [dense<1.000000e+00> : tensor<1x2xf32>]
  %1 = lnn.affine(%window) weights [dense<1.0> : tensor<3x2xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<2xf32>) -> tensor<3xf32>
  // CHECK: lnn.affine({{.*}}) weights [dense<0.000000e+00> : tensor<2x1xf32>]
  %2 = lnn.affine(%1) weights [dense<0.0> : tensor<2x3xf32>] bias dense<0.5> : tensor<2xf32> : (tensor<3xf32>) -> tensor<2xf32>
  lnn.return %2 : tensor<2xf32>
}

// What looks at other lanes than its own keeps them all; so does an element
// that is repeated, and keys stay where nothing shrinks.
// CHECK-LABEL: lnn.model @whole
lnn.model @whole {
^bb0(%window: tensor<2xf32>):
  // CHECK: tensor<2x2xf32>{{.*}}lnn.keys = ["w", "b"]
  %1 = lnn.affine(%window) weights [dense<1.0> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> {lnn.keys = ["w", "b"]} : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: lnn.last %{{.*}} : tensor<2xf32>
  %2 = lnn.last %1 : tensor<2xf32> -> tensor<1xf32>
  %3 = lnn.add %window, %2 : tensor<2xf32>, tensor<1xf32> -> tensor<2xf32>
  // CHECK: lnn.affine({{.*}}) weights [dense<{{.*}}> : tensor<2x2xf32>]
  %4 = lnn.affine(%3) weights [dense<[[1.0, 0.0], [2.0, 0.0]]> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  lnn.return %4 : tensor<2xf32>
}
