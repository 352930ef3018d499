// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the operation definitions cannot say by types alone. Every check
// carries its label from SPEC.md.
#include "dialect/Lnn.h"

#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dlnet::lnn;

namespace dlnet::lnn {

static void printReals(OpAsmPrinter &printer, Operation *,
                       DenseF64ArrayAttr values) {
  printReals(printer, values);
}

/// Types of the initial states, which those of the results equal, and of the
/// outputs if there are any: `types (gives types)?`.
static ParseResult parseScanTypes(OpAsmParser &parser,
                                  SmallVectorImpl<Type> &inits,
                                  SmallVectorImpl<Type> &finals,
                                  SmallVectorImpl<Type> &outputs) {
  if (parser.parseTypeList(inits))
    return failure();
  finals.assign(inits.begin(), inits.end());
  if (succeeded(parser.parseOptionalKeyword("gives")))
    return parser.parseTypeList(outputs);
  return success();
}

static void printScanTypes(OpAsmPrinter &printer, Operation *, TypeRange inits,
                           TypeRange, TypeRange outputs) {
  llvm::interleaveComma(inits, printer);
  if (outputs.empty())
    return;
  printer << " gives ";
  llvm::interleaveComma(outputs, printer);
}

} // namespace dlnet::lnn

#define GET_OP_CLASSES
#include "dialect/LnnOps.cpp.inc"

namespace {

/// Result size of an elementwise operation whose operands may repeat a single
/// element; failure when the sizes disagree.
FailureOr<int64_t> broadcastSize(int64_t lhs, int64_t rhs) {
  if (lhs == 1)
    return rhs;
  if (rhs == 1 || sizesAgree(lhs, rhs))
    return ShapedType::isDynamic(lhs) && rhs != 1 ? rhs : lhs;
  return failure();
}

LogicalResult verifyBroadcast(Operation *op, Value lhs, Value rhs,
                              Value result) {
  FailureOr<int64_t> size = broadcastSize(sizeOf(lhs), sizeOf(rhs));
  if (failed(size))
    return op->emitOpError("has operands of ")
           << sizeOf(lhs) << " and " << sizeOf(rhs)
           << " elements; one must be 1 or both the same";
  if (!sizesAgree(*size, sizeOf(result)))
    return op->emitOpError("has a result of ")
           << sizeOf(result) << " elements, its operands give " << *size;
  return success();
}

LogicalResult verifySameSize(Operation *op, Value input, Value result) {
  if (sizesAgree(sizeOf(input), sizeOf(result)))
    return success();
  return op->emitOpError("maps ") << sizeOf(input) << " elements to "
                                  << sizeOf(result) << "; expected as many";
}

LogicalResult verifyBlocks(Operation *op, Value input, Value result) {
  int64_t from = sizeOf(input), to = sizeOf(result);
  if (ShapedType::isDynamic(from) || ShapedType::isDynamic(to))
    return success();
  if (to == 0 || from % to != 0)
    return op->emitOpError("cannot cut ")
           << from << " elements into " << to << " equal blocks";
  return success();
}

LogicalResult verifyKnots(Operation *op, Value knots, Value result) {
  int64_t from = sizeOf(knots), to = sizeOf(result);
  if (ShapedType::isDynamic(from) || ShapedType::isDynamic(to))
    return success();
  if (from < 2 || to % (from - 1) != 0)
    return op->emitOpError("cannot lay ")
           << to << " elements evenly between " << from << " knots";
  return success();
}

std::string sizeText(int64_t size) {
  return ShapedType::isDynamic(size) ? "?" : std::to_string(size);
}

/// The type of one row of a sequence.
Type rowType(Type sequence) {
  auto type = cast<RankedTensorType>(sequence);
  return RankedTensorType::get({type.getDimSize(1)}, type.getElementType());
}

LogicalResult verifyPositiveDt(Operation *op, const APFloat &dt) {
  double value = dt.convertToDouble();
  if (value > 0.0 && std::isfinite(value))
    return success();
  return op->emitOpError("needs a positive, finite dt, not ") << value;
}

/// Arrays that hold one element for all, or one for each of `size`.
LogicalResult verifyPerElement(Operation *op, StringRef what, int64_t found,
                               int64_t size) {
  if (found == 1 || (found > 0 && sizesAgree(found, size)))
    return success();
  return op->emitOpError("has ")
         << found << " " << what << "; expected 1 or "
         << (ShapedType::isDynamic(size) ? "one an element"
                                         : llvm::Twine(size));
}

} // namespace

