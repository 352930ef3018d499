// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pruning by magnitude, to have something to recover from where no compiler
// has pruned. The compiler's own pass knows costs; this one only ratios.
#include "trainer/Train.h"

#include <algorithm>
#include <cmath>

namespace dlnet {

namespace {

bool isPruned(const std::string &key) {
  return key.rfind("cell.w", 0) == 0 || key == "readout.w";
}

} // namespace

void pruneBlocks(FamilyModel &model, double ratio) {
  for (auto &[key, tensor] : model.tensors) {
    if (!isPruned(key))
      continue;
    int64_t rows = tensor.shape[0], columns = tensor.shape[1];
    struct Block {
      double magnitude;
      int64_t row, column;
    };
    // Visits the elements of a block, which is smaller at odd edges.
    auto visit = [&](const Block &block, auto &&each) {
      for (int64_t i = block.row; i < std::min(rows, block.row + 2); ++i)
        for (int64_t j = block.column; j < std::min(columns, block.column + 2);
             ++j)
          each(size_t(i * columns + j));
    };
    std::vector<Block> blocks;
    for (int64_t i = 0; i < rows; i += 2)
      for (int64_t j = 0; j < columns; j += 2) {
        Block block{0, i, j};
        visit(block, [&](size_t at) {
          block.magnitude += double(tensor.values[at]) * tensor.values[at];
        });
        blocks.push_back(block);
      }
    std::stable_sort(blocks.begin(), blocks.end(),
                     [](const Block &a, const Block &b) {
                       return a.magnitude < b.magnitude;
                     });
    Tensor mask{tensor.shape, std::vector<float>(tensor.values.size(), 1.0f)};
    blocks.resize(size_t(std::llround(ratio * double(blocks.size()))));
    for (const Block &block : blocks)
      visit(block, [&](size_t at) { tensor.values[at] = mask.values[at] = 0; });
    model.masks[key] = std::move(mask);
  }
}

} // namespace dlnet
