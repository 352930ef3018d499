// Into how many blocks a window is cut is no matter of weights.
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-specialize-shape{blocks=2}))' | FileCheck %s
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-specialize-shape{blocks=6}))' | FileCheck %s --check-prefix=SIX
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-specialize-shape))' 2>&1 | FileCheck %s --check-prefix=OPEN
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-specialize-shape{blocks=4}))' 2>&1 | FileCheck %s --check-prefix=CUT
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-specialize-shape{blocks=-1}))' 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-specialize-shape{blocks=65537}))' 2>&1 | FileCheck %s --check-prefix=MANY

// OPEN: error: nothing fixes size 0 of 'tensor<?xf32>', the result of 'lnn.block_mean'
// CUT: error: 'lnn.block_mean' op cannot cut 6 elements into 4 equal blocks
// NEGATIVE: error: cannot cut a window into -1 blocks; expected 1 to 65536, or 0
// MANY: error: cannot cut a window into 65537 blocks
lnn.model @m {
^bb0(%window: tensor<6xf32>):
  // CHECK: lnn.block_mean %{{.*}} : tensor<6xf32> -> tensor<2xf32>
  // SIX: lnn.block_mean %{{.*}} : tensor<6xf32> -> tensor<6xf32>
  %level = lnn.block_mean %window : tensor<6xf32> -> tensor<?xf32>
  // CHECK: lnn.difference %{{.*}} : tensor<2xf32>
  %difference = lnn.difference %level : tensor<?xf32>
  // CHECK: lnn.stack {{.*}} : tensor<2xf32>, tensor<2xf32> -> tensor<2x2xf32>
  // SIX: lnn.stack {{.*}} : tensor<6xf32>, tensor<6xf32> -> tensor<6x2xf32>
  %rows = lnn.stack %difference, %level : tensor<?xf32>, tensor<?xf32> -> tensor<?x2xf32>
  %zero = lnn.splat 0.0 : tensor<?xf32>
  // CHECK: lnn.scan over %{{.*}} : tensor<2x2xf32> from %{{.*}} : tensor<1xf32>
  %state = lnn.scan over %rows : tensor<?x2xf32> from %zero : tensor<?xf32> {
  ^bb0(%row: tensor<2xf32>, %x: tensor<?xf32>):
    %next = lnn.affine(%x, %row) weights [dense<0.5> : tensor<1x1xf32>, dense<0.5> : tensor<1x2xf32>] bias dense<0.0> : tensor<1xf32> : (tensor<?xf32>, tensor<2xf32>) -> tensor<?xf32>
    lnn.yield %next : tensor<?xf32>
  }
  %forecast = lnn.last %state : tensor<?xf32> -> tensor<1xf32>
  lnn.return %forecast : tensor<1xf32>
}
