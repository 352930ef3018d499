// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lnn dialect, its enumerations and attributes, and the type constraints
// that its operations share. SPEC.md gives every operation's exact meaning.
#ifndef DLNET_DIALECT_LNNDIALECT_TD
#define DLNET_DIALECT_LNNDIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Lnn_Dialect : Dialect {
  let name = "lnn";
  let cppNamespace = "::dlnet::lnn";
  let summary = "Liquid neural networks, from their differential equation to int8.";
  let description = [{
    One dialect with two levels. On the real level a network is written as in
    the literature: `lnn.ode` holds the right-hand side of the cell's
    differential equation, `lnn.scan` walks the window. On the integer level
    every operation stands for one C kernel and has an exact integer formula.
    The cell is composed of general operations, so that another liquid cell is
    another composition and not another compiler.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
}

class Lnn_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::dlnet::lnn";
  let genSpecializedAttr = 0;
}
class Lnn_EnumAttr<EnumAttrInfo info, string mnemonic>
    : EnumAttr<Lnn_Dialect, info, mnemonic>;

def Lnn_Function : Lnn_Enum<"Function", "elementwise nonlinearity", [
  I32EnumAttrCase<"Sigmoid", 0, "sigmoid">,
  I32EnumAttrCase<"Tanh", 1, "tanh">,
  I32EnumAttrCase<"Relu", 2, "relu">,
  I32EnumAttrCase<"Silu", 3, "silu">,
  I32EnumAttrCase<"Gelu", 4, "gelu">,
  I32EnumAttrCase<"Exp", 5, "exp">,
  I32EnumAttrCase<"Reciprocal", 6, "reciprocal">,
  I32EnumAttrCase<"Damped", 7, "damped">]>;
def Lnn_FunctionAttr : Lnn_EnumAttr<Lnn_Function, "function">;

def Lnn_Reduction : Lnn_Enum<"Reduction", "one number of a vector", [
  I32EnumAttrCase<"Mean", 0, "mean">,
  I32EnumAttrCase<"Sum", 1, "sum">]>;
def Lnn_ReductionAttr : Lnn_EnumAttr<Lnn_Reduction, "reduction">;

def Lnn_SolverMethod : Lnn_Enum<"SolverMethod", "how a step is integrated", [
  I32EnumAttrCase<"ExplicitEuler", 0, "explicit_euler">,
  I32EnumAttrCase<"Fused", 1, "fused">]>;
def Lnn_SolverMethodAttr : Lnn_EnumAttr<Lnn_SolverMethod, "solver">;

def Lnn_Packing : Lnn_Enum<"Packing", "layout of int8 weights", [
  I32EnumAttrCase<"DualRow", 0, "dual_row">,
  I32EnumAttrCase<"BytePair", 1, "byte_pair">,
  I32EnumAttrCase<"DualRowSparse", 2, "dual_row_sparse">,
  I32EnumAttrCase<"BytePairSparse", 3, "byte_pair_sparse">,
  I32EnumAttrCase<"FourRows", 4, "four_rows">]>;
def Lnn_PackingAttr : Lnn_EnumAttr<Lnn_Packing, "packing">;

def Lnn_Rate : Lnn_Enum<"Rate", "how often a port has a value", [
  I32EnumAttrCase<"Window", 0, "window">,
  I32EnumAttrCase<"Step", 1, "step">,
  I32EnumAttrCase<"Once", 2, "once">,
  I32EnumAttrCase<"Count", 3, "count">]>;

