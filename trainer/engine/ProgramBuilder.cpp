// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One instruction an operation; what the operations mean stands in
// dialect/SPEC.md, and IntegerKernel.cpp computes it.
#include "trainer/engine/ProgramBuilder.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

#include <fmt/format.h>

#include <numeric>

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

using Code = IntegerOpcode;

class ProgramBuilder {
public:
  Result<IntegerProgram> build(ModelOp model) {
    window = model.getWindow();
    windowSize = sizeOf(window);
    if (Value age = model.getAge())
      program.age = newSlot(age);
    instructions = &program.before;
    for (Operation &op : model.getBody().front().without_terminator())
      if (!translate(&op))
        return Failure{problem};
    if (program.state.slot < 0 || program.coefficients.slot < 0 ||
        program.blockSums < 0 || program.last < 0 ||
        !slots.contains(model.getForecast()))
      return Failure{"training under integers wants block sums, the newest "
                     "element, a scan and coefficients"};
    program.forecast = slots.lookup(model.getForecast());
    return std::move(program);
  }

private:
  bool fail(const std::string &text) {
    problem = text;
    return false;
  }

  int newSlot(Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    return slots[value] = program.addSlot(size_t(type.getNumElements()),
                                          type.getElementTypeBitWidth());
  }

  static std::vector<int64_t> rowsOf(Operation *op) {
    if (auto lanes = op->getAttrOfType<DenseI64ArrayAttr>(kLanesAttr))
      return lanes.asArrayRef().vec();
    std::vector<int64_t> rows(size_t(sizeOf(op->getResult(0))));
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
  }

  /// Appends an operation of one result; its further fields are to be filled.
  IntegerInstruction &append(Code code, Operation *op, Value a, Value b = {}) {
    IntegerInstruction instruction{code, newSlot(op->getResult(0)),
                                   slots.lookup(a), b ? slots.lookup(b) : -1};
    instruction.narrow = widthOf(op->getResult(0)) == 16;
    if (instructions == &program.after && op->hasAttr(kLanesAttr))
      program.coefficients = {instruction.to, rowsOf(op)};
    instructions->push_back(std::move(instruction));
    return instructions->back();
  }

  template <typename Op> bool binary(Code code, Op op) {
    append(code, op, op.getLhs(), op.getRhs());
    return true;
  }

  bool translate(Operation *operation) {
    for (Value operand : operation->getOperands())
      if (operand == window && !isa<LastOp, BlockSumS16Op>(operation))
        return fail(fmt::format("training under integers reads a window by its "
                                "block sums and its newest element, not by {}",
                                operation->getName().getStringRef().str()));
    return llvm::TypeSwitch<Operation *, bool>(operation)
        .Case<ConstantOp, LastOp, BlockSumS16Op, StackOp, ScanOp>(
            [&](auto op) { return frame(op); })
        .Case<DifferenceOp, HighByteOp, MatvecS8Op, RequantizeOp, LutS16Op,
              ScaleS32Op, RoundShiftS32Op, ClampS32Op, InterpolateS32Op>(
            [&](auto op) { return compute(op); })
        .Case([&](AddS32Op op) { return binary(Code::Add, op); })
        .Case([&](SubS32Op op) { return binary(Code::Sub, op); })
        .Case([&](MulS32Op op) { return binary(Code::Mul, op); })
        .Case([&](EulerStepS16Op op) {
          append(Code::EulerStep, op, op.getState(), op.getDelta());
          return true;
        })
        .Default([&](Operation *op) {
          return fail(fmt::format("training under integers does not run {}",
                                  op->getName().getStringRef().str()));
        });
  }

  // ---- What values there are, and when ----

  bool frame(ConstantOp op) {
    auto values = integerElements(op.getValue());
    program.constants.emplace_back(
        newSlot(op.getResult()),
        std::vector<int32_t>(values.begin(), values.end()));
    return true;
  }

  /// An input of the program, once for all who read it.
  bool input(Value from, Value to, int &slot) {
    if (from != window)
      return fail("training under integers knows block sums and the newest "
                  "element of the window alone");
    slots[to] = slot = slot < 0 ? newSlot(to) : slot;
    return true;
  }
  bool frame(LastOp op) {
    return input(op.getInput(), op.getResult(), program.last);
  }
  bool frame(BlockSumS16Op op) {
    program.block = windowSize / sizeOf(op.getResult());
    return input(op.getInput(), op.getResult(), program.blockSums);
  }

