// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Folds: identities that hold exactly, and arithmetic on constants.
#include "dialect/Lnn.h"

using namespace mlir;
using namespace dlnet::lnn;

namespace {

/// Whether a real constant has the same value everywhere.
bool isSplat(Attribute attr, double value) {
  auto elements = dyn_cast_or_null<DenseFPElementsAttr>(attr);
  return elements && elements.isSplat() &&
         elements.getSplatValue<APFloat>().convertToDouble() == value;
}

/// Computes `op` on two real constants, repeating single elements.
template <typename Fn>
OpFoldResult foldReal(Attribute lhs, Attribute rhs, Type type, Fn op) {
  auto a = dyn_cast_or_null<DenseFPElementsAttr>(lhs);
  auto b = dyn_cast_or_null<DenseFPElementsAttr>(rhs);
  auto result = dyn_cast<RankedTensorType>(type);
  if (!a || !b || !result.hasStaticShape())
    return {};
  auto x = llvm::to_vector(a.getValues<float>());
  auto y = llvm::to_vector(b.getValues<float>());
  SmallVector<float> values(result.getNumElements());
  for (auto [i, value] : llvm::enumerate(values))
    value = op(x[x.size() == 1 ? 0 : i], y[y.size() == 1 ? 0 : i]);
  // What overflows stays an operation, for the passes to refuse.
  if (!llvm::all_of(values, [](float v) { return std::isfinite(v); }))
    return {};
  return DenseElementsAttr::get(result, ArrayRef<float>(values));
}

} // namespace

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

OpFoldResult SliceOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  return {};
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  if (getParts().size() == 1 && getParts()[0].getType() == getType())
    return getParts()[0];
  return {};
}

OpFoldResult ClampOp::fold(FoldAdaptor) {
  // clamp(clamp(x)) where the inner limits lie within the outer ones.
  if (auto inner = getInput().getDefiningOp<ClampOp>())
    if (inner.getMin() >= getMin() && inner.getMax() <= getMax())
      return getInput();
  return {};
}

OpFoldResult NormalizeOp::fold(FoldAdaptor) {
  bool identity =
      llvm::all_of(getOffset(), [](double v) { return v == 0.0; }) &&
      llvm::all_of(getScale(), [](double v) { return v == 1.0; });
  return identity ? OpFoldResult(getInput()) : OpFoldResult();
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  if (isSplat(adaptor.getRhs(), 0.0) && getLhs().getType() == getType())
    return getLhs();
  return foldReal(adaptor.getLhs(), adaptor.getRhs(), getType(),
                  [](float a, float b) { return a + b; });
}

OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  if (isSplat(adaptor.getRhs(), 0.0) && getLhs().getType() == getType())
    return getLhs();
  return foldReal(adaptor.getLhs(), adaptor.getRhs(), getType(),
                  [](float a, float b) { return a - b; });
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  if (isSplat(adaptor.getRhs(), 1.0) && getLhs().getType() == getType())
    return getLhs();
  return foldReal(adaptor.getLhs(), adaptor.getRhs(), getType(),
                  [](float a, float b) { return a * b; });
}

OpFoldResult RoundShiftS32Op::fold(FoldAdaptor) {
  if (getShift() == 0 && getInput().getType() == getType())
    return getInput();
  return {};
}

OpFoldResult ClampS32Op::fold(FoldAdaptor) {
  // A 16-bit value lies within the full range of its type already.
  if (getInput().getType() == getType() && widthOf(getInput()) == 16 &&
      getMin() == INT16_MIN && getMax() == INT16_MAX)
    return getInput();
  return {};
}
