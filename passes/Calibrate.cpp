// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-calibrate: what cannot be proved of a value is looked at, on sequences
// that somebody gives.
#include "frontend/family/Safetensors.h"
#include "frontend/family/TensorValues.h"
#include "passes/CheckResults.h"
#include "passes/Executor.h"
#include "passes/Passes.h"
#include "passes/fixed/Interval.h"

#include "llvm/Support/MemoryBuffer.h"

#include <random>

namespace dlnet::lnn {
#define GEN_PASS_DEF_CALIBRATE
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

/// The values of each input in one run.
using Run = std::vector<std::vector<float>>;

struct Calibrate : lnn::impl::CalibrateBase<Calibrate> {
  using CalibrateBase::CalibrateBase;

  void runOnOperation() override {
    if (sequences.empty() == (uniform == 0) || uniform < 0 || uniform > 10000) {
      getOperation().emitError("lnn-calibrate wants sequences=FILE, or "
                               "uniform=N from 1 to 10000 in place of it");
      return signalPassFailure();
    }
    WalkResult formats = getOperation().getBody().walk([](Operation *op) {
      return WalkResult(checkUnformatted(op, "lnn-calibrate"));
    });
    seen.clear();
    auto executor = FloatExecutor::compile(
        getOperation(), [this](Value value, ArrayRef<float> elements) {
          see(value, elements);
        });
    if (formats.wasInterrupted() || failed(executor))
      return signalPassFailure();
    FailureOr<std::vector<Run>> runs =
        sequences.empty() ? drawRuns(*executor) : readRuns(*executor);
    if (failed(runs))
      return signalPassFailure();
    std::vector<std::vector<float>> outputs;
    for (const Run &run : *runs) {
      std::vector<ArrayRef<float>> inputs(run.begin(), run.end());
      executor->run(inputs, outputs);
    }
    getOperation().getBody().walk([&](Operation *op) { record(op); });
    numRuns += runs->size();
  }

private:
  // ---- What is run ----

  /// The lowest values, the highest, and numbers between.
  FailureOr<std::vector<Run>> drawRuns(const FloatExecutor &executor) {
    std::mt19937 random(1);
    std::vector<Run> runs;
    for (int64_t i = 0; i < uniform; ++i) {
      Run run;
      for (auto [port, size] :
           llvm::zip(getOperation().getInputPorts(), executor.inputSizes())) {
        std::vector<float> values(size * (getOperation().isStream() ? 100 : 1));
        for (float &value : values) {
          double share = i < 2 ? double(i) : random() / double(random.max());
          value = port.lowReal() + share * (port.highReal() - port.lowReal());
        }
        run.push_back(std::move(values));
      }
      runs.push_back(std::move(run));
    }
    return runs;
  }

  InFlightDiagnostic problem() {
    return getOperation().emitError(sequences.getValue()) << ": ";
  }

  /// A tensor for each port, by its name, of as many runs as the others.
  FailureOr<std::vector<Run>> readRuns(const FloatExecutor &executor) {
    auto buffer = llvm::MemoryBuffer::getFile(sequences.getValue());
    if (!buffer)
      return problem() << buffer.getError().message();
    // The tensors view the buffer.
    Result<Safetensors> file =
        parseSafetensors(std::string_view((*buffer)->getBuffer()));
    if (!file)
      return problem() << file.message();
    std::vector<Run> runs;
    firstSize = executor.inputSizes()[0];
    for (auto [port, size] :
         llvm::zip(getOperation().getInputPorts(), executor.inputSizes())) {
      auto found = file->tensors.find(port.getName().str());
      if (found == file->tensors.end())
        return problem() << "has no tensor '" << port.getName()
                         << "' of what the model's input of that name takes";
      if (failed(append(runs, port, size, found->second)))
        return failure();
    }
    return runs;
  }

  /// Splits a tensor into runs and adds each to the one of its number.
  LogicalResult append(std::vector<Run> &runs, PortAttr port, size_t size,
                       const StoredTensor &tensor) {
    std::string what = ("tensor '" + port.getName() + "' ").str();
    if (!isFloatType(tensor.dtype))
      return problem() << what << "has elements of " << tensor.dtype
                       << "; expected F16, BF16, F32 or F64";
    std::vector<float> values = floatValues(tensor);
    size_t count = tensor.shape.empty() ? 0 : tensor.shape[0];
    size_t each = count ? values.size() / count : 0;
    bool fits = getOperation().isStream() ? each != 0 && each % size == 0
                                          : each == size;
    if (!fits || (!runs.empty() && runs.size() != count))
      return problem() << what << "has " << values.size() << " numbers in its "
                       << count
                       << " runs; expected as many runs as of other tensors, "
                          "of "
                       << size
                       << (getOperation().isStream() ? " a step" : " each");
    for (float value : values)
      if (!std::isfinite(value))
        return problem() << what << "has a number that is not finite";
    runs.resize(count);
    for (size_t i = 0; i < count; ++i)
      runs[i].emplace_back(values.begin() + i * each,
                           values.begin() + (i + 1) * each);
    // Rows of a stream come together.
    if (getOperation().isStream() &&
        runs[0].back().size() / size != runs[0][0].size() / firstSize)
      return problem() << what << "has other numbers of steps than the first";
    return mlir::success();
  }
  size_t firstSize = 1;

  // ---- What is seen ----

  void see(Value value, ArrayRef<float> elements) {
    auto type = cast<ShapedType>(value.getType());
    size_t columns = type.getShape().back();
    std::vector<Interval<double>> &ranges = seen[value];
    for (auto [i, element] : llvm::enumerate(elements)) {
      auto one = Interval<double>::point(element);
      if (ranges.size() < columns)
        ranges.push_back(one);
      else
        ranges[i % columns] = hull(ranges[i % columns], one);
    }
  }

  void record(Operation *op) {
    std::vector<Interval<double>> ranges;
    if (auto scan = dyn_cast<ScanOp>(op)) {
      // One for each state, of all its elements and steps.
      for (auto [init, last, next] :
           llvm::zip(scan.getInits(), scan.getFinals(), scan.getNextStates()))
        ranges.push_back(hullOf({init, last, next}));
    } else if (op->getNumResults() == 1) {
      ranges = seen.lookup(op->getResult(0));
    }
    SmallVector<double> ends;
    for (Interval<double> range : ranges) {
      if (!std::isfinite(range.low) || !std::isfinite(range.high))
        return;
      ends.append({range.low, range.high});
    }
    if (ends.empty())
      return;
    // What was recorded in training holds as well.
    auto recorded = op->getAttrOfType<DenseF64ArrayAttr>(kRangeAttr);
    if (recorded && recorded.size() == static_cast<int64_t>(ends.size()))
      for (size_t i = 0; i < ends.size(); ++i)
        ends[i] = i % 2 ? std::max(ends[i], recorded[i])
                        : std::min(ends[i], recorded[i]);
    op->setAttr(kRangeAttr, DenseF64ArrayAttr::get(&getContext(), ends));
    ++numValues;
  }

  Interval<double> hullOf(ArrayRef<Value> values) {
    Interval<double> result{std::numeric_limits<double>::infinity(),
                            -std::numeric_limits<double>::infinity()};
    for (Value value : values)
      for (Interval<double> range : seen.lookup(value))
        result = hull(result, range);
    return result;
  }

  llvm::DenseMap<Value, std::vector<Interval<double>>> seen;
};

} // namespace
