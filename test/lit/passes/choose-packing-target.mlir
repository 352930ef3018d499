// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-choose-packing{target=rv32}))' | FileCheck %s --check-prefix=RV32
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-choose-packing{target=armv6m}))' | FileCheck %s --check-prefix=ARMV6M
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-choose-packing{target=cortex_m33}))' | FileCheck %s --check-prefix=M33

// Each target has packings of its own, whatever was decided for another one.
// RV32-LABEL: lnn.model @m
// ARMV6M-LABEL: lnn.model @m
// M33-LABEL: lnn.model @m
lnn.model @m {
^bb0(%x: tensor<64xi16>):
  // RV32: lnn.matvec_s8 %{{.*}} weights dense<1> : tensor<64x64xi8> packing four_rows :
  // ARMV6M: lnn.matvec_s8 %{{.*}} weights dense<1> : tensor<64x64xi8> packing four_rows :
  // M33: lnn.matvec_s8 %{{.*}} weights dense<1> : tensor<64x64xi8> packing dual_row :
  %0 = lnn.matvec_s8 %x weights dense<1> : tensor<64x64xi8> packing dual_row : tensor<64xi16> -> tensor<64xi32>
  %1 = lnn.clamp_s32 %0 to [0, 9] : tensor<64xi32> -> tensor<64xi16>
  // RV32: lnn.matvec_s8 %{{.*}} weights dense<0> : tensor<64x64xi8> packing byte_pair_sparse :
  // ARMV6M: lnn.matvec_s8 %{{.*}} weights dense<0> : tensor<64x64xi8> packing byte_pair_sparse :
  // M33: lnn.matvec_s8 %{{.*}} weights dense<0> : tensor<64x64xi8> packing dual_row_sparse :
  %2 = lnn.matvec_s8 %1 weights dense<0> : tensor<64x64xi8> packing dual_row : tensor<64xi16> -> tensor<64xi32>
  %3 = lnn.clamp_s32 %2 to [0, 9] : tensor<64xi32> -> tensor<64xi16>
  // RV32: lnn.matvec_s8 %{{.*}} packing four_rows :
  // ARMV6M: lnn.matvec_s8 %{{.*}} packing four_rows :
  // M33: lnn.matvec_s8 %{{.*}} packing byte_pair :
  %4 = lnn.matvec_s8 %3 weights dense<1> : tensor<64x64xi8> packing four_rows : tensor<64xi16> -> tensor<64xi32>
  %5 = lnn.clamp_s32 %4 to [0, 9] : tensor<64xi32> -> tensor<64xi16>
  lnn.return %5 : tensor<64xi16>
}
