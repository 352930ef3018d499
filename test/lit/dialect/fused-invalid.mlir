// A loop over elements gives vectors of one length.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// fused_c1
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{has a body that takes no arguments}}
%r = lnn.fused {
^bb0(%a: tensor<2xi16>):
  lnn.yield %a : tensor<2xi16>
} : tensor<2xi16>

// -----

// fused_c2
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{must yield its results}}
%r = lnn.fused {
  lnn.yield %j : tensor<2xi32>
} : tensor<2xi16>

// -----

// fused_c3
// expected-error @below {{must have a result}}
"lnn.fused"() ({
  "lnn.yield"() : () -> ()
}) : () -> ()

// -----

// fused_c4
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
%k = "test.value"() : () -> tensor<3xi16>
// expected-error @below {{has results of 2 and 3 elements}}
%r:2 = lnn.fused {
  lnn.yield %i, %k : tensor<2xi16>, tensor<3xi16>
} : tensor<2xi16>, tensor<3xi16>

// -----

// fused_c5
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{may hold elementwise integer operations only, not lnn.matvec_s8}}
%r = lnn.fused {
  %p = lnn.matvec_s8 %i weights dense<1> : tensor<2x2xi8> : tensor<2xi16> -> tensor<2xi32>
  lnn.yield %p : tensor<2xi32>
} : tensor<2xi32>

// -----

// fused_c5: unknown operations
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{may hold elementwise integer operations only, not test.op}}
%r = lnn.fused {
  "test.op"() : () -> ()
  lnn.yield %j : tensor<2xi32>
} : tensor<2xi32>

// -----

// fused_c6
%i = "test.value"() : () -> tensor<2xi16>
%j = "test.value"() : () -> tensor<2xi32>
%k = "test.value"() : () -> tensor<3xi16>
// expected-error @below {{holds lnn.high_byte of 3 elements in a loop of 2}}
%r = lnn.fused {
  %p = lnn.high_byte %k : tensor<3xi16>
  lnn.yield %j : tensor<2xi32>
} : tensor<2xi32>

// -----

// fused_c7
%k = "test.value"() : () -> tensor<2xi32>
// expected-error @below {{interpolates knots that it computes itself; they must be there before its loop}}
%r = lnn.fused {
  %p = lnn.scale_s32 %k by 3 : tensor<2xi32> -> tensor<2xi32>
  %q = lnn.interpolate_s32 %p : tensor<2xi32> -> tensor<2xi32>
  lnn.yield %q : tensor<2xi32>
} : tensor<2xi32>

// -----

// fused_c8
%k = "test.value"() : () -> tensor<2xi32>
%l = "test.value"() : () -> tensor<6xi32>
// expected-error @below {{interpolates 1 elements in a loop of 6}}
%r = lnn.fused {
  %p = lnn.interpolate_s32 %k : tensor<2xi32> -> tensor<1xi32>
  %q = lnn.add_s32 %l, %p : tensor<6xi32>, tensor<1xi32> -> tensor<6xi32>
  lnn.yield %q : tensor<6xi32>
} : tensor<6xi32>

// -----

// fused_c9
%k = "test.value"() : () -> tensor<2xi32>
%l = "test.value"() : () -> tensor<3xi32>
// expected-error @below {{interpolates between 2 and 3 knots in one loop}}
%r = lnn.fused {
  %p = lnn.interpolate_s32 %k : tensor<2xi32> -> tensor<6xi32>
  %q = lnn.interpolate_s32 %l : tensor<3xi32> -> tensor<6xi32>
  %s = lnn.add_s32 %p, %q : tensor<6xi32>, tensor<6xi32> -> tensor<6xi32>
  lnn.yield %s : tensor<6xi32>
} : tensor<6xi32>
