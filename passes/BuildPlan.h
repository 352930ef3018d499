// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the integer level to the plan of its C (passes/plan/Plan.h).
#ifndef DLNET_PASSES_BUILDPLAN_H
#define DLNET_PASSES_BUILDPLAN_H

#include "dialect/Lnn.h"
#include "passes/plan/Plan.h"
#include "passes/targets/Target.h"

#include <map>
#include <string>
#include <vector>

namespace dlnet::lnn {

/// Whether C can be made of a model: every operation is one of the target's,
/// stands where it must, and has its packing and its buffers. Emits an error
/// and fails otherwise.
mlir::LogicalResult checkTarget(ModelOp model, const cost::Target &target);

struct BuiltPlan {
  plan::Plan plan;
  /// The operations in memory, by the number of their part.
  std::vector<mlir::Operation *> operations;
};

/// Plans the C of a model that checkTarget has passed. The same model gives the
/// same plan.
BuiltPlan buildPlan(ModelOp model);

/// What operations build their part of the plan with.
class PlanBuilder {
public:
  explicit PlanBuilder(ModelOp model);
  BuiltPlan build();

  /// A vector in memory, or a constant's table.
  plan::VectorId vectorOf(mlir::Value value);
  /// The vector of an operation's result.
  plan::VectorId resultOf(mlir::Operation *op, unsigned result = 0);
  /// A constant table; `kind` is part of its name. Equal ones are one.
  plan::VectorId table(llvm::StringRef kind, plan::Type type,
                       std::vector<int64_t> values);

  /// An element of a vector, or of the one that it repeats.
  plan::Expr element(mlir::Value value, const plan::Index &index);
  /// The element of an elementwise operation's operand that its group is at.
  plan::Expr operand(mlir::Value value) { return element(value, index); }
  /// The same of a number for each row: a literal where all are the same.
  plan::Expr perRow(llvm::StringRef kind, llvm::ArrayRef<int32_t> values);
  /// Gives a value a variable; the variable's number. A null value has it for
  /// whoever knows the number.
  int64_t define(mlir::Value result, plan::Expr value, bool grows = false);

  void add(plan::Statement statement) {
    block->push_back(std::move(statement));
  }
  /// Adds what `body` adds as the body of a loop, or between braces.
  void loop(const std::string &counter, int64_t from, int64_t to,
            llvm::function_ref<void()> body, int64_t step = 1);
  void scope(llvm::function_ref<void()> body);
  /// Adds the parts of a region's operations.
  void addParts(mlir::Block &region);
  /// Copies or clears `to`, unless the value is there already.
  void moveTo(plan::VectorId to, mlir::Value from);
  /// Copies what a step of a scan made: rows of the sequences that it gives, to
  /// where `counter` is, and next states.
  void endStep(ScanOp op, const std::string &counter);
  /// Moves on to an element of the group.
  void goTo(plan::Index at) { index = std::move(at); }
  /// The scans around, the outermost first.
  std::vector<ScanOp> scans;

private:
  void move(plan::VectorId to, mlir::Value from);
  plan::VectorId inputVector(mlir::BlockArgument argument);
  plan::VectorId outputVector(PortAttr port);
  /// A pointer to the row of one of a scan's sequences, or of those it gives.
  plan::VectorId rowVector(ScanOp op, unsigned index, bool writes = false);
  plan::VectorId vector(plan::Home home, plan::Type type, std::string name);
  plan::Block collect(llvm::function_ref<void()> body);

  ModelOp model;
  BuiltPlan built;
  plan::Block *block;
  plan::Index index;
  int64_t variables = 0;
  llvm::DenseMap<mlir::Value, int64_t> registers;
  std::map<std::string, plan::VectorId> byName;
  std::map<std::pair<plan::Type, std::vector<int64_t>>, plan::VectorId> tables;
  std::map<std::string, unsigned> tableCounts;
};

/// What the location says of an operation: the name of its weights.
std::string describe(mlir::Operation *op);

} // namespace dlnet::lnn

#endif // DLNET_PASSES_BUILDPLAN_H
