// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The layout that kernels and compiler agree on.
#include "codegen/Packing.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>

using namespace dlnet;

namespace {

mlir::DenseElementsAttr matrix(mlir::MLIRContext &context, int64_t rows,
                               int64_t columns, std::vector<int8_t> values) {
  return mlir::DenseElementsAttr::get(
      mlir::RankedTensorType::get({rows, columns},
                                  mlir::IntegerType::get(&context, 8)),
      llvm::ArrayRef<int8_t>(values));
}

TEST(Packing, DualRowsBorrowFromTheUpperByte) {
  mlir::MLIRContext context;
  auto packed = codegen::packWeights(matrix(context, 2, 2, {1, 2, -1, 3}),
                                     lnn::Packing::DualRow);
  EXPECT_EQ(packed.rowBlocks, 1);
  EXPECT_EQ(packed.columnPairs, 1);
  // 256 * 1 - 1 = 0x00ff and 256 * 2 + 3 = 0x0203; rows 2 and 3 are padding.
  EXPECT_EQ(packed.words, (std::vector<uint32_t>{0x020300ffu, 0u}));
}

TEST(Packing, BytesStayApartInTheOtherForm) {
  mlir::MLIRContext context;
  auto packed = codegen::packWeights(matrix(context, 2, 2, {1, 2, -1, 3}),
                                     lnn::Packing::Sxtb16);
  EXPECT_EQ(packed.words, (std::vector<uint32_t>{0x020301ffu, 0u}));
}

TEST(Packing, OddSizesArePaddedWithZeros) {
  mlir::MLIRContext context;
  auto packed = codegen::packWeights(
      matrix(context, 5, 3, std::vector<int8_t>(15, 1)), lnn::Packing::DualRow);
  EXPECT_EQ(packed.rowBlocks, 2);
  EXPECT_EQ(packed.columnPairs, 2);
  EXPECT_EQ(packed.words.size(), 8u);
  EXPECT_EQ(packed.words[2], 0x00000101u); // column 2 of rows 0 and 1
  EXPECT_EQ(packed.words[5], 0u);          // rows 6 and 7
}

} // namespace
