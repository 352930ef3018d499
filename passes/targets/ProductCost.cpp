// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the costs of kernels follow from shapes; the numbers are the targets'.
#include "passes/targets/Target.h"

#include <algorithm>
#include <map>
#include <set>

using namespace dlnet::cost;

namespace {

Work operator+(Work a, Work b) {
  return {a.instructions + b.instructions, a.cycles + b.cycles};
}
Work operator*(int64_t times, Work work) {
  return {times * work.instructions, times * work.cycles};
}

/// Of two words, of one, and what one right after another has less; LDRD and
/// LDR.W have four bytes.
constexpr Work kLoad2 = {1, 3}, kLoad1 = {1, 2}, kAfterLoad1 = {0, -1};
constexpr int64_t kLoadBytes = 4;
/// Of an unrolled kernel: back to the vector's start, for the next rows. What
/// is no wider is read once.
constexpr Work kStepBack = {1, 1};
constexpr int64_t kReadOncePairs = 2, kStepBackBytes = 2;
/// Registers that such a kernel does not save, for each it lacks: one for the
/// vector's place, one for a second pair.
constexpr Work kUnsaved = {0, -2};
/// At the end of two rows that are all zero.
constexpr Work kZeroRows = {2, 4};
constexpr int64_t kZeroRowBytes = 6;
/// What aligns the next function counts, too.
int64_t wholeWords(int64_t bytes) { return (bytes + 3) / 4 * 4; }

ProductCost costOf(int64_t tableBytes, Work work) {
  return {tableBytes, work.instructions, work.cycles};
}

ProductCost denseCost(const ProductShape &shape, const DenseKernel &kernel) {
  int64_t rowBlocks = (shape.rows + 3) / 4, pairs = (shape.columns + 1) / 2;
  Work odd = pairs == 1 ? kernel.onlyPair : pairs % 2 * kernel.oddPair;
  return costOf(4 * 2 * rowBlocks * pairs,
                kernel.call +
                    rowBlocks * (kernel.rows + pairs / 2 * kernel.round + odd));
}

ProductCost fourRowsCost(const ProductShape &shape,
                         const ColumnKernel &kernel) {
  int64_t rowBlocks = (shape.rows + 3) / 4;
  return costOf(4 * rowBlocks * shape.columns,
                kernel.call +
                    rowBlocks * (kernel.rows + shape.columns * kernel.column));
}

ProductCost unrolledCost(const ProductShape &shape,
                         const UnrolledKernel &kernel) {
  int64_t rowBlocks = (shape.rows + 3) / 4, pairs = (shape.columns + 1) / 2;
  Work loads = pairs / 2 * kLoad2 + pairs % 2 * kLoad1;
  Work work = kernel.call + rowBlocks * (kernel.rows + pairs * kernel.pair);
  return costOf(4 * 2 * rowBlocks * pairs,
                pairs <= kReadOncePairs
                    ? work + loads + (kReadOncePairs + 1 - pairs) * kUnsaved
                    : work + rowBlocks * (loads + kStepBack));
}

int64_t keptBlocks(const Blocks &blocks) {
  int64_t kept = 0;
  for (const auto &row : blocks)
    kept += row.size();
  return kept;
}

/// C has no empty tables.
int64_t wordBytes(int64_t kept) { return 4 * std::max<int64_t>(kept, 1); }

ProductCost sparseCost(const ProductShape &shape, const SparseKernel &kernel) {
  int64_t kept = keptBlocks(shape.blocks);
  Work work = kernel.call;
  for (const auto &row : shape.blocks) {
    int64_t count = row.size();
    work = work + kernel.rows + count / 8 * kernel.round +
           count / 2 * kernel.pair + count % 2 * kernel.single +
           (count != 0) * kernel.begin;
  }
  return costOf(
      wordBytes(kept) + kept + static_cast<int64_t>(shape.blocks.size()), work);
}

/// What a straight kernel loads of the vector: two pairs of columns where any
/// of four rows has a block in both, else one.
struct VectorLoads {
  int64_t two = 0, one = 0;
  bool endsWithOne = false; ///< The last one is for one block alone.
};

VectorLoads vectorLoads(const Blocks &blocks) {
  VectorLoads loads;
  for (size_t row = 0; row < blocks.size(); row += 2) {
    std::map<int64_t, std::pair<std::set<int64_t>, int64_t>> groups;
    for (size_t i = row; i < std::min(row + 2, blocks.size()); ++i)
      for (int64_t pair : blocks[i]) {
        auto &[pairs, uses] = groups[pair / 2];
        pairs.insert(pair);
        ++uses;
      }
    for (const auto &[index, group] : groups) {
      (group.first.size() == 2 ? loads.two : loads.one) += 1;
      loads.endsWithOne = group.second == 1;
    }
  }
  return loads;
}

ProductCost straightCost(const ProductShape &shape,
                         const StraightKernel &kernel) {
  int64_t kept = keptBlocks(shape.blocks);
  VectorLoads loads = vectorLoads(shape.blocks);
  Work work = kernel.call + kept * kernel.block + loads.two * kLoad2 +
              loads.one * kLoad1 + kept / 2 * kLoad2 + kept % 2 * kLoad1;
  if (kept % 2 != 0 && loads.endsWithOne)
    work = work + kAfterLoad1;
  for (const auto &row : shape.blocks)
    work = work + (row.empty() ? kZeroRows : kernel.rows);
  return costOf(wordBytes(kept), work);
}

int64_t straightBytes(const Blocks &blocks, const StraightKernel &kernel) {
  int64_t kept = keptBlocks(blocks);
  VectorLoads loads = vectorLoads(blocks);
  int64_t bytes = kernel.bytes + kept * kernel.blockBytes +
                  kLoadBytes * (loads.two + loads.one + (kept + 1) / 2);
  for (const auto &row : blocks)
    bytes += row.empty() ? kZeroRowBytes : kernel.rowBytes;
  return wholeWords(bytes);
}

} // namespace

