// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-plan-memory: linear-scan placement. Buffers hold elements of one type,
// so that the emitted struct is plain C without casts between types.
#include "passes/OutputPorts.h"
#include "passes/Passes.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_PLANMEMORY
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

/// A vector in memory: which type, how many elements, and from when to when.
struct Lifetime {
  unsigned width = 16;
  int64_t elements = 0;
  int64_t first = 0, last = 0;
  SmallVector<Value> values;
};

struct Buffer {
  std::string name;
  unsigned width;
  int64_t elements;
  int64_t first, last;
  int64_t busyUntil;
};

int64_t elementsOf(Value value) {
  auto type = cast<ShapedType>(value.getType());
  // Packed kernels store four rows at a time and read columns in pairs.
  int64_t count = type.getNumElements();
  return type.getElementTypeBitWidth() == 32 ? (count + 3) / 4 * 4
                                             : (count + 1) / 2 * 2;
}

struct PlanMemory : lnn::impl::PlanMemoryBase<PlanMemory> {
  void runOnOperation() override {
    order.clear();
    ends.clear();
    lifetimes.clear();
    claimed.clear();
    if (failed(checkLevel()))
      return signalPassFailure();
    number(getOperation().getBody().front());
    collect(getOperation().getBody().front());
    place();
  }

private:
  /// Only vectors of known size and of the integer level have a place.
  LogicalResult checkLevel() {
    WalkResult result = getOperation().getBody().walk([](Operation *op) {
      for (Type type : op->getResultTypes()) {
        auto shaped = dyn_cast<RankedTensorType>(type);
        if (!shaped || !(shaped.hasStaticShape() || isStreamed(type)) ||
            !(shaped.getElementType().isSignlessInteger(16) ||
              shaped.getElementType().isSignlessInteger(32))) {
          op->emitError("lnn-plan-memory takes integer-level networks of known "
                        "sizes; found ")
              << op->getName() << " of " << type;
          return WalkResult::interrupt();
        }
      }
      return WalkResult::advance();
    });
    return failure(result.wasInterrupted());
  }

  /// Numbers the operations in the order in which they run; a scan ends after
  /// its body.
  void number(Block &block) {
    for (Operation &op : block) {
      order[&op] = order.size();
      if (auto scan = dyn_cast<ScanOp>(op)) {
        number(scan.getBody().front());
        ends[&op] = order.size();
      }
    }
  }

  int64_t endOf(Operation *op) const {
    auto it = ends.find(op);
    return it == ends.end() ? order.lookup(op) : it->second;
  }

  /// When `value` is read last; a value from outside a scan that the scan
  /// reads in its body is needed until the scan ends. Its newest element has
  /// no memory of its own, so that who reads that reads the value.
  int64_t lastUse(Value value, Block &block) const {
    int64_t last = -1;
    for (OpOperand &use : value.getUses()) {
      Operation *user = block.findAncestorOpInBlock(*use.getOwner());
      last = std::max(last, endOf(user));
      if (isNewestElement(use.getOwner()))
        last = std::max(last, lastUse(use.getOwner()->getResult(0), block));
    }
    return last;
  }

  bool needsMemory(Value value) const {
    Operation *op = value.getDefiningOp();
    // Constants lie in flash, a row lies in its sequence, the newest element
    // is read where it is; what is returned goes to the caller.
    return op && !isa<ConstantOp>(op) && !isNewestElement(op) &&
           !outputOf(value);
  }

  void collect(Block &block) {
    for (Operation &op : block) {
      if (auto scan = dyn_cast<ScanOp>(op)) {
        collectScan(scan, block);
        continue;
      }
      for (Value result : op.getResults())
        if (needsMemory(result) && !claimed.contains(result))
          add(result, order[&op], std::max(lastUse(result, block), order[&op]));
    }
  }

  void add(Value value, int64_t first, int64_t last) {
    lifetimes.push_back(
        {widthOf(value), elementsOf(value), first, last, {value}});
  }