LogicalResult ScanOp::verify() {
  if (getSequences().empty() == !getCount())
    return emitOpError("needs either a sequence or a count"); // scan_c1
  if (getInits().empty())
    return emitOpError("carries no state"); // scan_c6
  if (getInits().getTypes() != getFinals().getTypes())
    return emitOpError("must give the states that it carries: their types "
                       "differ"); // scan_c10
  int64_t steps = getTripCount();
  for (Type type : getSequences().getTypes())
    if (int64_t rows = cast<ShapedType>(type).getDimSize(0); rows != steps)
      return emitOpError("walks sequences of ")
             << sizeText(steps) << " and " << sizeText(rows)
             << " rows"; // scan_c7
  for (Type type : getOutputs().getTypes())
    if (int64_t rows = cast<ShapedType>(type).getDimSize(0); rows != steps)
      return emitOpError("gives a sequence of ")
             << sizeText(rows) << " rows in " << sizeText(steps)
             << " steps"; // scan_c8
  return success();
}

LogicalResult ScanOp::verifyRegions() {
  Block &block = getBody().front();
  unsigned expected = getSequences().size() + getInits().size();
  if (block.getNumArguments() != expected)
    return emitOpError("has a body of ")
           << block.getNumArguments() << " arguments; expected "
           << expected; // scan_c2
  for (auto [row, sequence] : llvm::zip(getRows(), getSequences()))
    if (Type type = rowType(sequence.getType()); row.getType() != type)
      return emitOpError("has a body that takes rows of ")
             << row.getType() << "; the sequence has " << type; // scan_c3
  for (auto [state, init] : llvm::zip(getStates(), getInits()))
    if (state.getType() != init.getType())
      return emitOpError("starts from ")
             << init.getType() << " but its body takes "
             << state.getType(); // scan_c4
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  size_t states = getInits().size(), outputs = getOutputs().size();
  if (!yield || yield.getNumOperands() != states + outputs)
    return emitOpError("must yield ") << states << " next states and a row of "
                                      << outputs << " outputs"; // scan_c5
  for (auto [next, init] : llvm::zip(getNextStates(), getInits()))
    if (next.getType() != init.getType())
      return emitOpError("must yield one next state of type ")
             << init.getType() << ", not " << next.getType(); // scan_c5
  for (auto [row, output] : llvm::zip(getOutputRows(), getOutputs()))
    if (Type type = rowType(output.getType()); row.getType() != type)
      return emitOpError("must yield a row of ")
             << type << ", not " << row.getType(); // scan_c9
  return success();
}

/// One state, over one sequence or none, without outputs.
void ScanOp::build(OpBuilder &builder, OperationState &state, Type result,
                   Value init, Value sequence, IntegerAttr count) {
  build(builder, state, TypeRange(result), TypeRange(),
        sequence ? ValueRange(sequence) : ValueRange(), ValueRange(init),
        count);
}

LogicalResult ConstantOp::verify() {
  if (getElementTypeOrSelf(getResult()).isF32() &&
      !llvm::all_of(realElements(getValue()),
                    [](double value) { return std::isfinite(value); }))
    return emitOpError("has an element that is not finite"); // constant_c1
  return success();
}

LogicalResult SplatOp::verify() {
  if (!getValue().isFinite())
    return emitOpError("has an element that is not finite"); // splat_c1
  return success();
}

