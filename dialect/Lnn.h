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

#include <functional>

namespace dlnet::lnn {

/// Marks integer operations that apply one formula to each element; results
/// and non-broadcast operands, but knots, have the same number of elements.
template <typename ConcreteType>
class ElementwiseInteger
    : public mlir::OpTrait::TraitBase<ConcreteType, ElementwiseInteger> {};

/// Greatest size of one dimension, and greatest number of elements.
inline constexpr int64_t kMaxSize = 65536, kMaxElements = int64_t(1) << 22;

/// Whether each size is unknown or from 1 to `kMaxSize`, and the number of
/// elements at most `kMaxElements`.
bool hasUsableSizes(mlir::ShapedType type);

/// Format of an operation's result (a FixedAttr), decided by lnn-quantize.
inline constexpr llvm::StringLiteral kFormatAttr = "lnn.format";
/// The same of a scan that has several results: a FixedAttr for each.
inline constexpr llvm::StringLiteral kFormatsAttr = "lnn.formats";
/// The same for the decay and the numerator of an lnn.fused_step.
inline constexpr llvm::StringLiteral kDecayFormatAttr = "lnn.decay_format";
inline constexpr llvm::StringLiteral kNumeratorFormatAttr =
    "lnn.numerator_format";
/// The same for the argument of the table of an lnn.activate.
inline constexpr llvm::StringLiteral kArgumentFormatAttr =
    "lnn.argument_format";
/// The 16-bit formats in which an operation reads its operands, where one has
/// 32 bits.
inline constexpr llvm::StringLiteral kOperandFormatsAttr =
    "lnn.operand_formats";
/// On a scan: its state is not proved to keep within its format, and saturates.
/// An array<f64: low, high>, or unit: twice what was recorded.
inline constexpr llvm::StringLiteral kSaturatesAttr = "lnn.saturates";
/// Bits of each input of an affine that enter its products: 8 or 16.
inline constexpr llvm::StringLiteral kOperandBitsAttr = "lnn.operand_bits";
/// The box [low, high] that a cell's step provably does not leave, written by
/// lnn-discretize on the step and read by lnn-quantize.
inline constexpr llvm::StringLiteral kInvariantAttr = "lnn.invariant";
/// Recorded ranges [low0, high0, low1, high1, ...] of a value, set on import.
inline constexpr llvm::StringLiteral kRangeAttr = "lnn.range";
/// Which element each one of a result was before lnn-eliminate-dead-units, for
/// whoever sets it on import to find them again on the integer level.
inline constexpr llvm::StringLiteral kLanesAttr = "lnn.lanes";
/// Names of the buffers of an operation's results; for a scan, of its state.
inline constexpr llvm::StringLiteral kBuffersAttr = "lnn.buffers";
/// On a model: one dictionary for each buffer of the arena.
inline constexpr llvm::StringLiteral kArenaAttr = "lnn.arena";
/// On an affine: the names of its weight matrices and its bias in the family.
inline constexpr llvm::StringLiteral kKeysAttr = "lnn.keys";
/// On an affine: for each weight matrix where lnn-prune-weights left weights.
inline constexpr llvm::StringLiteral kMasksAttr = "lnn.masks";
/// On a model: what it costs on the target, written by lnn-annotate-cost.
inline constexpr llvm::StringLiteral kCostAttr = "lnn.cost";
/// On a model: its errors on the validation cells, set on import.
inline constexpr llvm::StringLiteral kMeasuredAttr = "lnn.measured";
/// On a model: what lnn-select-pareto decided about it, and why.
inline constexpr llvm::StringLiteral kVerdictAttr = "lnn.verdict";

} // namespace dlnet::lnn

namespace dlnet::lnn {

/// `[` number `,` ... `]`, printed so that the same doubles are read back: the
/// builtin form keeps six digits, and a scale of 2^-14 would not survive it.
mlir::ParseResult parseReals(mlir::AsmParser &parser,
                             mlir::DenseF64ArrayAttr &values);
void printReals(mlir::AsmPrinter &printer, mlir::DenseF64ArrayAttr values);

} // namespace dlnet::lnn

namespace dlnet::lnn {

// Who asks operations; they stand in passes/.
class RealRanges;
class Slopes;
class Gains;
class GainMap;
class FormatChoice;
class IntegerLowering;
class ErrorLowering;
class RangeProof;
class PlanBuilder;
namespace detail {
template <typename T> class Program;
}

} // namespace dlnet::lnn

#include "dialect/LnnDialect.h.inc"
#include "dialect/LnnEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialect/LnnAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialect/LnnOps.h.inc"
#include "dialect/LnnInterfaces.h.inc"

namespace dlnet::lnn {

/// Number of elements of a vector, `ShapedType::kDynamic` for `?`.
inline int64_t sizeOf(mlir::Value value) {
  return llvm::cast<mlir::ShapedType>(value.getType()).getDimSize(0);
}

/// Columns that a value has in a stack: as many as its rows are wide, or 1.
inline int64_t columnsOf(mlir::Value value) {
  auto type = llvm::cast<mlir::ShapedType>(value.getType());
  return type.getRank() == 2 ? type.getDimSize(1) : 1;
}

/// Whether a type is that of a stream's rows: their number is not known.
inline bool isStreamed(mlir::Type type) {
  auto shaped = llvm::dyn_cast<mlir::ShapedType>(type);
  return shaped && shaped.hasRank() && shaped.getRank() == 2 &&
         shaped.isDynamicDim(0) && !shaped.isDynamicDim(1);
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

/// A sparse product names pairs of columns by a byte, and counts them by one.
inline constexpr int64_t kMaxSparseColumns = 2 * 255;

/// Greatest width of a product that may be straight-line code. Dense: its
/// vector has at most 255 bytes, which one short instruction steps back over.
/// Sparse: a byte holds a column and a half of four rows. Beyond it, what a
/// loop costs does not count any more.
inline constexpr int64_t kMaxUnrolledColumns = 126, kMaxStraightColumns = 254;

/// Whether a packing leaves out 2x2 blocks of zeros.
inline bool isSparse(Packing packing) {
  return packing == Packing::DualRowSparse ||
         packing == Packing::BytePairSparse;
}

/// Greatest width of a product of a packing with `unroll`; 0: none.
inline int64_t maxUnrolledColumns(Packing packing) {
  if (packing == Packing::FourRows)
    return 0;
  return isSparse(packing) ? kMaxStraightColumns : kMaxUnrolledColumns;
}

/// The dense packing in words of the same arithmetic.
inline Packing denseOf(Packing packing) {
  bool dual = packing == Packing::DualRow || packing == Packing::DualRowSparse;
  return dual ? Packing::DualRow : Packing::BytePair;
}

/// The sparse packing of the same arithmetic.
inline Packing sparseOf(Packing packing) {
  return denseOf(packing) == Packing::DualRow ? Packing::DualRowSparse
                                              : Packing::BytePairSparse;
}

/// The elements of a float constant in double precision.
llvm::SmallVector<double> realElements(mlir::ElementsAttr attr);

/// The elements of an integer constant.
llvm::SmallVector<int64_t> integerElements(mlir::ElementsAttr attr);

} // namespace dlnet::lnn

#endif // DLNET_DIALECT_LNN_H
