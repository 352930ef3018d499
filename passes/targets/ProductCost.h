// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one int8 product costs in each packing, so that passes may compare
// them. Knows no MLIR: plain counts in, bytes and instructions out.
#ifndef DLNET_PASSES_TARGETS_PRODUCTCOST_H
#define DLNET_PASSES_TARGETS_PRODUCTCOST_H

#include <cstdint>
#include <tuple>
#include <vector>

namespace dlnet::cost {

/// The cases of lnn::Packing, in their order.
enum class ProductForm { DualRow, Sxtb16, DualRowSparse, Sxtb16Sparse };
inline constexpr int kProductForms = 4;

/// Whether a form keeps all blocks.
inline bool isDense(ProductForm form) {
  return form == ProductForm::DualRow || form == ProductForm::Sxtb16;
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

/// Bytes of its code at -O2. Those that are unrolled, and sparse ones, are
/// assembler and the same at any level.
int64_t kernelBytes(const ProductKernel &kernel);

struct ProductCost {
  int64_t tableBytes = 0;
  /// Of one call of the kernel on a Cortex-M4, from its first instruction to
  /// its return: exact for arm-none-eabi-gcc 12.2 at -O2 where the kernel
  /// is a function of its own.
  int64_t instructions = 0;
  /// Of the same call by the middle estimate of the cycle model of
  /// test/tools/m4, without wait states.
  int64_t cycles = 0;
  /// Words and bytes of tables that one call reads.
  int64_t tableReads = 0;
};

ProductCost productCost(const ProductShape &shape, ProductForm form,
                        bool unrolled = false);

} // namespace dlnet::cost

#endif // DLNET_PASSES_TARGETS_PRODUCTCOST_H
