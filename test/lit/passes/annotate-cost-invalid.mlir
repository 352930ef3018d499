// RUN: dlnet-opt %s -allow-unregistered-dialect --pass-pipeline='builtin.module(lnn.model(lnn-annotate-cost))' -split-input-file -verify-diagnostics

// expected-error @below {{has no arena; run lnn-plan-memory}}
lnn.model @unplanned {
^bb0(%x: tensor<2xi16>):
  lnn.return %x : tensor<2xi16>
}

// -----

lnn.model @real attributes {lnn.arena = []} {
^bb0(%x: tensor<2xf32>):
  // expected-error @below {{lnn-annotate-cost takes integer-level networks; found lnn.difference of 'tensor<2xf32>'}}
  %0 = lnn.difference %x : tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// -----

lnn.model @unknown_size attributes {lnn.arena = []} {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{has an unknown size: 'tensor<?xi32>'}}
  %0 = lnn.block_sum_s16 %x : tensor<2xi16> -> tensor<?xi32>
  lnn.return %x : tensor<2xi16>
}

// -----

lnn.model @unpacked attributes {lnn.arena = []} {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{has no packing; run lnn-prove-ranges}}
  %0 = lnn.matvec_s8 %x weights dense<1> : tensor<2x2xi8> {lnn.buffers = ["s32_0"]} : tensor<2xi16> -> tensor<2xi32>
  lnn.return %x : tensor<2xi16>
}

// -----

lnn.model @unplaced attributes {lnn.arena = []} {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{has no buffer; run lnn-plan-memory}}
  %0 = lnn.difference %x : tensor<2xi16>
  lnn.return %0 : tensor<2xi16>
}

// -----

lnn.model @foreign attributes {lnn.arena = []} {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{lnn-annotate-cost takes integer-level networks; found test.op of 'index'}}
  %0 = "test.op"() : () -> index
  lnn.return %x : tensor<2xi16>
}

// -----

// A scan may start from the window; what its body makes must be in a group.
lnn.model @unfused attributes {lnn.arena = []} {
^bb0(%x: tensor<2xi16>):
  %s = lnn.scan times 2 from %x : tensor<2xi16> {
  ^bb0(%v: tensor<2xi16>):
    // expected-error @below {{must be in a group; run lnn-fuse-elementwise}}
    %0 = lnn.clamp_s32 %v to [0, 127] {lnn.buffers = ["s16_0"]} : tensor<2xi16> -> tensor<2xi16>
    lnn.yield %0 : tensor<2xi16>
  } {lnn.buffers = ["s16_1"]}
  lnn.return %s : tensor<2xi16>
}
