// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lnn dialect in C++: its operations, attributes, and the small questions
// about tensors that every pass asks.
#ifndef DLNET_DIALECT_LNN_H
#define DLNET_DIALECT_LNN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace dlnet::lnn {

/// Marks integer operations that apply one formula to each element; results
/// and non-broadcast operands have the same number of elements.
template <typename ConcreteType>
class ElementwiseInteger
    : public mlir::OpTrait::TraitBase<ConcreteType, ElementwiseInteger> {};

} // namespace dlnet::lnn

#include "dialect/LnnDialect.h.inc"
#include "dialect/LnnEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialect/LnnAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialect/LnnOps.h.inc"

namespace dlnet::lnn {

/// Number of elements of a vector, `ShapedType::kDynamic` for `?`.
inline int64_t sizeOf(mlir::Value value) {
  return llvm::cast<mlir::ShapedType>(value.getType()).getDimSize(0);
}

/// Width in bits of a tensor's elements.
inline unsigned widthOf(mlir::Value value) {
  return llvm::cast<mlir::ShapedType>(value.getType()).getElementTypeBitWidth();
}

/// Whether two sizes may be the same, given that `?` may become any size.
inline bool sizesAgree(int64_t a, int64_t b) {
  return a == b || mlir::ShapedType::isDynamic(a) ||
         mlir::ShapedType::isDynamic(b);
}

/// The elements of a float constant in double precision.
llvm::SmallVector<double> realElements(mlir::ElementsAttr attr);

/// The elements of an integer constant.
llvm::SmallVector<int64_t> integerElements(mlir::ElementsAttr attr);

} // namespace dlnet::lnn

#endif // DLNET_DIALECT_LNN_H
