// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels read each word of their weights once; the rest is counted as the C is
// (passes/Emitted.h).
#include "passes/TableReads.h"

#include "passes/Emitted.h"
#include "passes/Runs.h"
#include "passes/targets/ProductCost.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using cost::Term;

namespace {

int64_t readsOf(MatvecS8Op op) {
  auto weights = integerElements(op.getWeights());
  cost::ProductShape shape =
      cost::productShape(sizeOf(op.getResult()), sizeOf(op.getInput()),
                         {weights.begin(), weights.end()});
  if (!isSparse(*op.getPacking()))
    return (shape.rows + 3) / 4 * 2 * ((shape.columns + 1) / 2);
  int64_t kept = 0;
  for (const auto &row : shape.blocks)
    kept += static_cast<int64_t>(row.size());
  // A word for each block; where code does not know them, also a byte for each,
  // and how many they are for each two rows.
  if (op.getUnroll())
    return kept;
  return 2 * kept + static_cast<int64_t>(shape.blocks.size());
}

} // namespace

int64_t dlnet::lnn::tableReads(ModelOp model) {
  auto executed = countEmitted(model).executed;
  // Between two entries of a function's table a look-up interpolates.
  int64_t reads = executed[static_cast<int>(Term::TableLoad)] +
                  2 * executed[static_cast<int>(Term::Lookup)];
  model.walk([&](MatvecS8Op op) { reads += runsOf(op) * readsOf(op); });
  return reads;
}
