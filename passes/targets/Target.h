// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A core that models are compiled for. All that is known of one stands in its
// folder, which the build finds: <core>/Target.cpp, its prices and its kernels.
// Knows no MLIR.
#ifndef DLNET_PASSES_TARGETS_TARGET_H
#define DLNET_PASSES_TARGETS_TARGET_H

#include "passes/targets/Counts.h"
#include "passes/targets/ProductCost.h"

#include <string>
#include <vector>

namespace dlnet::cost {

struct Target {
  std::string name;  ///< As in --target: cortex_m4
  std::string title; ///< As in a sentence: a Cortex-M4
  const PriceTable &prices;
  const ProductPrices &products;
  std::string compiler = {}; ///< gcc, with the flags of the core.
  double clockMhz = 0;       ///< Unless a user says another.
  /// Cycles that a read of data in flash waits, unless a user says others.
  int64_t flashWaitStates = 0;
  /// Without a model of its pipeline each instruction counts as one cycle, the
  /// least that it takes.
  bool modelsCycles = false;
  /// The folder of the kernels that it has beside the plain ones, and what
  /// tells C that their instructions are there: the kernel file dsp, say, which
  /// defines DLN_DSP. Empty: plain C alone.
  std::string kernels = {}, feature = {};

  /// The dense form of a product: by whether dual rows are exact in it.
  ProductForm dense(bool dualRowsAreExact) const;
  /// The sparse form.
  ProductForm sparse(bool dualRowsAreExact) const;
  /// Whether it has kernels for a form.
  bool has(ProductForm form) const;
  /// Whether it has kernels without loops.
  bool unrolls() const { return !products.unrolled.empty(); }
};

/// All of them, by name.
const std::vector<Target> &targets();

/// Null: there is none of this name.
const Target *findTarget(const std::string &name);

/// The one that is compiled for unless another is named.
inline constexpr const char *kDefaultTarget = "cortex_m4";

/// The names, with commas between, for messages.
std::string targetNames();

} // namespace dlnet::cost

#endif // DLNET_PASSES_TARGETS_TARGET_H
