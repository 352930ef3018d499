// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What vectors as a whole must be like: their parts, and what is made of all of
// their elements. Every check carries its label from SPEC.md.
#include "dialect/Lnn.h"

#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;
using namespace dlnet::lnn;

LogicalResult SliceOp::verify() {
  int64_t size = sizeOf(getInput()), taken = sizeOf(getResult());
  if (!ShapedType::isDynamic(size) &&
      static_cast<int64_t>(getStart()) >
          size - (ShapedType::isDynamic(taken) ? 1 : taken))
    return emitOpError("takes ")
           << taken << " elements from " << getStart() << " on of a vector of "
           << size; // slice_c1
  if (getElementTypeOrSelf(getInput()) != getElementTypeOrSelf(getResult()))
    return emitOpError("cannot change the element type"); // slice_c2
  return success();
}

LogicalResult ConcatOp::verify() {
  if (getParts().empty())
    return emitOpError("needs at least one part"); // concat_c1
  int64_t size = 0;
  for (Value part : getParts()) {
    if (getElementTypeOrSelf(part) != getElementTypeOrSelf(getResult()))
      return emitOpError("has a part of ")
             << getElementTypeOrSelf(part) << "; the result holds "
             << getElementTypeOrSelf(getResult()); // concat_c2
    if (ShapedType::isDynamic(sizeOf(part)))
      return success();
    size += sizeOf(part);
  }
  if (!sizesAgree(size, sizeOf(getResult())))
    return emitOpError("has a result of ")
           << sizeOf(getResult()) << " elements, its parts have "
           << size; // concat_c3
  return success();
}

LogicalResult ReduceOp::verify() {
  if (sizeOf(getResult()) != 1)
    return emitOpError("gives one element, not ")
           << sizeOf(getResult()); // reduce_c1
  return success();
}

LogicalResult LayerNormOp::verify() {
  for (ElementsAttr attr : {getGain(), getBias()}) {
    auto type = attr.getShapedType();
    if (type.getRank() != 1 || !type.getElementType().isF32() ||
        !sizesAgree(type.getDimSize(0), sizeOf(getInput())))
      return emitOpError("has a gain or bias of ")
             << type << "; expected f32, one an element of "
             << getInput().getType(); // layer_norm_c1
    for (double value : realElements(attr))
      if (!std::isfinite(value))
        return emitOpError("has a gain or bias that is not finite");
    // layer_norm_c2
  }
  double epsilon = getEpsilon().convertToDouble();
  if (!(epsilon > 0.0) || !std::isfinite(epsilon))
    return emitOpError("needs a positive, finite epsilon, not ")
           << epsilon; // layer_norm_c3
  return success();
}
