// RUN: not dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-choose-packing{objective=both}))' 2>&1 | FileCheck %s

// CHECK: error: unknown objective 'both'; expected speed or size
lnn.model @m {
^bb0(%x: tensor<2xi16>):
  lnn.return %x : tensor<2xi16>
}
