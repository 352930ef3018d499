// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// That costs are those of the packed tables; test/firmware/product_cost.py
// holds the instructions to the emulator.
#include "passes/cost/ProductCost.h"
#include "codegen/Packing.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>

#include <random>

using namespace dlnet;

namespace {

constexpr lnn::Packing kPackings[] = {
    lnn::Packing::DualRow, lnn::Packing::Sxtb16, lnn::Packing::DualRowSparse,
    lnn::Packing::Sxtb16Sparse};

cost::ProductForm formOf(lnn::Packing packing) {
  return static_cast<cost::ProductForm>(packing);
}

TEST(ProductCost, TablesAreAsLargeAsWhatIsPacked) {
  mlir::MLIRContext context;
  std::mt19937 random(5);
  for (int i = 0; i < 200; ++i) {
    int64_t rows = 1 + random() % 20, columns = 1 + random() % 20;
    unsigned density = random() % 5;
    std::vector<int8_t> weights(rows * columns);
    for (int8_t &weight : weights)
      weight = random() % 16 < density * density ? 1 : 0;
    auto type = mlir::RankedTensorType::get(
        {rows, columns}, mlir::IntegerType::get(&context, 8));
    auto attr = mlir::DenseElementsAttr::get(type, llvm::ArrayRef(weights));
    cost::ProductShape shape =
        cost::productShape(rows, columns, {weights.begin(), weights.end()});
    for (lnn::Packing packing : kPackings) {
      codegen::PackedWeights packed = codegen::packWeights(attr, packing);
      EXPECT_EQ(
          cost::productCost(shape, formOf(packing)).tableBytes,
          static_cast<int64_t>(4 * packed.words.size() + packed.blocks.size()))
          << stringifyPacking(packing).str() << " " << rows << "x" << columns;
    }
  }
}

TEST(ProductCost, EveryBlockThatGoesMakesSparseCheaper) {
  for (lnn::Packing packing :
       {lnn::Packing::DualRowSparse, lnn::Packing::Sxtb16Sparse}) {
    cost::ProductShape shape{2, 100, {50}};
    cost::ProductCost full = cost::productCost(shape, formOf(packing));
    for (int64_t &count = shape.blocks.front(); count > 0;) {
      --count;
      cost::ProductCost less = cost::productCost(shape, formOf(packing));
      EXPECT_LT(less.instructions, full.instructions) << count;
      full = less;
    }
  }
}

// Why lnn-specialize-shape does not pad states to the lanes of products. A size
// that fails here would be cheaper with units that do nothing.
TEST(ProductCost, PaddingNeverPays) {
  for (lnn::Packing packing : {lnn::Packing::DualRow, lnn::Packing::Sxtb16}) {
    for (int64_t units = 1; units <= 128; ++units) {
      for (int64_t lanes : {2, 4}) {
        int64_t padded = (units + lanes - 1) / lanes * lanes;
        cost::ProductShape exact{units, units, {}}, rounded{padded, padded, {}};
        EXPECT_LE(cost::productCost(exact, formOf(packing)).instructions,
                  cost::productCost(rounded, formOf(packing)).instructions)
            << units << " to " << padded;
        EXPECT_LE(cost::productCost(exact, formOf(packing)).tableBytes,
                  cost::productCost(rounded, formOf(packing)).tableBytes)
            << units << " to " << padded;
        EXPECT_LE(cost::unrolledCost(exact, formOf(packing)).instructions,
                  cost::unrolledCost(rounded, formOf(packing)).instructions)
            << units << " to " << padded;
      }
    }
  }
}

// A product of known width needs no counters.
TEST(ProductCost, UnrollingSavesInstructionsAtEveryWidth) {
  for (lnn::Packing packing : {lnn::Packing::DualRow, lnn::Packing::Sxtb16}) {
    for (int64_t columns = 1; columns <= lnn::kMaxUnrolledColumns; ++columns) {
      cost::ProductShape shape{6, columns, {}};
      EXPECT_LT(cost::unrolledCost(shape, formOf(packing)).instructions,
                cost::productCost(shape, formOf(packing)).instructions)
          << columns;
      EXPECT_EQ(cost::unrolledCost(shape, formOf(packing)).tableBytes,
                cost::productCost(shape, formOf(packing)).tableBytes);
    }
  }
}

} // namespace
