// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether the formats that lnn-quantize chose fit what really comes: the
// network runs in float on simulated windows, and every 16-bit value is held
// against its format. 32-bit values are proved to fit and need no look.
#include "frontend/report/Report.h"

#include "frontend/series/Simulate.h"
#include "frontend/series/Windows.h"
#include "passes/Executor.h"

#include "llvm/ADT/MapVector.h"

#include <cmath>

using namespace mlir;
using namespace dlnet;
using nlohmann::json;

namespace {

constexpr size_t kCells = 8;
constexpr uint64_t kSeed = 1;
constexpr int64_t kStride = 20;

/// One format: of a whole value, or of one of its columns.
struct Row {
  std::string operation, name;
  double low, high; // that 16 bits can hold
  double unit;
  std::optional<Range> recorded;
  bool intoTable = false;
  double seenLow = INFINITY, seenHigh = -INFINITY;
  int64_t seen = 0, clipped = 0;

  void add(double value) {
    seenLow = std::min(seenLow, value);
    seenHigh = std::max(seenHigh, value);
    ++seen;
    // One unit is what rounding may take as well: 1.0 of an activation is the
    // last integer, a unit below it.
    clipped += value < low - unit || value > high + unit;
  }
};

/// The rows of one value; element i belongs to row i modulo their number.
using Rows = std::vector<Row>;

/// The name of a column of `op`, or of the whole.
std::string nameOf(Operation *op, size_t column, size_t columns) {
  std::string name = report::nameOf(op->getLoc());
  if (columns == 1)
    return name;
  auto stack = dyn_cast<lnn::StackOp>(op);
  return name + ": " +
         (stack && column < stack.getColumns().size()
              ? report::nameOf(stack.getColumns()[column].getLoc())
              : std::to_string(column));
}

Rows rowsOf(Operation *op, lnn::FixedAttr format) {
  auto recorded = op->getAttrOfType<DenseF64ArrayAttr>(lnn::kRangeAttr);
  size_t columns = format.getScale().size();
  // A value with one scale may still have been recorded by element.
  bool byColumn = recorded && recorded.size() == 2 * int64_t(columns);
  Rows rows;
  for (size_t i = 0; i < columns; ++i) {
    double scale = format.getScale()[i], zero = format.getZero()[i];
    Row row{op->getName().stripDialect().str(),
            nameOf(op, i, columns),
            zero - 32768 * scale,
            zero + 32767 * scale,
            scale,
            {}};
    if (byColumn)
      row.recorded = Range{recorded[2 * i], recorded[2 * i + 1]};
    row.intoTable =
        llvm::all_of(op->getUsers(), llvm::IsaPred<lnn::ActivateOp>) &&
        !op->use_empty();
    rows.push_back(std::move(row));
  }
  return rows;
}

json toJson(const Row &row) {
  json entry = {{"operation", row.operation},
                {"name", row.name},
                {"low", report::rounded(row.low)},
                {"high", report::rounded(row.high)},
                {"into_table", row.intoTable}};
  if (row.recorded)
    entry["recorded"] = {report::rounded(row.recorded->low),
                         report::rounded(row.recorded->high)};
  if (row.seen) {
    entry["seen"] = {report::rounded(row.seenLow),
                     report::rounded(row.seenHigh)};
    entry["clipped"] =
        static_cast<double>(row.clipped) / static_cast<double>(row.seen);
  }
  return entry;
}

} // namespace

FailureOr<json> report::quantizationOf(lnn::ModelOp quantized,
                                       const FamilyModel &source) {
  llvm::MapVector<Value, Rows> values;
  quantized.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    auto format = op->getAttrOfType<lnn::FixedAttr>(lnn::kFormatAttr);
    // Constants and what only moves values have nothing to clip.
    if (format && format.getWidth() == 16 &&
        !isa<lnn::ConstantOp, lnn::LastOp, lnn::ScanOp>(op))
      values[op->getResult(0)] = rowsOf(op, format);
  });
  auto executor = lnn::FloatExecutor::compile(
      quantized, [&](Value value, ArrayRef<float> elements) {
        auto it = values.find(value);
        if (it == values.end())
          return;
        Rows &rows = it->second;
        for (auto [i, element] : llvm::enumerate(elements))
          rows[i % rows.size()].add(element);
      });
  if (failed(executor))
    return failure();
  WindowSet windows = makeWindows(simulateFleet(kCells, kSeed),
                                  {source.window, source.horizon, kStride});
  std::vector<float> forecast(source.horizon);
  for (Eigen::Index i = 0; i < windows.size(); ++i)
    executor->run(windows.inputs.row(i).data(), forecast.data(),
                  static_cast<uint32_t>(windows.first[i] + source.window));
  json rows = json::array();
  for (const auto &[value, list] : values)
    for (const Row &row : list)
      rows.push_back(toJson(row));
  return json{{"windows", windows.size()}, {"values", rows}};
}