def Lnn_PortAttr : AttrDef<Lnn_Dialect, "Port"> {
  let mnemonic = "port";
  let summary = "one input or output of a model: name, unit, limits, scale, rate";
  let description = [{
    `#lnn.port<name, "unit", low, high, scale, rate>`: the real value lies in
    [low, high]; one unit of its 16-bit integers is `scale`. An output port of
    class scores says so with a last word, `scores`.
  }];
  let parameters = (ins StringRefParameter<>:$name, StringRefParameter<>:$unit,
      "::mlir::FloatAttr":$low, "::mlir::FloatAttr":$high,
      "::mlir::FloatAttr":$scale, "::dlnet::lnn::Rate":$rate,
      DefaultValuedParameter<"bool", "false">:$scores);
  let builders = [AttrBuilder<(ins "::llvm::StringRef":$name,
      "::llvm::StringRef":$unit, "double":$low, "double":$high,
      "double":$scale, "::dlnet::lnn::Rate":$rate,
      CArg<"bool", "false">:$scores), [{
    auto real = [&](double value) {
      return ::mlir::FloatAttr::get(::mlir::Float64Type::get($_ctxt), value);
    };
    return $_get($_ctxt, name, unit, real(low), real(high), real(scale), rate,
                 scores);
  }]>];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    double lowReal() const { return getLow().getValueAsDouble(); }
    double highReal() const { return getHigh().getValueAsDouble(); }
    double scaleReal() const { return getScale().getValueAsDouble(); }
    /// The least and the greatest 16-bit integer that the port takes or gives.
    int16_t lowInteger() const;
    int16_t highInteger() const;
  }];
}

def Lnn_FixedAttr : AttrDef<Lnn_Dialect, "Fixed"> {
  let mnemonic = "fixed";
  let summary = "fixed-point format: real = scale * integer + zero";
  let description = [{
    `width` is the number of bits of the signed integer (16 or 32). `scale` and
    `zero` have one element, or one for each element of the last dimension.
  }];
  let parameters = (ins "unsigned":$width, "::mlir::DenseF64ArrayAttr":$scale,
      "::mlir::DenseF64ArrayAttr":$zero);
  let assemblyFormat = "`<` $width `,` custom<Reals>($scale) `,` custom<Reals>($zero) `>`";
  let genVerifyDecl = 1;
}

// size_c1: passes and tools reserve memory by these sizes. `?` is allowed until
// shapes are specialized.
class Lnn_Sized<Type type> : ConfinedType<type,
    [CPred<"::dlnet::lnn::hasUsableSizes(::llvm::cast<::mlir::ShapedType>($_self))">],
    type.summary # " with sizes from 1 to 65536 and at most 2^22 elements">;
def Lnn_Real : Lnn_Sized<TensorRankOf<[F32], [1, 2]>>;
def Lnn_RealVector : Lnn_Sized<1DTensorOf<[F32]>>;
def Lnn_S16 : Lnn_Sized<1DTensorOf<[I16]>>;
def Lnn_S32 : Lnn_Sized<1DTensorOf<[I32]>>;
def Lnn_Integer : Lnn_Sized<1DTensorOf<[I16, I32]>>;
def Lnn_Vector : Lnn_Sized<1DTensorOf<[F32, I16, I32]>>;
def Lnn_Sequence : Lnn_Sized<2DTensorOf<[F32, I16]>>;
def Lnn_Value : Lnn_Sized<TensorRankOf<[F32, I16, I32], [1, 2]>>;
def Lnn_Ports : TypedArrayAttrBase<Lnn_PortAttr, "array of #lnn.port">;

// dense_c1: other forms (resources, sparse) cannot be read element by element.
def Lnn_Elements : ElementsAttrBase<CPred<[{
    ::llvm::isa<::mlir::DenseIntOrFPElementsAttr>($_self) &&
    ::dlnet::lnn::hasUsableSizes(
        ::llvm::cast<::mlir::DenseElementsAttr>($_self).getType())
  }]>, "dense elements with sizes from 1 to 65536 and at most 2^22 elements">;

class Lnn_Op<string mnemonic, list<Trait> traits = []>
    : Op<Lnn_Dialect, mnemonic, traits>;

// Applies the same formula to each element, so that it may share one loop
// with its neighbours (see lnn.fused).
def Lnn_ElementwiseInteger : NativeOpTrait<"ElementwiseInteger"> {
  let cppNamespace = "::dlnet::lnn";
}

#endif // DLNET_DIALECT_LNNDIALECT_TD
