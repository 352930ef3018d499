// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one int8 product costs in each packing, so that passes may compare
// them. Knows no MLIR: plain counts in, bytes and instructions out.
#ifndef DLNET_PASSES_COST_PRODUCTCOST_H
#define DLNET_PASSES_COST_PRODUCTCOST_H

#include <cstdint>
#include <vector>

namespace dlnet::cost {

/// The cases of lnn::Packing, in their order.
enum class ProductForm { DualRow, Sxtb16, DualRowSparse, Sxtb16Sparse };
inline constexpr int kProductForms = 4;

/// The shape of a matrix, as far as its cost goes.
struct ProductShape {
  int64_t rows = 0, columns = 0;
  /// For each pair of rows, how many of its 2x2 blocks are not all zero.
  std::vector<int64_t> blocks;
};

/// Counts the blocks of a matrix; `weights` are its rows, one after another.
ProductShape productShape(int64_t rows, int64_t columns,
                          const std::vector<int64_t> &weights);

struct ProductCost {
  int64_t tableBytes = 0;
  /// Of one call of the kernel on a Cortex-M4, from its first instruction to
  /// its return: exact for arm-none-eabi-gcc 12.2 at -O2 where the kernel
  /// is a function of its own. Sparse ones are the same at any level.
  int64_t instructions = 0;
  /// Of the same call by the middle estimate of the cycle model of
  /// test/tools/m4, without wait states.
  int64_t cycles = 0;
};

ProductCost productCost(const ProductShape &shape, ProductForm form);

/// Bytes of the code of the kernel at -O2, which all products of the form
/// share.
int64_t kernelBytes(ProductForm form);

/// The same of a dense product whose kernel is straight-line code of its width
/// in assembler, and so the same at any level of optimization.
ProductCost unrolledCost(const ProductShape &shape, ProductForm form);

/// Bytes of that kernel, which all products of the form and width share.
int64_t unrolledKernelBytes(ProductForm form, int64_t columns);

} // namespace dlnet::cost

#endif // DLNET_PASSES_COST_PRODUCTCOST_H
