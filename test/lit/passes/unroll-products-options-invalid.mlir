// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-unroll-products{flash=-1}))' 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-unroll-products{flash=all}))' 2>&1 | FileCheck %s --check-prefix=TYPE

// NEGATIVE: error: cannot unroll within -1 bytes of flash; expected 0 or more
// TYPE: 'all' value invalid
lnn.model @m {
^bb0(%window: tensor<2xi16>):
  lnn.return %window : tensor<2xi16>
}
