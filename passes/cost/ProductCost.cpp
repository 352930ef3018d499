// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The numbers are counts of instructions in codegen/Kernels.cpp, and what the
// cycle model makes of them; a test counts real products on the emulator and
// finds the same.
#include "passes/cost/ProductCost.h"

#include <algorithm>
#include <numeric>

using namespace dlnet::cost;

namespace {

/// What a part of a kernel costs.
struct Work {
  int64_t instructions, cycles;
};
Work operator+(Work a, Work b) {
  return {a.instructions + b.instructions, a.cycles + b.cycles};
}
Work operator*(int64_t times, Work work) {
  return {times * work.instructions, times * work.cycles};
}

/// A dense kernel takes four rows at a time and in them two pairs of columns a
/// round.
struct DenseKernel {
  Work call, rows, round; ///< Around all, for four rows, for four columns.
  Work oddPair;           ///< More when one pair of columns is left over.
  Work onlyPair;          ///< More when there is but that one.
  int64_t bytes;
};

/// A sparse kernel takes two rows at a time and in them four pairs of blocks a
/// round, before them what does not fill a round.
struct SparseKernel {
  Work call, rows; ///< Around all, for two rows.
  Work round;      ///< For each round that is full.
  Work pair;       ///< For two blocks.
  Work single;     ///< For the one that is left over.
  int64_t bytes;
};

/// An unrolled kernel takes four rows at a time, and all columns in a row.
struct UnrolledKernel {
  Work call, rows, pair;    ///< Around all, for four rows, for two columns.
  Work load;                ///< Of two pairs of the vector, or the last one.
  int64_t bytes, pairBytes; ///< Around all, for two columns.
};

constexpr UnrolledKernel kDualRowUnrolled = {{2, 16}, {9, 15}, {7, 10},
                                             {1, 1},  36,      28};
constexpr UnrolledKernel kSxtb16Unrolled = {{2, 18}, {5, 11}, {9, 12},
                                            {1, 1},  24,      36};
constexpr DenseKernel kDualRow = {{12, 31}, {23, 30}, {17, 25},
                                  {8, 9},   {2, 6},   192};
constexpr DenseKernel kSxtb16 = {{13, 32}, {16, 27}, {21, 29},
                                 {10, 11}, {8, 11},  200};
constexpr SparseKernel kDualRowSparse = {{3, 17},  {12, 20}, {2, 4},
                                         {11, 14}, {7, 11},  280};
constexpr SparseKernel kSxtb16Sparse = {{3, 17},  {10, 18}, {2, 4},
                                        {13, 19}, {8, 12},  308};

const DenseKernel &denseKernel(ProductForm form) {
  return form == ProductForm::DualRow ? kDualRow : kSxtb16;
}
const UnrolledKernel &unrolledKernel(ProductForm form) {
  return form == ProductForm::DualRow ? kDualRowUnrolled : kSxtb16Unrolled;
}
const SparseKernel &sparseKernel(ProductForm form) {
  return form == ProductForm::DualRowSparse ? kDualRowSparse : kSxtb16Sparse;
}

bool isDense(ProductForm form) {
  return form == ProductForm::DualRow || form == ProductForm::Sxtb16;
}

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

ProductCost sparseCost(const ProductShape &shape, const SparseKernel &kernel) {
  int64_t kept =
      std::accumulate(shape.blocks.begin(), shape.blocks.end(), int64_t(0));
  Work work = kernel.call;
  for (int64_t count : shape.blocks)
    work = work + kernel.rows + count / 8 * kernel.round +
           count / 2 * kernel.pair + count % 2 * kernel.single;
  // A word of weights at least: C has no empty tables.
  return costOf(4 * std::max<int64_t>(kept, 1) + kept +
                    static_cast<int64_t>(shape.blocks.size()),
                work);
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
    int64_t count = 0;
    for (int64_t column = 0; column < columns; column += 2)
      count += !isZero(row, column) || !isZero(row, column + 1) ||
               !isZero(row + 1, column) || !isZero(row + 1, column + 1);
    shape.blocks.push_back(count);
  }
  return shape;
}

ProductCost dlnet::cost::productCost(const ProductShape &shape,
                                     ProductForm form) {
  return isDense(form) ? denseCost(shape, denseKernel(form))
                       : sparseCost(shape, sparseKernel(form));
}

int64_t dlnet::cost::kernelBytes(ProductForm form) {
  return isDense(form) ? denseKernel(form).bytes : sparseKernel(form).bytes;
}

ProductCost dlnet::cost::unrolledCost(const ProductShape &shape,
                                      ProductForm form) {
  const UnrolledKernel &kernel = unrolledKernel(form);
  int64_t rowBlocks = (shape.rows + 3) / 4, pairs = (shape.columns + 1) / 2;
  return costOf(4 * 2 * rowBlocks * pairs,
                kernel.call + rowBlocks * (kernel.rows + pairs * kernel.pair +
                                           (pairs + 1) / 2 * kernel.load));
}

int64_t dlnet::cost::unrolledKernelBytes(ProductForm form, int64_t columns) {
  const UnrolledKernel &kernel = unrolledKernel(form);
  int64_t pairs = (columns + 1) / 2;
  return kernel.bytes + pairs * kernel.pairBytes + (pairs + 1) / 2 * 4;
}
