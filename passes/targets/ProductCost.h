// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one int8 product costs in each packing, so that passes may compare
// them. Knows no MLIR: plain counts in, bytes and instructions out.
#ifndef DLNET_PASSES_TARGETS_PRODUCTCOST_H
#define DLNET_PASSES_TARGETS_PRODUCTCOST_H

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

namespace dlnet::cost {

struct Target;

/// The cases of lnn::Packing, in their order.
enum class ProductForm {
  DualRow,
  BytePair,
  DualRowSparse,
  BytePairSparse,
  FourRows
};
inline constexpr int kProductForms = 5;

/// Whether a form keeps all blocks.
inline bool isDense(ProductForm form) {
  return form != ProductForm::DualRowSparse &&
         form != ProductForm::BytePairSparse;
}

/// For each pair of rows the pairs of columns, rising, of its 2x2 blocks that
/// are not all zero.
using Blocks = std::vector<std::vector<int64_t>>;

/// The shape of a matrix, as far as its cost goes.
struct ProductShape {
  int64_t rows = 0, columns = 0;
  Blocks blocks;
};

/// Finds the blocks of a matrix; `weights` are its rows, one after another.
ProductShape productShape(int64_t rows, int64_t columns,
                          const std::vector<int64_t> &weights);

/// A function that does products. Two products share it when it is equal.
struct ProductKernel {
  ProductForm form;
  int64_t pairs = 0; ///< Of columns, when it is for that many only; else 0.
  Blocks blocks;     ///< Of the matrix that it is for, when it is straight.

  bool operator<(const ProductKernel &other) const {
    return std::tie(form, pairs, blocks) <
           std::tie(other.form, other.pairs, other.blocks);
  }
};

/// The kernel of a product: with loops over rows and columns, or, when it is
/// unrolled, with one over rows only if dense, with none if sparse.
ProductKernel productKernel(const ProductShape &shape, ProductForm form,
                            bool unrolled);

/// Bytes of its code at -O2. On cores with DSP instructions those that are
/// unrolled, and sparse ones, are assembler and the same at any level.
int64_t kernelBytes(const Target &target, const ProductKernel &kernel);

struct ProductCost {
  int64_t tableBytes = 0;
  /// Of one call of the kernel, from its first instruction to its return:
  /// exact for the target's gcc 12.2 at -O2 where the kernel is a function of
  /// its own.
  int64_t instructions = 0;
  /// Of the same call by the middle estimate of the cycle model of
  /// test/tools/m4, without wait states; on other cores instructions.
  int64_t cycles = 0;
  /// Words and bytes of tables that one call reads.
  int64_t tableReads = 0;
};

/// Of a form that the target has.
ProductCost productCost(const Target &target, const ProductShape &shape,
                        ProductForm form, bool unrolled = false);

/// What a part of a kernel costs.
struct Work {
  int64_t instructions, cycles;
};

/// A dense kernel takes four rows at a time and in them two pairs of columns a
/// round.
struct DenseKernel {
  Work call, rows, round; ///< Around all, for four rows, for four columns.
  Work oddPair;           ///< More when one pair of columns is left over.
  Work onlyPair;          ///< More when there is but that one.
  int64_t bytes;
};

/// One for FourRows takes a column a round.
struct ColumnKernel {
  Work call, rows, column; ///< Around all, for four rows, for a column of them.
  int64_t bytes;           ///< 0: there is none.
};

/// A sparse kernel takes two rows at a time and in them four pairs of blocks a
/// round, before them what does not fill a round.
struct SparseKernel {
  Work call, rows; ///< Around all, for two rows.
  Work round;      ///< For each round that is full.
  Work pair;       ///< For two blocks.
  Work single;     ///< For the one that is left over.
  int64_t bytes;
  Work begin = {0, 0}; ///< More for two rows that have any block.
};

/// An unrolled kernel takes four rows at a time, and all columns in a row.
struct UnrolledKernel {
  Work call, rows, pair;    ///< Around all, for four rows, for two columns.
  int64_t bytes, pairBytes; ///< Around all, for two columns.
  int64_t readOnceBytes;    ///< Around all, where the vector is read once.
};

/// A straight kernel takes the blocks of four rows together, by pairs of
/// columns.
struct StraightKernel {
  Work call, block; ///< Around all, for a block without its loads.
  Work rows;        ///< At the end of two rows.
  int64_t bytes, blockBytes, rowBytes;
};

/// Of the kernels that a target has, by form.
struct ProductPrices {
  std::map<ProductForm, DenseKernel> dense;
  std::map<ProductForm, SparseKernel> sparse;
  std::map<ProductForm, UnrolledKernel> unrolled;
  std::map<ProductForm, StraightKernel> straight;
  ColumnKernel fourRows = {};
};

} // namespace dlnet::cost

#endif // DLNET_PASSES_TARGETS_PRODUCTCOST_H
