// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-prove-ranges: what a firmware reviewer would otherwise have to believe.
// Every 32-bit intermediate is bounded with the actual weights and tables, and
// every state update is shown to stay within 16 bits without saturating. The
// operations know how (passes/operations); this is the walk.
#include "passes/CheckResults.h"
#include "passes/Passes.h"
#include "passes/RangeProof.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_PROVERANGES
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

/// A slope beyond this is as good as unknown, and keeps products in 64 bits.
constexpr int64_t kSlopeLimit = int64_t(1) << 31;

/// The ends of x cannot give values that no x gives; this also keeps later
/// products of them within 64 bits.
Interval<int64_t> intersect(Interval<int64_t> part, Interval<int64_t> whole) {
  return {std::clamp(part.low, whole.low, whole.high),
          std::clamp(part.high, whole.low, whole.high)};
}

struct ProveRanges : lnn::impl::ProveRangesBase<ProveRanges> {
  void runOnOperation() override {
    ModelOp model = getOperation();
    if (model.isReal()) {
      model.emitError("lnn-prove-ranges takes integer-level networks; found a "
                      "window of ")
          << model.getWindow().getType();
      return signalPassFailure();
    }
    RangeProof proof;
    for (auto [port, argument] :
         llvm::zip(model.getInputPorts(), model.getBody().getArguments()))
      proof.assume(argument, IntegerRange::independent(
                                 {port.lowInteger(), port.highInteger()}));
    if (failed(proof.prove(model.getBody().front())))
      return signalPassFailure();
    model.walk([&](MatvecS8Op op) {
      ++(denseOf(*op.getPacking()) == Packing::DualRow ? numDualRow
                                                       : numBytePair);
    });
  }
};

} // namespace

Interval<int64_t> dlnet::lnn::roundedSlope(Interval<int64_t> slope,
                                           int64_t factor, unsigned shift) {
  Interval<int64_t> scaled = slope * Interval<int64_t>::point(factor);
  return {scaled.low >> shift, -(-scaled.high >> shift)};
}

LogicalResult RangeProof::prove(Block &block) {
  constexpr const char *kLevel =
      "lnn-prove-ranges takes integer-level networks";
  for (Operation &op : block.without_terminator()) {
    if (failed(checkResults(
            &op, kLevel, [](Type type) { return type.isSignlessInteger(); })))
      return failure();
    auto known = dyn_cast<IntegerOpInterface>(op);
    if (!known)
      return op.emitError(kLevel) << "; found " << op.getName();
    if (failed(known.proveRanges(*this)))
      return failure();
  }
  return success();
}

Interval<int64_t> RangeProof::hullOf(Value value) const {
  Interval<int64_t> result = get(value).front().all;
  for (const IntegerRange &range : get(value))
    result = hull(result, range.all);
  return result;
}

LogicalResult RangeProof::set(Operation *op, IntegerVectorRange range) {
  Interval<int64_t> limit = widthOf(op->getResult(0)) == 16 ? kHalf : kWord;
  for (auto [row, element] : llvm::enumerate(range)) {
    if (!limit.contains(element.all))
      return overflow(op, row, element.all, widthOf(op->getResult(0)));
    element.atLow = intersect(element.atLow, element.all);
    element.atHigh = intersect(element.atHigh, element.all);
    if (std::max(std::abs(element.slope.low), std::abs(element.slope.high)) >
        kSlopeLimit)
      element.sloped = false;
  }
  ranges[op->getResult(0)] = std::move(range);
  return success();
}

std::pair<RangeProof::Ranges, Value> RangeProof::enter() {
  Ranges around = ranges;
  for (auto &[value, range] : ranges)
    for (IntegerRange &element : range)
      element = IntegerRange::independent(element.all);
  return {std::move(around), followed};
}

void RangeProof::leave(std::pair<Ranges, Value> around) {
  std::tie(ranges, followed) = std::move(around);
}

void RangeProof::follow(ScanOp scan, Value state) {
  for (Value each : scan.getStates())
    ranges[each] = {each == state ? IntegerRange::state(kHalf)
                                  : IntegerRange::independent(kHalf)};
  followed = state;
}

bool RangeProof::isUnfollowed(Value state) const {
  auto argument = dyn_cast<BlockArgument>(state);
  auto scan = argument ? dyn_cast<ScanOp>(argument.getOwner()->getParentOp())
                       : ScanOp();
  auto own = dyn_cast_or_null<BlockArgument>(followed);
  return scan && own && own != argument &&
         own.getOwner() == argument.getOwner() &&
         llvm::is_contained(scan.getStates(), argument);
}

void RangeProof::copy(Value from, Value to) {
  // A new entry may move all the others.
  IntegerVectorRange range = get(from);
  ranges[to] = std::move(range);
}

LogicalResult RangeProof::overflow(Operation *op, size_t row,
                                   Interval<int64_t> range, unsigned bits) {
  return op->emitError("could overflow in row ")
         << row << ": its value may lie in [" << range.low << ", " << range.high
         << "], beyond " << bits << " bits";
}
