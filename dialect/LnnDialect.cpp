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

SmallVector<double> dlnet::lnn::realElements(ElementsAttr attr) {
  SmallVector<double> values;
  values.reserve(attr.getNumElements());
  for (const APFloat &value : attr.getValues<APFloat>())
    values.push_back(value.convertToDouble());
  return values;
}

SmallVector<int64_t> dlnet::lnn::integerElements(ElementsAttr attr) {
  SmallVector<int64_t> values;
  values.reserve(attr.getNumElements());
  for (const APInt &value : attr.getValues<APInt>())
    values.push_back(value.getSExtValue());
  return values;
}
