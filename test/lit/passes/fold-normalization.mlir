// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-fold-normalization))' | FileCheck %s

// W * (x - offset) * scale: columns scaled, the bias shifted by W*scale*offset.
// CHECK-LABEL: lnn.model @before
lnn.model @before {
// CHECK: ^bb0(%[[X:.*]]: tensor<2xf32>):
^bb0(%x: tensor<2xf32>):
  // CHECK-NEXT: lnn.affine(%[[X]]) weights
  // CHECK-SAME: {{\[}}dense<{{\[}}[2.000000e+00, 8.000000e+00], [6.000000e+00, 1.600000e+01]]>
  // CHECK-SAME: bias dense<[-9.000000e+00, -2.100000e+01]>
  %0 = lnn.normalize %x offset [1.0] scale [2.0, 4.0] : tensor<2xf32>
  %1 = lnn.affine(%0) weights [dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>] bias dense<1.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  lnn.return %1 : tensor<2xf32>
}

// (W x + b - offset) * scale: rows.
// CHECK-LABEL: lnn.model @behind
lnn.model @behind {
// CHECK: ^bb0(%[[X:.*]]: tensor<2xf32>):
^bb0(%x: tensor<2xf32>):
  // CHECK-NEXT: lnn.affine(%[[X]]) weights
  // CHECK-SAME: {{\[}}dense<{{\[}}[2.000000e+00, 4.000000e+00], [1.200000e+01, 1.600000e+01]]>
  // CHECK-SAME: bias dense<[1.000000e+00, 2.000000e+00]>
  // CHECK-NEXT: lnn.return
  %0 = lnn.affine(%x) weights [dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>] bias dense<1.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  %1 = lnn.normalize %0 offset [0.5] scale [2.0, 4.0] : tensor<2xf32>
  lnn.return %1 : tensor<2xf32>
}

// Through the sequence of a scan, and only its own input of the affine.
// CHECK-LABEL: lnn.model @scan
lnn.model @scan {
^bb0(%x: tensor<2xf32>):
  // CHECK: %[[ROWS:.*]] = lnn.stack
  %rows = lnn.stack %x : tensor<2xf32> -> tensor<2x1xf32>
  %scaled = lnn.normalize %rows offset [2.0] scale [10.0] : tensor<2x1xf32>
  %zero = lnn.constant dense<0.0> : tensor<1xf32>
  // CHECK: lnn.scan over %[[ROWS]]
  %state = lnn.scan over %scaled : tensor<2x1xf32> from %zero : tensor<1xf32> {
  ^bb0(%row: tensor<1xf32>, %s: tensor<1xf32>):
    // CHECK: weights [dense<5.000000e-01> : tensor<1x1xf32>, dense<1.000000e+01> : tensor<1x1xf32>] bias dense<-1.900000e+01>
    %sum = lnn.affine(%s, %row) weights [dense<0.5> : tensor<1x1xf32>, dense<1.0> : tensor<1x1xf32>] bias dense<1.0> : tensor<1xf32> : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
    %next = lnn.activate tanh %sum : tensor<1xf32>
    lnn.yield %next : tensor<1xf32>
  }
  lnn.return %state : tensor<1xf32>
}

// An affine that reads it twice gets both of its matrices scaled.
// CHECK-LABEL: lnn.model @twice
lnn.model @twice {
^bb0(%x: tensor<1xf32>):
  // CHECK-NOT: lnn.normalize
  // CHECK: weights [dense<2.000000e+00> : tensor<1x1xf32>, dense<6.000000e+00> : tensor<1x1xf32>] bias dense<-8.000000e+00>
  %0 = lnn.normalize %x offset [1.0] scale [2.0] : tensor<1xf32>
  %1 = lnn.affine(%0, %0) weights [dense<1.0> : tensor<1x1xf32>, dense<3.0> : tensor<1x1xf32>] bias dense<0.0> : tensor<1xf32> : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  lnn.return %1 : tensor<1xf32>
}

// Somebody else reads the normalized values: they must stay.
// CHECK-LABEL: lnn.model @shared
lnn.model @shared {
^bb0(%x: tensor<2xf32>):
  // CHECK: %[[N:.*]] = lnn.normalize
  // CHECK: lnn.affine(%[[N]]) weights [dense<1.000000e+00>
  %0 = lnn.normalize %x offset [1.0] scale [2.0] : tensor<2xf32>
  %1 = lnn.affine(%0) weights [dense<1.0> : tensor<2x2xf32>] bias dense<1.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  %2 = lnn.add %0, %1 : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  lnn.return %2 : tensor<2xf32>
}

// The affine's own result is wanted too: its rows must stay.
// CHECK-LABEL: lnn.model @result_shared
lnn.model @result_shared {
^bb0(%x: tensor<2xf32>):
  // CHECK: %[[A:.*]] = lnn.affine({{.*}}) weights [dense<1.000000e+00>
  // CHECK: %[[N:.*]] = lnn.normalize %[[A]]
  // CHECK: lnn.add %[[A]], %[[N]]
  %0 = lnn.affine(%x) weights [dense<1.0> : tensor<2x2xf32>] bias dense<1.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  %1 = lnn.normalize %0 offset [1.0] scale [2.0] : tensor<2xf32>
  %2 = lnn.add %0, %1 : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  lnn.return %2 : tensor<2xf32>
}

// A value of unknown size that is 3, and a normalization of 2: nothing fits.
// CHECK-LABEL: lnn.model @misfit
lnn.model @misfit {
^bb0(%x: tensor<4xf32>):
  // CHECK: lnn.affine
  // CHECK: lnn.normalize
  %0 = lnn.affine(%x) weights [dense<0.5> : tensor<3x4xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<4xf32>) -> tensor<?xf32>
  %1 = lnn.normalize %0 offset [0.0, 0.0] scale [1.0] : tensor<?xf32>
  %2 = lnn.last %1 : tensor<?xf32> -> tensor<1xf32>
  lnn.return %2 : tensor<1xf32>
}

// Weights that the scale would make infinite, before and behind.
// CHECK-LABEL: lnn.model @overflow
lnn.model @overflow {
^bb0(%x: tensor<2xf32>):
  // CHECK: %[[N:.*]] = lnn.normalize
  // CHECK: lnn.affine(%[[N]])
  // CHECK: lnn.normalize
  %0 = lnn.normalize %x offset [0.0] scale [1.0e10] : tensor<2xf32>
  %1 = lnn.affine(%0) weights [dense<1.0e38> : tensor<2x2xf32>] bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
  %2 = lnn.normalize %1 offset [0.0] scale [1.0e10] : tensor<2xf32>
  lnn.return %2 : tensor<2xf32>
}
