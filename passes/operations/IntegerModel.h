// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a file says what passes need to know of an integer operation: static
// functions of a model.
#ifndef DLNET_PASSES_OPERATIONS_INTEGERMODEL_H
#define DLNET_PASSES_OPERATIONS_INTEGERMODEL_H

#include "passes/BuildPlan.h"
#include "passes/ExecutorProgram.h"
#include "passes/RangeProof.h"
#include "passes/fixed/FixedPoint.h"
#include "passes/operations/Register.h"

namespace dlnet::lnn::operations {

using IntegerProgram = detail::Program<int16_t>;
using IntegerStep = mlir::FailureOr<IntegerProgram::Step>;
using plan::apply;
using plan::Expr;
using plan::Index;
using Kind = plan::Expr::Kind;

/// The model of `Op`. `Model` has, under these names:
///   prove     IntegerOpInterface's proveRanges
///   execute   its compileInteger; operations of both levels have one in
///             Executor.cpp, and leave it out
///   plan      its addToPlan; what has no code leaves it out
template <typename Model, typename Op>
struct IntegerModel : IntegerOpInterface::ExternalModel<Model, Op> {
  using Operation = mlir::Operation;
  using LogicalResult = mlir::LogicalResult;

  LogicalResult proveRanges(Operation *op, RangeProof &proof) const {
    return Model::prove(llvm::cast<Op>(op), proof);
  }
  IntegerStep compileInteger(Operation *op, IntegerProgram &program) const {
    return Model::execute(llvm::cast<Op>(op), program);
  }
  void addToPlan(Operation *op, PlanBuilder &builder) const {
    Model::plan(llvm::cast<Op>(op), builder);
  }

  static IntegerStep execute(Op op, IntegerProgram &) {
    return op->emitError("the integer executor does not run ") << op->getName();
  }
  static void plan(Op, PlanBuilder &) {}
};

/// The range proof makes this a statement of fact.
inline int32_t word(int64_t value) {
  assert(kWord.contains({value, value}) && "a proof was wrong");
  return static_cast<int32_t>(value);
}

inline int32_t perElement(llvm::ArrayRef<int32_t> values, size_t index) {
  return values[values.size() == 1 ? 0 : index];
}

/// A step that applies `fn` to each element.
template <typename Op, typename Fn>
IntegerStep eachElement(Op op, IntegerProgram &program, Fn fn) {
  return program.elementwise(
      op.getInput(), op.getInput(), op.getResult(),
      [fn](int64_t x, int64_t, Eigen::Index) { return word(fn(x)); });
}

} // namespace dlnet::lnn::operations

#endif // DLNET_PASSES_OPERATIONS_INTEGERMODEL_H