LogicalResult LastOp::verify() {
  auto input = cast<RankedTensorType>(getInput().getType());
  int64_t size = input.getRank() == 2 ? input.getDimSize(1) : 1;
  if (!sizesAgree(size, sizeOf(getResult())))
    return emitOpError("gives ")
           << (size == 1 ? "one element" : "a row of " + sizeText(size))
           << ", not " << sizeText(sizeOf(getResult())); // last_c1
  if (getElementTypeOrSelf(getInput()) != getElementTypeOrSelf(getResult()))
    return emitOpError("cannot change the element type"); // last_c2
  return success();
}

LogicalResult StackOp::verify() {
  auto type = getResult().getType();
  if (getColumns().empty())
    return emitOpError("needs at least one column"); // stack_c1
  int64_t width = 0;
  for (Value column : getColumns()) {
    if (columnsOf(column) == ShapedType::kDynamic)
      return emitOpError("has a sequence of unknown width"); // stack_c2
    width += columnsOf(column);
  }
  if (type.isDynamicDim(1) || width > type.getDimSize(1))
    return emitOpError("has ")
           << width << " columns; it cannot give " << type; // stack_c2
  for (Value column : getColumns()) {
    bool repeats = sizeOf(column) == 1 &&
                   cast<ShapedType>(column.getType()).getRank() == 1;
    if (!repeats && !sizesAgree(sizeOf(column), type.getDimSize(0)))
      return emitOpError("has a column of ")
             << sizeOf(column) << " elements; the result has "
             << type.getDimSize(0) << " rows"; // stack_c3
    if (getElementTypeOrSelf(column) != type.getElementType())
      return emitOpError("has a column of ")
             << getElementTypeOrSelf(column) << "; the result holds "
             << type.getElementType(); // stack_c4
  }
  return success();
}

LogicalResult BlockMeanOp::verify() {
  return verifyBlocks(*this, getInput(), getResult()); // block_mean_c1
}

LogicalResult BlockSumS16Op::verify() {
  return verifyBlocks(*this, getInput(), getResult()); // block_sum_s16_c1
}

LogicalResult InterpolateOp::verify() {
  return verifyKnots(*this, getKnots(), getResult()); // interpolate_c1
}

LogicalResult InterpolateS32Op::verify() {
  return verifyKnots(*this, getKnots(), getResult()); // interpolate_s32_c1
}

int64_t InterpolateS32Op::getStep() {
  return sizeOf(getResult()) / (sizeOf(getKnots()) - 1);
}

LogicalResult ClampOp::verify() {
  // clamp_c1; written so that NaN fails too.
  if (getMin().convertToDouble() <= getMax().convertToDouble())
    return success();
  return emitOpError("has limits out of order: ")
         << getMin().convertToDouble() << " and " << getMax().convertToDouble();
}

LogicalResult NormalizeOp::verify() {
  int64_t size = cast<ShapedType>(getInput().getType()).getShape().back();
  for (ArrayRef<double> values : {getOffset(), getScale()}) {
    if (failed(
            verifyPerElement(*this, "offsets or scales", values.size(), size)))
      return failure(); // normalize_c1
    for (double value : values)
      if (!std::isfinite(value))
        return emitOpError(
            "has an offset or scale that is not finite"); // normalize_c2
  }
  return success();
}

LogicalResult AddOp::verify() {
  return verifyBroadcast(*this, getLhs(), getRhs(), getResult()); // binary_c1
}
LogicalResult SubOp::verify() {
  return verifyBroadcast(*this, getLhs(), getRhs(), getResult()); // binary_c1
}
LogicalResult MulOp::verify() {
  return verifyBroadcast(*this, getLhs(), getRhs(), getResult()); // binary_c1
}
LogicalResult AddS32Op::verify() {
  return verifyBroadcast(*this, getLhs(), getRhs(), getResult()); // binary_c1
}
LogicalResult SubS32Op::verify() {
  return verifyBroadcast(*this, getLhs(), getRhs(), getResult()); // binary_c1
}
LogicalResult MulS32Op::verify() {
  return verifyBroadcast(*this, getLhs(), getRhs(), getResult()); // binary_c1
}