  /// A state, the scan's result of it and, where its step may write in place,
  /// its next one are one vector. The sequences that it gives are others.
  void collectScan(ScanOp scan, Block &block) {
    for (auto [index, result] : llvm::enumerate(scan.getFinals())) {
      Value state = scan.getStates()[index], next = scan.getNextStates()[index];
      add(result, order[scan], std::max(lastUse(result, block), endOf(scan)));
      lifetimes.back().values.push_back(state);
      if (mayWriteInPlace(scan, state, next)) {
        lifetimes.back().values.push_back(next);
        claimed.insert(next);
      }
    }
    // What a stream gives goes to its caller row by row.
    for (Value output : scan.getOutputs())
      if (!isStreamed(output.getType()))
        add(output, order[scan], std::max(lastUse(output, block), endOf(scan)));
    collect(scan.getBody().front());
  }

  /// An elementwise loop may overwrite the state that it reads if nothing
  /// reads the old state afterwards; a nested scan likewise.
  bool mayWriteInPlace(ScanOp scan, Value state, Value next) {
    Operation *producer = next.getDefiningOp();
    if (!producer || producer->getBlock() != &scan.getBody().front() ||
        !isa<FusedOp>(producer) || claimed.contains(next) || outputOf(next))
      return false;
    return lastUse(state, scan.getBody().front()) <= order[producer];
  }

  void place() {
    llvm::stable_sort(lifetimes, [](const Lifetime &a, const Lifetime &b) {
      return a.first < b.first;
    });
    SmallVector<Buffer> buffers;
    unsigned counts[2] = {0, 0};
    DenseMap<Value, StringRef> names;
    std::vector<std::pair<const Lifetime *, size_t>> placed;
    for (const Lifetime &lifetime : lifetimes) {
      // The free buffer that is nearest in size, so that large ones stay
      // free for large vectors.
      size_t best = buffers.size();
      auto misfit = [&](const Buffer &buffer) {
        return std::abs(buffer.elements - lifetime.elements);
      };
      for (auto [i, buffer] : llvm::enumerate(buffers))
        if (buffer.width == lifetime.width &&
            buffer.busyUntil < lifetime.first &&
            (best == buffers.size() || misfit(buffer) < misfit(buffers[best])))
          best = i;
      if (best == buffers.size())
        buffers.push_back({(lifetime.width == 32 ? "s32_" : "s16_") +
                               std::to_string(counts[lifetime.width == 32]++),
                           lifetime.width, 0, lifetime.first, 0, 0});
      Buffer &buffer = buffers[best];
      buffer.elements = std::max(buffer.elements, lifetime.elements);
      buffer.busyUntil = buffer.last = lifetime.last;
      placed.emplace_back(&lifetime, best);
    }
    for (auto [lifetime, index] : placed)
      for (Value value : lifetime->values)
        names[value] = buffers[index].name;
    annotate(names, buffers, placed);
  }

  void annotate(const DenseMap<Value, StringRef> &names,
                ArrayRef<Buffer> buffers,
                ArrayRef<std::pair<const Lifetime *, size_t>> placed) {
    Builder builder(&getContext());
    getOperation().getBody().walk([&](Operation *op) {
      if (op->getNumResults() == 0 || op->getParentOfType<FusedOp>())
        return;
      SmallVector<Attribute> attrs;
      for (Value result : op->getResults()) {
        PortAttr output = outputOf(result);
        auto it = names.find(result);
        attrs.push_back(builder.getStringAttr(
            output ? output.getName()
                   : (it == names.end() ? StringRef() : it->second)));
      }
      op->setAttr(kBuffersAttr, builder.getArrayAttr(attrs));
    });
    // Largest alignment first, so that the struct has no holes.
    SmallVector<Attribute> arena;
    for (unsigned width : {32u, 16u})
      for (auto [index, buffer] : llvm::enumerate(buffers)) {
        if (buffer.width != width)
          continue;
        SmallVector<int64_t> spans;
        for (auto [lifetime, owner] : placed)
          if (owner == index)
            spans.append({lifetime->first, lifetime->last});
        arena.push_back(builder.getDictionaryAttr({
            builder.getNamedAttr("elements",
                                 builder.getI64IntegerAttr(buffer.elements)),
            builder.getNamedAttr("lifetimes",
                                 builder.getDenseI64ArrayAttr(spans)),
            builder.getNamedAttr("name", builder.getStringAttr(buffer.name)),
            builder.getNamedAttr("width", builder.getI64IntegerAttr(width)),
        }));
      }
    getOperation()->setAttr(kArenaAttr, builder.getArrayAttr(arena));
  }

  DenseMap<Operation *, int64_t> order, ends;
  std::vector<Lifetime> lifetimes;
  DenseSet<Value> claimed;
};

} // namespace
