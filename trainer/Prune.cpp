// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/Prune.h"

#include "passes/prune/Prune.h"

#include <cassert>

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
    Tensor whole{tensor.shape, std::vector<float>(tensor.values.size(), 1.0f)};
    Tensor &mask = model.masks.try_emplace(key, std::move(whole)).first->second;
    for (size_t block : prune::leastShare(scores, ratio))
      for (size_t at : blocks[block])
        tensor.values[at] = mask.values[at] = 0;
  }
}

void pruneBlocks(Network &network, const FamilyModel &shape, double ratio) {
  FamilyModel model = shape;
  network.store(model);
  pruneBlocks(model, ratio);
  [[maybe_unused]] Status set = network.setMasks(model.masks);
  assert(set && "the masks are those of its own matrices");
}

} // namespace dlnet