ProductShape dlnet::cost::productShape(int64_t rows, int64_t columns,
                                       const std::vector<int64_t> &weights) {
  ProductShape shape{rows, columns, {}};
  auto isZero = [&](int64_t row, int64_t column) {
    return row >= rows || column >= columns ||
           weights[row * columns + column] == 0;
  };
  for (int64_t row = 0; row < rows; row += 2) {
    auto &kept = shape.blocks.emplace_back();
    for (int64_t column = 0; column < columns; column += 2)
      if (!isZero(row, column) || !isZero(row, column + 1) ||
          !isZero(row + 1, column) || !isZero(row + 1, column + 1))
        kept.push_back(column / 2);
  }
  return shape;
}

ProductKernel dlnet::cost::productKernel(const ProductShape &shape,
                                         ProductForm form, bool unrolled) {
  if (!unrolled)
    return {form, 0, {}};
  return {form, (shape.columns + 1) / 2,
          isDense(form) ? Blocks() : shape.blocks};
}

int64_t dlnet::cost::kernelBytes(const Target &target,
                                 const ProductKernel &kernel) {
  const ProductPrices &prices = target.products;
  auto [form, pairs, blocks] = kernel;
  if (form == ProductForm::FourRows)
    return prices.fourRows.bytes;
  if (pairs == 0)
    return isDense(form) ? prices.dense.at(form).bytes
                         : prices.sparse.at(form).bytes;
  if (!isDense(form))
    return straightBytes(blocks, prices.straight.at(form));
  const UnrolledKernel &unrolled = prices.unrolled.at(form);
  return wholeWords((pairs > kReadOncePairs ? unrolled.bytes + kStepBackBytes
                                            : unrolled.readOnceBytes) +
                    pairs * unrolled.pairBytes + (pairs + 1) / 2 * kLoadBytes);
}

ProductCost dlnet::cost::productCost(const Target &target,
                                     const ProductShape &shape,
                                     ProductForm form, bool unrolled) {
  const ProductPrices &prices = target.products;
  ProductCost cost =
      form == ProductForm::FourRows ? fourRowsCost(shape, prices.fourRows)
      : isDense(form)
          ? (unrolled ? unrolledCost(shape, prices.unrolled.at(form))
                      : denseCost(shape, prices.dense.at(form)))
          : (unrolled ? straightCost(shape, prices.straight.at(form))
                      : sparseCost(shape, prices.sparse.at(form)));
  if (!target.modelsCycles)
    cost.cycles = cost.instructions;
  int64_t kept = keptBlocks(shape.blocks);
  // Words, or bytes; of a sparse product a word for each block, and where code
  // does not know them a byte for each, and how many they are for two rows.
  if (form == ProductForm::FourRows)
    cost.tableReads = cost.tableBytes;
  else if (isDense(form))
    cost.tableReads = cost.tableBytes / 4;
  else
    cost.tableReads =
        unrolled ? kept : 2 * kept + static_cast<int64_t>(shape.blocks.size());
  return cost;
}
