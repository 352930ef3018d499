// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registers the dialect's operations and attributes.
#include "dialect/Lnn.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dlnet::lnn;

#include "dialect/LnnDialect.cpp.inc"
#include "dialect/LnnEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialect/LnnAttrs.cpp.inc"
#include "dialect/LnnInterfaces.cpp.inc"

void LnnDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialect/LnnAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialect/LnnOps.cpp.inc"
      >();
}

Operation *LnnDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                           Type type, Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return builder.create<ConstantOp>(loc, elements);
}

LogicalResult FixedAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                unsigned width, DenseF64ArrayAttr scale,
                                DenseF64ArrayAttr zero) {
  if (width != 16 && width != 32)
    return emitError() << "a fixed-point format has 16 or 32 bits, not "
                       << width;
  if (scale.empty() || scale.size() != zero.size())
    return emitError() << "a fixed-point format needs as many zeros as scales,"
                       << " and at least one; found " << scale.size()
                       << " scales and " << zero.size() << " zeros";
  for (double value : scale.asArrayRef())
    if (!(value > 0.0) || !std::isfinite(value))
      return emitError() << "a scale must be positive and finite, not "
                         << value;
  for (double value : zero.asArrayRef())
    if (!std::isfinite(value))
      return emitError() << "a zero must be finite";
  return success();
}

