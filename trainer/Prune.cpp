// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pruning by magnitude, to have something to recover from where no compiler
// has pruned. The compiler's own pass knows more; this one only ratios.
#include "passes/prune/Prune.h"
#include "trainer/Train.h"

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
    std::vector<prune::Group> blocks =
        prune::blocks({size_t(tensor.shape[0]), size_t(tensor.shape[1])});
    std::vector<double> scores =
        prune::totals(blocks, prune::magnitude(tensor.values));
    Tensor mask{tensor.shape, std::vector<float>(tensor.values.size(), 1.0f)};
    for (size_t block : prune::leastShare(scores, ratio))
      for (size_t at : blocks[block])
        tensor.values[at] = mask.values[at] = 0;
    model.masks[key] = std::move(mask);
  }
}

} // namespace dlnet
