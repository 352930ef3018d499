// RUN: dlnet-opt %s -allow-unregistered-dialect --pass-pipeline='builtin.module(lnn.model(lnn-verify-target))' -split-input-file -verify-diagnostics

lnn.model @real {
^bb0(%x: tensor<2xf32>):
  // expected-error @below {{cannot be done on the target; it is left over from the real level}}
  %0 = lnn.activate tanh %x : tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// -----

lnn.model @foreign {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{cannot be done on the target}}
  "test.op"() : () -> ()
  lnn.return %x : tensor<2xi16>
}

// -----

lnn.model @real_type {
^bb0(%x: tensor<2xf32>):
  // expected-error @below {{is left over from the real level: 'tensor<2xf32>'}}
  %0 = lnn.difference %x : tensor<2xf32>
  lnn.return %0 : tensor<2xf32>
}

// -----

lnn.model @unknown_size {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{has an unknown size: 'tensor<?xi32>'}}
  %0 = lnn.block_sum_s16 %x : tensor<2xi16> -> tensor<?xi32>
  lnn.return %x : tensor<2xi16>
}

// -----

lnn.model @alone {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{must be in a group; run lnn-fuse-elementwise}}
  %0 = lnn.high_byte %x : tensor<2xi16>
  lnn.return %0 : tensor<2xi16>
}

// -----

lnn.model @no_packing {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{has no packing; run lnn-prove-ranges}}
  %0 = lnn.matvec_s8 %x weights dense<1> : tensor<2x2xi8> : tensor<2xi16> -> tensor<2xi32>
  lnn.return %x : tensor<2xi16>
}

// -----

lnn.model @no_buffer {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{has no buffer; run lnn-plan-memory}}
  %0 = lnn.block_sum_s16 %x : tensor<2xi16> -> tensor<1xi32>
  lnn.return %x : tensor<2xi16>
}

// -----

// expected-error @below {{has no arena; run lnn-plan-memory}}
lnn.model @no_arena {
^bb0(%x: tensor<2xi16>):
  %f = lnn.fused {
    %c = lnn.clamp_s32 %x to [0, 9] : tensor<2xi16> -> tensor<2xi16>
    lnn.yield %c : tensor<2xi16>
  } {lnn.buffers = ["forecast"]} : tensor<2xi16>
  lnn.return %f : tensor<2xi16>
}

// -----

// A port may not be named like what the C has itself.
#u = #lnn.port<state, "", -1.0, 1.0, 0.001, once>
#y = #lnn.port<y, "", -1.0, 1.0, 0.001, once>
// expected-error @below {{has a port named 'state', which the emitted C needs itself}}
lnn.model @named attributes {inputs = [#u], outputs = [#y], lnn.arena = []} {
^bb0(%x: tensor<2xi16>):
  lnn.return %x : tensor<2xi16>
}

// -----

// Two states that change places would need a third vector.
#u = #lnn.port<u, "", -1.0, 1.0, 0.001, window>
#y = #lnn.port<y, "", -1.0, 1.0, 0.001, once>
lnn.model @exchange attributes {inputs = [#u], outputs = [#y], lnn.arena = []} {
^bb0(%x: tensor<3x2xi16>):
  %0 = lnn.constant dense<0> : tensor<2xi16> {lnn.buffers = [""]}
  // expected-error @below {{has states that change places, for which there is no memory}}
  %h:2 = lnn.scan over %x : tensor<3x2xi16> from %0, %0 : tensor<2xi16>, tensor<2xi16> {
  ^bb0(%u: tensor<2xi16>, %a: tensor<2xi16>, %b: tensor<2xi16>):
    lnn.yield %b, %a : tensor<2xi16>, tensor<2xi16>
  } {lnn.buffers = ["s16_0", "s16_1"]}
  lnn.return %h#0 : tensor<2xi16>
}

// -----

// A row of an odd width would be read beyond its end.
#u = #lnn.port<u, "", -1.0, 1.0, 0.001, window>
#y = #lnn.port<y, "", -1.0, 1.0, 0.001, once>
lnn.model @odd_row attributes {inputs = [#u], outputs = [#y], lnn.arena = []} {
^bb0(%x: tensor<3x1xi16>):
  %0 = lnn.constant dense<0> : tensor<2xi16> {lnn.buffers = [""]}
  %h = lnn.scan over %x : tensor<3x1xi16> from %0 : tensor<2xi16> {
  ^bb0(%u: tensor<1xi16>, %a: tensor<2xi16>):
    // expected-error @below {{reads a row of 1 columns of a sequence; products read pairs}}
    %p = lnn.matvec_s8 %u weights dense<1> : tensor<2x1xi8> packing byte_pair {lnn.buffers = ["s32_0"]} : tensor<1xi16> -> tensor<2xi32>
    lnn.yield %a : tensor<2xi16>
  } {lnn.buffers = ["s16_0"]}
  lnn.return %h : tensor<2xi16>
}

// -----

lnn.model @yields_the_window attributes {lnn.arena = []} {
^bb0(%x: tensor<2xi16>):
  // expected-error @below {{must yield what it computes itself}}
  %f = lnn.fused {
    lnn.yield %x : tensor<2xi16>
  } {lnn.buffers = ["forecast"]} : tensor<2xi16>
  lnn.return %f : tensor<2xi16>
}

// -----

// Products read pairs, and beside the age lies something else.
lnn.model @product_of_age {
^bb0(%x: tensor<2xi16>, %age: tensor<1xi16>):
  // expected-error @below {{reads the age itself; products read pairs, so it must be stacked or computed with first}}
  %0 = lnn.matvec_s8 %age weights dense<1> : tensor<2x1xi8> packing dual_row {lnn.buffers = ["s32_0"]} : tensor<1xi16> -> tensor<2xi32>
  lnn.return %x : tensor<2xi16>
}

// -----

// The newest element is read where it is, and is no vector by itself.
lnn.model @product_of_last {
^bb0(%x: tensor<2xi16>):
  %last = lnn.last %x {lnn.buffers = [""]} : tensor<2xi16> -> tensor<1xi16>
  // expected-error @below {{reads a newest element, which has no memory of its own; it must be stacked or computed with first}}
  %0 = lnn.matvec_s8 %last weights dense<1> : tensor<2x1xi8> packing dual_row {lnn.buffers = ["s32_0"]} : tensor<1xi16> -> tensor<2xi32>
  lnn.return %x : tensor<2xi16>
}