LogicalResult AffineOp::verify() {
  if (getInputs().empty() || getInputs().size() != getWeights().size())
    return emitOpError("has ")
           << getInputs().size() << " inputs and " << getWeights().size()
           << " weight matrices; expected as many, and at "
              "least one"; // affine_c1
  int64_t rows = getBias().getNumElements();
  if (getBias().getShapedType().getRank() != 1 ||
      !getBias().getElementType().isF32())
    return emitOpError("needs a bias of rank 1 and f32, not ")
           << getBias().getShapedType(); // affine_c2
  if (!sizesAgree(rows, sizeOf(getResult())))
    return emitOpError("has a bias of ") << rows << " elements and a result of "
                                         << sizeOf(getResult()); // affine_c3
  for (auto [index, input, attr] : llvm::enumerate(getInputs(), getWeights())) {
    auto type = cast<ElementsAttr>(attr).getShapedType();
    if (type.getRank() != 2 || !type.getElementType().isF32() ||
        type.getDimSize(0) != rows ||
        !sizesAgree(type.getDimSize(1), sizeOf(input)))
      return emitOpError("has weights ")
             << index << " of " << type << "; expected " << rows << "x"
             << sizeOf(input) << " of f32"; // affine_c4
  }
  auto all = llvm::to_vector(getWeights().getAsRange<ElementsAttr>());
  all.push_back(getBias());
  for (ElementsAttr attr : all)
    for (double value : realElements(attr))
      if (!std::isfinite(value))
        return emitOpError(
            "has a weight or bias that is not finite"); // affine_c5
  return success();
}

LogicalResult OdeOp::verify() {
  return verifyPositiveDt(*this, getDt());
} // dt_c1

LogicalResult OdeOp::verifyRegions() {
  Block &block = getBody().front();
  if (block.getNumArguments() != 1 ||
      block.getArgument(0).getType() != getState().getType())
    return emitOpError("has a body that must take the state ")
           << getState().getType(); // ode_c1
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  if (!yield || yield.getNumOperands() != 1 ||
      yield.getOperand(0).getType() != getState().getType())
    return emitOpError("must yield one derivative of type ")
           << getState().getType(); // ode_c2
  return success();
}

LogicalResult EulerStepOp::verify() {
  return verifyPositiveDt(*this, getDt());
} // dt_c1
LogicalResult FusedStepOp::verify() {
  return verifyPositiveDt(*this, getDt());
} // dt_c1

LogicalResult FusedOp::verifyRegions() {
  Block &block = getBody().front();
  if (block.getNumArguments() != 0)
    return emitOpError("has a body that takes no arguments"); // fused_c1
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  if (!yield || yield.getOperandTypes() != getResultTypes())
    return emitOpError("must yield its results"); // fused_c2
  if (getNumResults() == 0)
    return emitOpError("must have a result"); // fused_c3
  int64_t size = sizeOf(getResult(0));
  for (Value result : getResults())
    if (sizeOf(result) != size)
      return emitOpError("has results of ")
             << size << " and " << sizeOf(result) << " elements"; // fused_c4
  for (Operation &op : block.without_terminator()) {
    if (!op.hasTrait<ElementwiseInteger>())
      return emitOpError("may hold elementwise integer operations only, not ")
             << op.getName(); // fused_c5
    int64_t found = sizeOf(op.getResult(0));
    if (found != size && found != 1)
      return emitOpError("holds ")
             << op.getName() << " of " << found << " elements in a loop of "
             << size; // fused_c6
  }
  InterpolateS32Op first;
  for (auto op : getBody().getOps<InterpolateS32Op>()) {
    if (op.getKnots().getParentBlock() == &getBody().front())
      return emitOpError("interpolates knots that it computes itself; they "
                         "must be there before its loop"); // fused_c7
    if (sizeOf(op.getResult()) != size)
      return emitOpError("interpolates ")
             << sizeOf(op.getResult()) << " elements in a loop of "
             << size; // fused_c8
    if (first && sizeOf(first.getKnots()) != sizeOf(op.getKnots()))
      return emitOpError("interpolates between ")
             << sizeOf(first.getKnots()) << " and " << sizeOf(op.getKnots())
             << " knots in one loop"; // fused_c9
    first = op;
  }
  return success();
}

