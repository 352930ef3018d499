// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which range goes where; the operations say how they move them.
#include "passes/RealRanges.h"

#include "passes/FixedFormat.h"
#include "passes/fixed/Choose.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

void RealRanges::set(Value value, RealVectorRange range) {
  ranges[value] = std::move(range);
}

const RealVectorRange &RealRanges::get(Value value) const {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  static const RealVectorRange unknown = {
      Ranged<double>::independent({-kInfinity, kInfinity})};
  auto it = ranges.find(value);
  return it == ranges.end() ? unknown : it->second;
}

Interval<double> RealRanges::hullOf(Value value) const {
  return fixed::hullOf(get(value));
}

void RealRanges::analyze(ModelOp model) {
  for (auto [port, argument] :
       llvm::zip(model.getInputPorts(), model.getBody().getArguments()))
    set(argument, fixed::within({port.lowInteger() * port.scaleReal(),
                                 port.highInteger() * port.scaleReal()}));
  evaluate(model.getBody().front());
}

void RealRanges::evaluate(Block &block) {
  for (Operation &op : block.without_terminator())
    if (auto real = dyn_cast<RealOpInterface>(op))
      real.setRanges(*this);
}
