// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shuffled batches are laid end to end and dealt out by fives, which keeps the
// proportions in each batch without rounding any of them.
#include "trainer/cells/Split.h"

#include "trainer/cells/Random.h"

#include <algorithm>
#include <map>

namespace dlnet {

Split splitCells(const std::vector<Cell> &cells, uint64_t seed) {
  std::map<std::string, std::map<std::string, size_t>> batches;
  for (size_t i = 0; i < cells.size(); ++i)
    batches[cells[i].batch][cells[i].name] = i;

  Random random(seed);
  Split split;
  size_t dealt = 0;
  for (const auto &[batch, members] : batches) {
    std::vector<size_t> order;
    for (const auto &[name, index] : members)
      order.push_back(index);
    random.shuffle(order);
    for (size_t index : order) {
      size_t turn = dealt++ % 5;
      auto &side = turn == 1   ? split.validation
                   : turn == 2 ? split.test
                               : split.train;
      side.push_back(cells[index]);
    }
  }
  for (std::vector<Cell> *side : {&split.train, &split.validation, &split.test})
    std::sort(side->begin(), side->end(),
              [](const Cell &a, const Cell &b) { return a.name < b.name; });
  return split;
}

std::vector<std::string> cellNames(const std::vector<Cell> &cells) {
  std::vector<std::string> names;
  for (const Cell &cell : cells)
    names.push_back(cell.name);
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace dlnet
