// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The layout that kernels and compiler agree on.
#include "passes/targets/Packing.h"

#include "dialect/Lnn.h"

#include <gtest/gtest.h>

using namespace dlnet;
using cost::packWeights;

namespace {

TEST(Packing, DualRowsBorrowFromTheUpperByte) {
  auto packed = packWeights(2, 2, {1, 2, -1, 3}, cost::ProductForm::DualRow);
  EXPECT_EQ(packed.rowBlocks, 1);
  EXPECT_EQ(packed.columnPairs, 1);
  // 256 * 1 - 1 = 0x00ff and 256 * 2 + 3 = 0x0203; rows 2 and 3 are padding.
  EXPECT_EQ(packed.words, (std::vector<uint32_t>{0x020300ffu, 0u}));
}

TEST(Packing, BytesStayApartInTheOtherForm) {
  auto packed = packWeights(2, 2, {1, 2, -1, 3}, cost::ProductForm::BytePair);
  EXPECT_EQ(packed.words, (std::vector<uint32_t>{0x020301ffu, 0u}));
}

TEST(Packing, FourRowsLieTogetherColumnByColumn) {
  auto packed = packWeights(5, 2, {1, 2, 3, 4, -5, 6, 7, 8, 9, -10},
                            cost::ProductForm::FourRows);
  EXPECT_EQ(packed.bytes, (std::vector<int8_t>{1, 3, -5, 7, 2, 4, 6, 8, //
                                               9, 0, 0, 0, -10, 0, 0, 0}));
  EXPECT_EQ(packed.rowBlocks, 2);
  EXPECT_TRUE(packed.words.empty());
}

TEST(Packing, OddSizesArePaddedWithZeros) {
  auto packed = packWeights(5, 3, std::vector<int64_t>(15, 1),
                            cost::ProductForm::DualRow);
  EXPECT_EQ(packed.rowBlocks, 2);
  EXPECT_EQ(packed.columnPairs, 2);
  EXPECT_EQ(packed.words.size(), 8u);
  EXPECT_EQ(packed.words[2], 0x00000101u); // column 2 of rows 0 and 1
  EXPECT_EQ(packed.words[5], 0u);          // rows 6 and 7
}

TEST(Packing, SparseKeepsTheBlocksThatAreNotZero) {
  // Blocks, of which only the second and the last are not all zero.
  std::vector<int64_t> values = {0, 0, 1,  2, //
                                 0, 0, -1, 3, //
                                 0, 0, 0,  0, //
                                 0, 0, 0,  -5};
  auto dual = packWeights(4, 4, values, cost::ProductForm::DualRowSparse);
  EXPECT_EQ(dual.rowPairs, 2);
  // As in the dense forms; -5 alone in the lower row is 0xfffb.
  EXPECT_EQ(dual.words, (std::vector<uint32_t>{0x020300ffu, 0xfffb0000u}));
  EXPECT_EQ(dual.blocks, (std::vector<uint8_t>{1, 1, 1, 1}));
  auto bytes = packWeights(4, 4, values, cost::ProductForm::BytePairSparse);
  EXPECT_EQ(bytes.words, (std::vector<uint32_t>{0x020301ffu, 0x00fb0000u}));
  EXPECT_EQ(bytes.blocks, dual.blocks);
}

TEST(Packing, SparseRowPairsMayBeEmpty) {
  std::vector<int64_t> values(7 * 3);
  values[3 * 2 + 2] = 1;  // row 2, column 2
  values[3 * 6 + 0] = -1; // row 6 of seven, column 0
  auto packed = packWeights(7, 3, values, cost::ProductForm::DualRowSparse);
  EXPECT_EQ(packed.rowPairs, 4);
  EXPECT_EQ(packed.words, (std::vector<uint32_t>{0x00000100u, 0x0000ff00u}));
  EXPECT_EQ(packed.blocks, (std::vector<uint8_t>{0, 1, 1, 0, 1, 0}));
}

TEST(Packing, SparseHasAWordEvenWithoutAnyBlock) {
  auto packed = packWeights(3, 2, std::vector<int64_t>(6),
                            cost::ProductForm::BytePairSparse);
  EXPECT_EQ(packed.words, std::vector<uint32_t>{0});
  EXPECT_EQ(packed.blocks, (std::vector<uint8_t>{0, 0}));
}

TEST(Packing, SparseTakesAsManyColumnsAsAByteCounts) {
  int64_t columns = lnn::kMaxSparseColumns;
  auto packed = packWeights(1, columns, std::vector<int64_t>(columns, 1),
                            cost::ProductForm::DualRowSparse);
  ASSERT_EQ(packed.blocks.size(), 256u);
  EXPECT_EQ(packed.blocks.front(), 255);
  EXPECT_EQ(packed.blocks.back(), 254);
}

TEST(Packing, StraightTakesTheBlocksOfFourRowsByColumn) {
  std::vector<int64_t> values(7 * 5);
  values[5 * 0 + 4] = 4; // rows 0 and 1, the third pair of columns
  values[5 * 1 + 0] = 1; // rows 0 and 1, the first
  values[5 * 2 + 1] = 2; // rows 2 and 3, the first
  values[5 * 6 + 2] = 3; // row 6 of seven, the second
  auto packed =
      packWeights(7, 5, values, cost::ProductForm::DualRowSparse, true);
  EXPECT_EQ(packed.rowPairs, 4);
  EXPECT_EQ(packed.words, (std::vector<uint32_t>{0x00000001u, 0x02000000u,
                                                 0x00000400u, 0x00000300u}));
  EXPECT_EQ(packed.blocks, (std::vector<uint8_t>{3, 0, 1, 4, 1, 3}));
}

TEST(Packing, StraightTakesAsManyColumnsAsAByteNumbers) {
  int64_t columns = lnn::kMaxStraightColumns;
  auto packed = packWeights(4, columns, std::vector<int64_t>(4 * columns, 1),
                            cost::ProductForm::BytePairSparse, true);
  ASSERT_EQ(packed.blocks.size(), 255u);
  EXPECT_EQ(packed.blocks.front(), 254);
  EXPECT_EQ(packed.blocks.back(), 253);
}

} // namespace