  bool frame(StackOp op) {
    for (Value column : op.getColumns()) {
      if (!slots.contains(column))
        return fail("training under integers stacks vectors alone");
      program.columns.push_back(slots.lookup(column));
    }
    return true;
  }

  bool frame(ScanOp op) {
    if (instructions != &program.before || !op.isPlain() || !op.getSequence() ||
        !op.getSequence().getDefiningOp<StackOp>())
      return fail("training under integers runs one scan, over a stack");
    auto init = op.getInit().getDefiningOp<ConstantOp>();
    if (!init || !llvm::all_of(integerElements(init.getValue()),
                               [](int64_t value) { return value == 0; }))
      return fail("training under integers starts states from 0");
    program.row = newSlot(*op.getRow());
    program.state = {newSlot(op.getState()), rowsOf(op)};
    slots[op.getResult()] = program.state.slot;
    program.steps = op.getTripCount();
    instructions = &program.body;
    if (!scanBody(op))
      return false;
    program.next = slots.lookup(op.getNextState());
    instructions = &program.after;
    return true;
  }

  /// The body of the scan, or of the sub-steps of which it is made.
  bool scanBody(ScanOp scan) {
    for (Operation &op : scan.getBody().front().without_terminator()) {
      auto inner = dyn_cast<ScanOp>(op);
      if (!inner) {
        if (!translate(&op))
          return false;
        continue;
      }
      if (!inner.isPlain() || inner.getSequence() ||
          inner.getInit() != scan.getState() ||
          scan.getNextState() != inner.getResult() || !program.body.empty() ||
          program.substeps != 1)
        return fail("training under integers runs sub-steps of the whole step "
                    "alone");
      slots[inner.getState()] = program.state.slot;
      if (!scanBody(inner))
        return false;
      program.substeps = inner.getTripCount();
      slots[inner.getResult()] = slots.lookup(inner.getNextState());
    }
    return true;
  }

  // ---- What is computed ----

  bool compute(DifferenceOp op) {
    append(Code::Difference, op, op.getInput());
    return true;
  }
  bool compute(HighByteOp op) {
    append(Code::HighByte, op, op.getInput());
    return true;
  }
  bool compute(MatvecS8Op op) {
    auto weights = integerElements(op.getWeights());
    append(Code::Matvec, op, op.getInput())
        .values.assign(weights.begin(), weights.end());
    return true;
  }
  bool compute(RequantizeOp op) {
    IntegerInstruction &to =
        append(Code::Requantize, op, op.getInput(), op.getAddend());
    to.shift = op.getShift();
    to.values = op.getMultiplier().vec();
    to.bias = op.getBias().vec();
    return true;
  }
  bool compute(LutS16Op op) {
    IntegerInstruction &to = append(Code::Lut, op, op.getInput());
    to.values.assign(op.getTable().begin(), op.getTable().end());
    to.shift = 16 - op.getIndexBits();
    if (op->hasAttr(kLanesAttr))
      program.gates.push_back({to.to, rowsOf(op)});
    return true;
  }
  bool compute(ScaleS32Op op) {
    append(Code::Scale, op, op.getInput()).low = op.getFactor();
    return true;
  }
  bool compute(RoundShiftS32Op op) {
    append(Code::RoundShift, op, op.getInput()).shift = op.getShift();
    return true;
  }
  bool compute(ClampS32Op op) {
    IntegerInstruction &to = append(Code::Clamp, op, op.getInput());
    to.low = op.getMin();
    to.high = op.getMax();
    return true;
  }
  bool compute(InterpolateS32Op op) {
    append(Code::Interpolate, op, op.getKnots());
    return true;
  }

  IntegerProgram program;
  std::vector<IntegerInstruction> *instructions = nullptr;
  llvm::DenseMap<Value, int> slots;
  Value window;
  int64_t windowSize = 0;
  std::string problem;
};

} // namespace

Result<IntegerProgram> dlnet::buildProgram(ModelOp model) {
  return ProgramBuilder().build(model);
}
