// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Between the rule in passes/fixed, which knows no MLIR, and the attributes in
// which passes hand its decisions on.
#ifndef DLNET_PASSES_FIXEDFORMAT_H
#define DLNET_PASSES_FIXEDFORMAT_H

#include "dialect/Lnn.h"
#include "passes/fixed/Format.h"

namespace dlnet::lnn {

using FixedFormat = fixed::Format;

inline FixedFormat fromAttr(FixedAttr attr) {
  return {attr.getWidth(), attr.getScale().asArrayRef().vec(),
          attr.getZero().asArrayRef().vec()};
}

inline FixedAttr toAttr(const FixedFormat &format, mlir::MLIRContext *context) {
  return FixedAttr::get(context, format.width,
                        mlir::DenseF64ArrayAttr::get(context, format.scale),
                        mlir::DenseF64ArrayAttr::get(context, format.zero));
}

/// The elements of a real constant in double precision.
inline std::vector<double> realVector(mlir::ElementsAttr attr) {
  auto elements = realElements(attr);
  return {elements.begin(), elements.end()};
}

/// Of every function but relu, which needs no table.
inline fixed::Activation activationOf(Function function) {
  switch (function) {
  case Function::Sigmoid:
    return fixed::Activation::Sigmoid;
  case Function::Silu:
    return fixed::Activation::Silu;
  case Function::Gelu:
    return fixed::Activation::Gelu;
  case Function::Exp:
    return fixed::Activation::Exp;
  case Function::Reciprocal:
    return fixed::Activation::Reciprocal;
  case Function::Damped:
    return fixed::Activation::Damped;
  default:
    return fixed::Activation::Tanh;
  }
}

} // namespace dlnet::lnn

#endif // DLNET_PASSES_FIXEDFORMAT_H