namespace {

LogicalResult verifyFormat(Operation *op, NamedAttribute attr) {
  auto format = dyn_cast<FixedAttr>(attr.getValue());
  if (!format || op->getNumResults() != 1)
    return op->emitOpError("wants a #lnn.fixed for its one result as ")
           << attr.getName(); // format_c1
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  int64_t size = type && type.getRank() > 0 ? type.getShape().back() : 1;
  int64_t found = format.getScale().size();
  if (found != 1 && !ShapedType::isDynamic(size) && found != size)
    return op->emitOpError("has ") << found << " scales in " << attr.getName()
                                   << "; expected 1 or " << size; // format_c2
  return success();
}

LogicalResult verifyFormats(Operation *op, NamedAttribute attr) {
  auto formats = dyn_cast<ArrayAttr>(attr.getValue());
  auto isOne = [](Attribute each) {
    auto format = dyn_cast<FixedAttr>(each);
    return format && format.getScale().size() == 1;
  };
  if (!formats || !isa<ScanOp>(op) || formats.size() != op->getNumResults() ||
      !llvm::all_of(formats, isOne))
    return op->emitOpError("wants a #lnn.fixed of one entry for each result of "
                           "an lnn.scan as ")
           << attr.getName(); // formats_c1
  return success();
}

LogicalResult verifyIntervals(Operation *op, NamedAttribute attr, bool one) {
  auto ends = dyn_cast<DenseF64ArrayAttr>(attr.getValue());
  if (!ends || ends.empty() || ends.size() % 2 != 0 ||
      (one && ends.size() != 2))
    return op->emitOpError("wants array<f64: low, high> ")
           << (one ? "once" : "for each element") << " as " << attr.getName();
  for (int64_t i = 0; i < ends.size(); i += 2)
    if (!(std::isfinite(ends[i]) && std::isfinite(ends[i + 1]) &&
          ends[i] <= ends[i + 1]))
      return op->emitOpError("has [")
             << ends[i] << ", " << ends[i + 1] << "] in " << attr.getName()
             << "; expected finite ends in order";
  return success();
}

LogicalResult verifyLanes(Operation *op, NamedAttribute attr) {
  auto lanes = dyn_cast<DenseI64ArrayAttr>(attr.getValue());
  auto type = op->getNumResults() == 1
                  ? dyn_cast<RankedTensorType>(op->getResult(0).getType())
                  : RankedTensorType();
  if (!lanes || !type || type.getRank() != 1 ||
      !sizesAgree(type.getDimSize(0), lanes.size()) ||
      llvm::any_of(lanes.asArrayRef(), [](int64_t lane) { return lane < 0; }))
    return op->emitOpError("wants array<i64: lane, ...>, from 0, for each "
                           "element of its one vector as ")
           << attr.getName();
  return success();
}

LogicalResult verifyOperandBits(Operation *op, NamedAttribute attr) {
  auto bits = dyn_cast<DenseI32ArrayAttr>(attr.getValue());
  if (!bits || !isa<AffineOp>(op) ||
      bits.size() != static_cast<int64_t>(op->getNumOperands()) ||
      llvm::any_of(bits.asArrayRef(),
                   [](int32_t value) { return value != 8 && value != 16; }))
    return op->emitOpError("wants 8 or 16 for each input of an lnn.affine as ")
           << attr.getName();
  return success();
}

LogicalResult verifyOperandFormats(Operation *op, NamedAttribute attr) {
  auto formats = dyn_cast<ArrayAttr>(attr.getValue());
  auto isWord = [](Attribute each) {
    auto format = dyn_cast<FixedAttr>(each);
    return format && format.getWidth() == 16;
  };
  if (!formats || formats.size() != op->getNumOperands() ||
      !llvm::all_of(formats, isWord))
    return op->emitOpError("wants a #lnn.fixed of 16 bits for each operand "
                           "as ")
           << attr.getName();
  return success();
}

LogicalResult verifySaturates(Operation *op, NamedAttribute attr) {
  if (!isa<ScanOp>(op))
    return op->emitOpError("has ")
           << attr.getName() << ", which only a scan may have";
  if (isa<UnitAttr>(attr.getValue()))
    return success();
  auto ends = dyn_cast<DenseF64ArrayAttr>(attr.getValue());
  size_t states = cast<ScanOp>(op).getInits().size();
  if (ends && static_cast<size_t>(ends.size()) != 2 * states)
    return op->emitOpError("has ")
           << ends.size() << " numbers in " << attr.getName()
           << "; expected a low and a high for each of " << states << " states";
  return verifyIntervals(op, attr, /*one=*/false);
}

LogicalResult verifyKeys(Operation *op, NamedAttribute attr) {
  auto keys = dyn_cast<ArrayAttr>(attr.getValue());
  if (!keys || !isa<AffineOp>(op) || keys.size() != op->getNumOperands() + 1 ||
      !llvm::all_of(keys, llvm::IsaPred<StringAttr>))
    return op->emitOpError("wants a name for each weight matrix and for the "
                           "bias of an lnn.affine as ")
           << attr.getName();
  return success();
}

LogicalResult verifyMasks(Operation *op, NamedAttribute attr) {
  auto masks = dyn_cast<ArrayAttr>(attr.getValue());
  auto affine = dyn_cast<AffineOp>(op);
  // The operation itself is verified later, so it may hold anything.
  auto weights = affine
                     ? op->getAttrOfType<ArrayAttr>(affine.getWeightsAttrName())
                     : ArrayAttr();
  auto suits = [](auto pair) {
    auto mask = dyn_cast<DenseIntElementsAttr>(std::get<0>(pair));
    auto matrix = dyn_cast<ElementsAttr>(std::get<1>(pair));
    return mask && matrix && mask.getElementType().isInteger(1) &&
           mask.getType().getShape() == matrix.getShapedType().getShape();
  };
  if (!masks || !weights || masks.size() != weights.size() ||
      !llvm::all_of(llvm::zip(masks, weights), suits))
    return op->emitOpError("wants dense i1 elements of the shape of each "
                           "weight matrix of an lnn.affine as ")
           << attr.getName();
  return success();
}

LogicalResult verifyBuffers(Operation *op, NamedAttribute attr) {
  auto names = dyn_cast<ArrayAttr>(attr.getValue());
  if (!names || names.size() != op->getNumResults() ||
      !llvm::all_of(names, llvm::IsaPred<StringAttr>))
    return op->emitOpError("wants a name for each result as ")
           << attr.getName();
  return success();
}

LogicalResult verifyArena(Operation *op, NamedAttribute attr) {
  auto isBuffer = [](Attribute entry) {
    auto buffer = dyn_cast<DictionaryAttr>(entry);
    if (!buffer || !buffer.getAs<StringAttr>("name") ||
        !buffer.getAs<DenseI64ArrayAttr>("lifetimes"))
      return false;
    auto elements = buffer.getAs<IntegerAttr>("elements");
    auto width = buffer.getAs<IntegerAttr>("width");
    return elements && elements.getType().isSignlessInteger(64) &&
           elements.getInt() > 0 && elements.getInt() <= 2 * kMaxElements &&
           width && width.getType().isSignlessInteger(64) &&
           (width.getInt() == 16 || width.getInt() == 32);
  };
  auto buffers = dyn_cast<ArrayAttr>(attr.getValue());
  if (!buffers || !isa<ModelOp>(op) || !llvm::all_of(buffers, isBuffer))
    return op->emitOpError("wants {elements, lifetimes, name, width} for each "
                           "buffer of a model as ")
           << attr.getName();
  return success();
}

LogicalResult verifyCost(Operation *op, NamedAttribute attr) {
  constexpr StringLiteral kEntries[] = {"cycles", "flash", "instructions",
                                        "ram", "stack"};
  auto cost = dyn_cast<DictionaryAttr>(attr.getValue());
  auto isCount = [&](StringRef entry) {
    auto count = cost.getAs<IntegerAttr>(entry);
    return count && count.getType().isSignlessInteger(64) && count.getInt() > 0;
  };
  if (!cost || !isa<ModelOp>(op) || cost.size() != std::size(kEntries) ||
      !llvm::all_of(kEntries, isCount))
    return op->emitOpError("wants positive {cycles, flash, instructions, ram, "
                           "stack} of a model as ")
           << attr.getName();
  return success();
}

LogicalResult verifyMeasured(Operation *op, NamedAttribute attr) {
  auto isError = [](NamedAttribute entry) {
    auto error = dyn_cast<FloatAttr>(entry.getValue());
    return (entry.getName() == "mae_float" || entry.getName() == "mae_int8") &&
           error && error.getType().isF64() && error.getValue().isFinite() &&
           !error.getValue().isNegative();
  };
  auto measured = dyn_cast<DictionaryAttr>(attr.getValue());
  if (!measured || !isa<ModelOp>(op) || !llvm::all_of(measured, isError))
    return op->emitOpError("wants finite f64 {mae_float, mae_int8} from 0 of a "
                           "model, each if known, as ")
           << attr.getName();
  return success();
}

LogicalResult verifyVerdict(Operation *op, NamedAttribute attr) {
  auto verdict = dyn_cast<DictionaryAttr>(attr.getValue());
  auto status = verdict ? verdict.getAs<StringAttr>("status") : StringAttr();
  bool known = status && llvm::is_contained(
                             {"selected", "front", "dominated", "over_budget"},
                             status.getValue());
  bool dominated = known && status == "dominated";
  if (!known || !isa<ModelOp>(op) || !verdict.getAs<StringAttr>("reason") ||
      dominated != !!verdict.getAs<FlatSymbolRefAttr>("by") ||
      verdict.size() != (dominated ? 3u : 2u))
    return op->emitOpError("wants {reason, status} of a model as ")
           << attr.getName()
           << ", status being selected, front, over_budget, or dominated and "
              "then {by = @model} too";
  return success();
}

} // namespace