LogicalResult MatvecS8Op::verify() {
  auto type = getWeights().getShapedType();
  if (type.getRank() != 2 || !type.getElementType().isSignlessInteger(8))
    return emitOpError("needs i8 weights of rank 2, not ")
           << type; // matvec_s8_c1
  if (type.getDimSize(0) != sizeOf(getResult()) ||
      type.getDimSize(1) != sizeOf(getInput()))
    return emitOpError("has weights of ")
           << type << "; expected " << sizeOf(getResult()) << "x"
           << sizeOf(getInput()); // matvec_s8_c2
  for (int64_t value : integerElements(getWeights()))
    if (value == -128)
      return emitOpError("has a weight of -128; packed products need at least "
                         "-127"); // matvec_s8_c3
  if (getPacking() && isSparse(*getPacking()) &&
      sizeOf(getInput()) > kMaxSparseColumns)
    return emitOpError("has ")
           << sizeOf(getInput()) << " columns; a sparse packing names pairs of "
           << "them by a byte and takes " << kMaxSparseColumns
           << " at most"; // matvec_s8_c4
  if (getUnroll() && !getPacking())
    return emitOpError("has no packing to be unrolled with"); // matvec_s8_c5
  if (getUnroll() && sizeOf(getInput()) > maxUnrolledColumns(*getPacking()))
    return emitOpError("has ")
           << sizeOf(getInput()) << " columns; with packing "
           << stringifyPacking(*getPacking()) << " it can be unrolled up to "
           << maxUnrolledColumns(*getPacking()); // matvec_s8_c5
  return success();
}

LogicalResult RequantizeOp::verify() {
  int64_t size = sizeOf(getResult());
  if (failed(verifyBroadcast(*this, getInput(),
                             getAddend() ? getAddend() : getInput(),
                             getResult())) ||
      failed(verifyPerElement(*this, "multipliers", getMultiplier().size(),
                              size)) ||
      failed(verifyPerElement(*this, "biases", getBias().size(), size)))
    return failure(); // requantize_c1, requantize_c2
  return success();
}

unsigned LutS16Op::getIndexBits() {
  return llvm::Log2_64(getTable().size() - 1);
}

LogicalResult LutS16Op::verify() {
  size_t intervals = getTable().size() - 1;
  if (getTable().size() < 3 || !llvm::isPowerOf2_64(intervals) ||
      intervals > 4096)
    return emitOpError("has a table of ")
           << getTable().size()
           << " entries; expected 2^n + 1 with n from 1 to 12"; // lut_s16_c1
  return success();
}

LogicalResult ScaleS32Op::verify() {
  return verifySameSize(*this, getInput(), getResult()); // same_size_c1
}
LogicalResult RoundShiftS32Op::verify() {
  return verifySameSize(*this, getInput(), getResult()); // same_size_c1
}

LogicalResult ClampS32Op::verify() {
  if (getMin() > getMax())
    return emitOpError("has limits out of order: ")
           << getMin() << " and " << getMax(); // clamp_s32_c1
  if (widthOf(getResult()) == 16 &&
      (getMin() < INT16_MIN || getMax() > INT16_MAX))
    return emitOpError("narrows to 16 bits but allows [")
           << getMin() << ", " << getMax() << "]";       // clamp_s32_c2
  return verifySameSize(*this, getInput(), getResult()); // same_size_c1
}

LogicalResult EulerStepS16Op::verify() {
  return verifySameSize(*this, getDelta(), getResult()); // same_size_c1
}
