// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is common to whoever carries out the rule of passes/fixed/Lowering.h on
// IR: the values so far, and how operations get at them in other formats.
#ifndef DLNET_PASSES_LOWERINGBASE_H
#define DLNET_PASSES_LOWERINGBASE_H

#include "passes/FixedFormat.h"
#include "passes/fixed/Lowering.h"

#include "llvm/ADT/DenseMap.h"

namespace dlnet::lnn {

template <typename Emitter> class LoweringBase {
public:
  using Rule = fixed::Lowering<Emitter>;
  using Fixed = typename Rule::Fixed;
  using Integers = typename Rule::Value;

  virtual ~LoweringBase() = default;

  Emitter emitter;
  Rule rule;

  Fixed get(mlir::Value value) const { return values.lookup(value); }
  void set(mlir::Value value, Fixed integers) {
    values[value] = std::move(integers);
  }
  /// What an operation became; nothing where the emitter failed.
  virtual mlir::LogicalResult set(mlir::Operation *op,
                                  std::optional<Integers> to,
                                  const FixedFormat &format) = 0;
  static FixedFormat formatOf(mlir::Operation *op,
                              llvm::StringRef name = kFormatAttr) {
    return fromAttr(op->getAttrOfType<FixedAttr>(name));
  }

  /// A value in another format.
  virtual std::optional<Integers> as(mlir::Value value,
                                     const FixedFormat &format) {
    Fixed integers = get(value);
    return integers.format == format ? std::optional(integers.value)
                                     : rule.convert(integers, format);
  }
  /// A value as products read it.
  virtual Fixed factor(mlir::Value value) const { return get(value); }
  /// An operand in the 16 bits in which it enters a product; nothing, and an
  /// error, where the emitter failed.
  std::optional<Fixed> operand(mlir::Operation *op, unsigned index) {
    mlir::Value value = op->getOperand(index);
    Fixed integers = factor(value);
    auto formats = op->getAttrOfType<mlir::ArrayAttr>(kOperandFormatsAttr);
    if (!formats || integers.format.width == 16)
      return integers;
    FixedFormat format = fromAttr(llvm::cast<FixedAttr>(formats[index]));
    std::optional<Integers> narrow = as(value, format);
    if (!narrow) {
      (void)set(op, narrow, format);
      return std::nullopt;
    }
    return Fixed{*narrow, format};
  }

protected:
  template <typename... Args>
  explicit LoweringBase(unsigned tableBits, Args &&...args)
      : emitter(std::forward<Args>(args)...), rule(emitter, tableBits) {}

private:
  llvm::DenseMap<mlir::Value, Fixed> values;
};

} // namespace dlnet::lnn

#endif // DLNET_PASSES_LOWERINGBASE_H