LogicalResult LnnDialect::verifyOperationAttribute(Operation *op,
                                                   NamedAttribute attr) {
  StringRef name = attr.getName();
  if (name == kFormatAttr || name == kDecayFormatAttr ||
      name == kNumeratorFormatAttr || name == kArgumentFormatAttr)
    return verifyFormat(op, attr);
  if (name == kFormatsAttr)
    return verifyFormats(op, attr); // formats_c1
  if (name == kRangeAttr)
    return verifyIntervals(op, attr, /*one=*/false); // range_c1
  if (name == kInvariantAttr)
    return verifyIntervals(op, attr, /*one=*/true); // invariant_c1
  if (name == kLanesAttr)
    return verifyLanes(op, attr); // lanes_c1
  if (name == kOperandBitsAttr)
    return verifyOperandBits(op, attr); // operand_bits_c1
  if (name == kOperandFormatsAttr)
    return verifyOperandFormats(op, attr); // operand_formats_c1
  if (name == kSaturatesAttr)
    return verifySaturates(op, attr); // saturates_c1
  if (name == kBuffersAttr)
    return verifyBuffers(op, attr); // buffers_c1
  if (name == kArenaAttr)
    return verifyArena(op, attr); // arena_c1
  if (name == kKeysAttr)
    return verifyKeys(op, attr); // keys_c1
  if (name == kMasksAttr)
    return verifyMasks(op, attr); // masks_c1
  if (name == kCostAttr)
    return verifyCost(op, attr); // cost_c1
  if (name == kMeasuredAttr)
    return verifyMeasured(op, attr); // measured_c1
  if (name == kVerdictAttr)
    return verifyVerdict(op, attr); // verdict_c1
  return op->emitOpError("has ")
         << name << ", which is no attribute of lnn"; // attribute_c1
}

bool dlnet::lnn::hasUsableSizes(ShapedType type) {
  if (!type.hasRank())
    return false;
  int64_t elements = 1;
  for (int64_t size : type.getShape()) {
    if (ShapedType::isDynamic(size))
      continue;
    if (size < 1 || size > kMaxSize || elements > kMaxElements / size)
      return false;
    elements *= size;
  }
  return true;
}

ParseResult dlnet::lnn::parseReals(AsmParser &parser,
                                   DenseF64ArrayAttr &values) {
  SmallVector<double> numbers;
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
        return parser.parseFloat(numbers.emplace_back());
      }))
    return failure();
  values = DenseF64ArrayAttr::get(parser.getContext(), numbers);
  return success();
}

void dlnet::lnn::printReals(AsmPrinter &printer, DenseF64ArrayAttr values) {
  printer << "[";
  llvm::interleaveComma(
      values.asArrayRef(), printer.getStream(),
      [&](double value) { printer.printFloat(APFloat(value)); });
  printer << "]";
}

namespace {
/// Appends elements that are held as `T`; passes read weights more often than
/// anything else, and an APFloat or APInt of each costs most of their time.
template <typename T, typename Values>
bool appendAs(ElementsAttr attr, Values &values) {
  auto held = attr.tryGetValues<T>();
  if (!held)
    return false;
  llvm::append_range(values, *held);
  return true;
}
} // namespace

SmallVector<double> dlnet::lnn::realElements(ElementsAttr attr) {
  SmallVector<double> values;
  values.reserve(attr.getNumElements());
  if (appendAs<float>(attr, values))
    return values;
  for (const APFloat &value : attr.getValues<APFloat>())
    values.push_back(value.convertToDouble());
  return values;
}

SmallVector<int64_t> dlnet::lnn::integerElements(ElementsAttr attr) {
  SmallVector<int64_t> values;
  values.reserve(attr.getNumElements());
  if (appendAs<int8_t>(attr, values) || appendAs<int16_t>(attr, values))
    return values;
  for (const APInt &value : attr.getValues<APInt>())
    values.push_back(value.getSExtValue());
  return values;
}
