// Dense or sparse by what each costs, for speed and for size.
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-choose-packing))' | FileCheck %s --check-prefixes=CHECK,SPEED
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-choose-packing{objective=size}))' | FileCheck %s --check-prefixes=CHECK,SIZE
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-choose-packing,lnn-choose-packing{objective=size}))' | FileCheck %s --check-prefixes=CHECK,SIZE

// For size the dense kernel is the better one: its 192 bytes and 64 of table
// against 280 and 8. For speed, 75 instructions less are worth 32 bytes more.
// CHECK-LABEL: lnn.model @zero
lnn.model @zero {
^bb0(%x: tensor<8xi16>):
  // SPEED: lnn.matvec_s8 {{.*}} packing {{ *}}dual_row_sparse :
  // SIZE: lnn.matvec_s8 {{.*}} packing {{ *}}dual_row :
  %p = lnn.matvec_s8 %x weights dense<0> : tensor<8x8xi8> packing dual_row : tensor<8xi16> -> tensor<8xi32>
  %q = lnn.requantize %p multiplier [1000] shift 0 bias [0] : tensor<8xi32> -> tensor<8xi16>
  lnn.return %q : tensor<8xi16>
}

// Without a zero sparse costs more of both; the arithmetic stays.
// CHECK-LABEL: lnn.model @full
lnn.model @full {
^bb0(%x: tensor<8xi16>):
  // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}dual_row :
  %p = lnn.matvec_s8 %x weights dense<1> : tensor<8x8xi8> packing dual_row : tensor<8xi16> -> tensor<8xi32>
  // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}byte_pair :
  %q = lnn.matvec_s8 %x weights dense<1> : tensor<8x8xi8> packing byte_pair : tensor<8xi16> -> tensor<8xi32>
  %s = lnn.requantize %p plus %q : tensor<8xi32> multiplier [1000] shift 0 bias [0] : tensor<8xi32> -> tensor<8xi16>
  lnn.return %s : tensor<8xi16>
}

// The documented example comes first: what it saves pays for the sparse kernel,
// which the second one then has for nothing. On the third dense is faster and has
// the smaller table, but not one so small that it pays for the dense kernel.
// CHECK-LABEL: lnn.model @shared
lnn.model @shared {
^bb0(%x: tensor<64xi16>):
  // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}dual_row_sparse :
  %p = lnn.matvec_s8 %x weights dense<0> : tensor<64x64xi8> packing dual_row : tensor<64xi16> -> tensor<64xi32>
  // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}dual_row_sparse :
  %q = lnn.matvec_s8 %x weights dense<0> : tensor<4x64xi8> packing dual_row : tensor<64xi16> -> tensor<4xi32>
  // SPEED: lnn.matvec_s8 {{.*}} packing {{ *}}dual_row :
  // SIZE: lnn.matvec_s8 {{.*}} packing {{ *}}dual_row_sparse :
  %r = lnn.matvec_s8 %x weights dense<1> : tensor<8x64xi8> packing dual_row : tensor<64xi16> -> tensor<8xi32>
  %s = lnn.requantize %p multiplier [1000] shift 0 bias [0] : tensor<64xi32> -> tensor<64xi16>
  lnn.return %s : tensor<64xi16>
}

// Two rows are half of what the dense kernel does at a time, so that sparse is
// faster even without a zero. That pays for its kernel where it runs 20 times.
// CHECK-LABEL: lnn.model @repeated
lnn.model @repeated {
^bb0(%x: tensor<8xi16>):
  %zero = lnn.constant dense<0> : tensor<2xi16>
  // CHECK: lnn.scan
  %state = lnn.scan times 20 from %zero : tensor<2xi16> {
  ^bb0(%s: tensor<2xi16>):
    // SPEED: lnn.matvec_s8 {{.*}} packing {{ *}}byte_pair_sparse :
    // SIZE: lnn.matvec_s8 {{.*}} packing {{ *}}byte_pair :
    %p = lnn.matvec_s8 %x weights dense<1> : tensor<2x8xi8> packing byte_pair : tensor<8xi16> -> tensor<2xi32>
    %q = lnn.requantize %p multiplier [1000] shift 0 bias [0] : tensor<2xi32> -> tensor<2xi16>
    lnn.yield %q : tensor<2xi16>
  }
  lnn.return %state : tensor<2xi16>
}

// CHECK-LABEL: lnn.model @once
lnn.model @once {
^bb0(%x: tensor<8xi16>):
  // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}byte_pair :
  %p = lnn.matvec_s8 %x weights dense<1> : tensor<2x8xi8> packing byte_pair : tensor<8xi16> -> tensor<2xi32>
  %q = lnn.requantize %p multiplier [1000] shift 0 bias [0] : tensor<2xi32> -> tensor<2xi16>
  lnn.return %q : tensor<2xi16>
}

// More columns than a byte can number.
// CHECK-LABEL: lnn.model @wide
lnn.model @wide {
^bb0(%x: tensor<512xi16>):
  // CHECK: lnn.matvec_s8 {{.*}} packing {{ *}}dual_row :
  %p = lnn.matvec_s8 %x weights dense<0> : tensor<2x512xi8> packing dual_row : tensor<512xi16> -> tensor<2xi32>
  %q = lnn.requantize %p multiplier [1000] shift 0 bias [0] : tensor<2xi32> -> tensor<2xi16>
  lnn.return %q : tensor<2xi16>
}

// What an earlier run unrolled is compared as loops again.
// CHECK-LABEL: lnn.model @unrolled
lnn.model @unrolled {
^bb0(%x: tensor<200xi16>):
  // CHECK-NOT: unroll
  %p = lnn.matvec_s8 %x weights dense<1> : tensor<2x200xi8> packing dual_row_sparse unroll : tensor<200xi16> -> tensor<2xi32>
  %q = lnn.requantize %p multiplier [1000] shift 0 bias [0] : tensor<2xi32> -> tensor<2xi16>
  // CHECK: lnn.return
  lnn.return %q : tensor<2xi16>
}
