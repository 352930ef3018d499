// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// That costs are those of the packed tables; test/firmware/product_cost.py
// holds the instructions to the emulator.
#include "dialect/Lnn.h"
#include "passes/targets/Packing.h"
#include "passes/targets/Target.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

using namespace dlnet;

namespace {

constexpr lnn::Packing kPackings[] = {
    lnn::Packing::DualRow, lnn::Packing::BytePair, lnn::Packing::DualRowSparse,
    lnn::Packing::BytePairSparse};

cost::ProductForm formOf(lnn::Packing packing) {
  return static_cast<cost::ProductForm>(packing);
}

/// On a Cortex-M4.
cost::ProductCost productCost(const cost::ProductShape &shape,
                              cost::ProductForm form, bool unroll = false) {
  return cost::productCost(*cost::findTarget("cortex_m4"), shape, form, unroll);
}

TEST(ProductCost, TablesAreAsLargeAsWhatIsPacked) {
  std::mt19937 random(5);
  for (int i = 0; i < 200; ++i) {
    int64_t rows = 1 + random() % 20, columns = 1 + random() % 20;
    unsigned density = random() % 5;
    std::vector<int64_t> weights(rows * columns);
    for (int64_t &weight : weights)
      weight = random() % 16 < density * density ? 1 : 0;
    cost::ProductShape shape = cost::productShape(rows, columns, weights);
    for (lnn::Packing packing : kPackings) {
      cost::PackedWeights packed =
          cost::packWeights(rows, columns, weights, formOf(packing), false);
      EXPECT_EQ(
          productCost(shape, formOf(packing)).tableBytes,
          static_cast<int64_t>(4 * packed.words.size() + packed.blocks.size()))
          << stringifyPacking(packing).str() << " " << rows << "x" << columns;
      packed = cost::packWeights(rows, columns, weights, formOf(packing), true);
      EXPECT_EQ(productCost(shape, formOf(packing), true).tableBytes,
                static_cast<int64_t>(4 * packed.words.size()))
          << stringifyPacking(packing).str() << " " << rows << "x" << columns
          << " unrolled";
    }
    cost::PackedWeights packed = cost::packWeights(
        rows, columns, weights, cost::ProductForm::FourRows, false);
    for (const char *target : {"armv6m", "rv32"})
      EXPECT_EQ(cost::productCost(*cost::findTarget(target), shape,
                                  cost::ProductForm::FourRows)
                    .tableBytes,
                static_cast<int64_t>(packed.bytes.size()));
  }
}

TEST(ProductCost, EveryBlockThatGoesMakesSparseCheaper) {
  for (lnn::Packing packing :
       {lnn::Packing::DualRowSparse, lnn::Packing::BytePairSparse}) {
    for (bool unroll : {false, true}) {
      cost::ProductShape shape{2, 100, {std::vector<int64_t>(50)}};
      std::iota(shape.blocks[0].begin(), shape.blocks[0].end(), 0);
      cost::ProductCost full = productCost(shape, formOf(packing), unroll);
      while (!shape.blocks[0].empty()) {
        shape.blocks[0].pop_back();
        cost::ProductCost less = productCost(shape, formOf(packing), unroll);
        EXPECT_LT(less.instructions, full.instructions)
            << shape.blocks[0].size() << (unroll ? " unrolled" : "");
        full = less;
      }
    }
  }
}

// Why lnn-specialize-shape does not pad states to the lanes of products. A size
// that fails here would be cheaper with units that do nothing.
TEST(ProductCost, PaddingNeverPays) {
  for (lnn::Packing packing : {lnn::Packing::DualRow, lnn::Packing::BytePair}) {
    for (int64_t units = 1; units <= 128; ++units) {
      for (int64_t lanes : {2, 4}) {
        int64_t padded = (units + lanes - 1) / lanes * lanes;
        cost::ProductShape exact{units, units, {}}, rounded{padded, padded, {}};
        EXPECT_LE(productCost(exact, formOf(packing)).instructions,
                  productCost(rounded, formOf(packing)).instructions)
            << units << " to " << padded;
        EXPECT_LE(productCost(exact, formOf(packing)).tableBytes,
                  productCost(rounded, formOf(packing)).tableBytes)
            << units << " to " << padded;
        EXPECT_LE(productCost(exact, formOf(packing), true).instructions,
                  productCost(rounded, formOf(packing), true).instructions)
            << units << " to " << padded;
      }
    }
  }
}

// A product of known width needs no counters.
TEST(ProductCost, UnrollingSavesInstructionsAtEveryWidth) {
  for (lnn::Packing packing : {lnn::Packing::DualRow, lnn::Packing::BytePair}) {
    for (int64_t columns = 1; columns <= lnn::kMaxUnrolledColumns; ++columns) {
      cost::ProductShape shape{6, columns, {}};
      EXPECT_LT(productCost(shape, formOf(packing), true).instructions,
                productCost(shape, formOf(packing)).instructions)
          << columns;
      EXPECT_EQ(productCost(shape, formOf(packing), true).tableBytes,
                productCost(shape, formOf(packing)).tableBytes);
    }
  }
}

// Where the blocks are known, their places cost nothing.
TEST(ProductCost, StraightIsFasterThanAnyLoop) {
  std::mt19937 random(7);
  for (lnn::Packing packing :
       {lnn::Packing::DualRowSparse, lnn::Packing::BytePairSparse})
    for (int64_t size = 1; size <= 60; ++size)
      for (unsigned percent : {10, 50, 100}) {
        std::vector<int64_t> weights(size * size);
        for (int64_t &weight : weights)
          weight = random() % 100 < percent;
        cost::ProductShape shape = cost::productShape(size, size, weights);
        int64_t straight =
            productCost(shape, formOf(packing), true).instructions;
        EXPECT_LT(straight, productCost(shape, formOf(packing)).instructions)
            << size;
        EXPECT_LT(
            straight,
            productCost(shape, formOf(denseOf(packing)), true).instructions)
            << size;
      }
}

} // namespace
