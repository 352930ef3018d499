// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How both executors move elements; the levels differ in nothing here.
#ifndef DLNET_PASSES_OPERATIONS_VECTORSTEPS_H
#define DLNET_PASSES_OPERATIONS_VECTORSTEPS_H

#include "passes/ExecutorProgram.h"

namespace dlnet::lnn::operations {

template <typename T>
typename detail::Program<T>::Step stepOf(SliceOp op,
                                         detail::Program<T> &program) {
  size_t from = program.slotOf(op.getInput());
  size_t to = program.slotOf(op.getResult());
  return [&slots = program.slots, from, to, start = op.getStart()] {
    slots[to] = slots[from].segment(start, slots[to].size());
  };
}

template <typename T>
typename detail::Program<T>::Step stepOf(ConcatOp op,
                                         detail::Program<T> &program) {
  std::vector<size_t> from;
  for (mlir::Value part : op.getParts())
    from.push_back(program.slotOf(part));
  size_t to = program.slotOf(op.getResult());
  return [&slots = program.slots, from, to] {
    Eigen::Index at = 0;
    for (size_t part : from) {
      slots[to].segment(at, slots[part].size()) = slots[part];
      at += slots[part].size();
    }
  };
}

} // namespace dlnet::lnn::operations

#endif // DLNET_PASSES_OPERATIONS_VECTORSTEPS_H
