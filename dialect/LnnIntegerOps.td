// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The integer level: every operation has an exact formula (SPEC.md).
#ifndef DLNET_DIALECT_LNNINTEGEROPS_TD
#define DLNET_DIALECT_LNNINTEGEROPS_TD

include "dialect/LnnDialect.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Lnn_ElementwiseOp<string mnemonic, list<Trait> traits = []>
    : Lnn_Op<mnemonic, !listconcat(traits, [Pure, Lnn_ElementwiseInteger])>;

def Lnn_FusedOp : Lnn_Op<"fused", [SingleBlock, RecursiveMemoryEffects]> {
  let summary = "elementwise operations that share one loop";
  let description = [{
    Means what its body means; tells the emitter that only the yielded vectors
    need memory. All results have the same number of elements.
  }];
  let results = (outs Variadic<Lnn_Integer>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$body attr-dict `:` type($results)";
  let hasRegionVerifier = 1;
}

def Lnn_BlockSumS16Op : Lnn_Op<"block_sum_s16", [Pure]> {
  let summary = "sum of each run of equally many elements";
  let arguments = (ins Lnn_S16:$input);
  let results = (outs Lnn_S32:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Lnn_UnitNormS16Op : Lnn_Op<"unit_norm_s16", [Pure, SameOperandsAndResultType]> {
  let summary = "each element over the root of the sum of all squares, in Q15";
  let description = [{
    `epsilon` is added to the sum. The root is that of the sum times the least
    power of 4 that brings it to 2^28, so that it has 15 bits.
  }];
  let arguments = (ins Lnn_S16:$input,
      ConfinedAttr<I32Attr, [IntPositive]>:$epsilon);
  let results = (outs Lnn_S16:$result);
  let assemblyFormat = "$input `epsilon` $epsilon attr-dict `:` type($input)";
}

def Lnn_HighByteOp : Lnn_ElementwiseOp<"high_byte", [SameOperandsAndResultType]> {
  let summary = "floor(input / 256): the product operand of a 16-bit state";
  let arguments = (ins Lnn_S16:$input);
  let results = (outs Lnn_S16:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Lnn_MatvecS8Op : Lnn_Op<"matvec_s8", [Pure]> {
  let summary = "int8 matrix times int16 vector, 32-bit accumulators";
  let description = [{
    `packing` is how the weights lie in flash; it does not change the result.
    `lnn-prove-ranges` sets a dense one by what is exact, `lnn-choose-packing`
    one that is cheapest on the target. `unroll` asks for a
    kernel without a loop, for all dense products of its width or for the blocks
    of one sparse one; `lnn-unroll-products` decides.
  }];
  let arguments = (ins Lnn_S16:$input, Lnn_Elements:$weights,
      OptionalAttr<Lnn_PackingAttr>:$packing, UnitAttr:$unroll);
  let results = (outs Lnn_S32:$result);
  let assemblyFormat = [{
    $input `weights` $weights (`packing` $packing^)? (`unroll` $unroll^)? attr-dict
    `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Lnn_InterpolateS32Op : Lnn_ElementwiseOp<"interpolate_s32"> {
  let summary = "a curve through knots, in units of which a knot's has as many as the step";
  let description = [{
    Exact: with the number of elements between two knots as a factor, linear
    interpolation needs no division. Between two knots the result grows by
    their difference from element to element, so that the C is one addition an
    element. In a group it reads knots from outside, at its own pace.
  }];
  let arguments = (ins Lnn_S32:$knots);
  let results = (outs Lnn_S32:$result);
  let assemblyFormat = "$knots attr-dict `:` type($knots) `->` type($result)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Number of elements from one knot to the next.
    int64_t getStep();
  }];
}

def Lnn_RequantizeOp : Lnn_ElementwiseOp<"requantize"> {
  let summary = "bias + addend + round(input * multiplier * 2^(shift - 32))";
  let description = [{
    `multiplier` and `bias` have one element or one for each element of the
    result. A 16-bit result saturates; a 32-bit one is proved not to overflow.
  }];
  let arguments = (ins Lnn_Integer:$input, Optional<Lnn_Integer>:$addend,
      DenseI32ArrayAttr:$multiplier,
      ConfinedAttr<I32Attr, [IntMinValue<0>, IntMaxValue<30>]>:$shift,
      DenseI32ArrayAttr:$bias);
  let results = (outs Lnn_Integer:$result);
  let assemblyFormat = [{
    $input (`plus` $addend^ `:` type($addend))? `multiplier` $multiplier
    `shift` $shift `bias` $bias attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Lnn_LutS16Op : Lnn_ElementwiseOp<"lut_s16", [SameOperandsAndResultType]> {
  let summary = "a function from a table of 2^n + 1 entries with linear interpolation";
  let arguments = (ins Lnn_S16:$input, DenseI16ArrayAttr:$table);
  let results = (outs Lnn_S16:$result);
  let assemblyFormat = "$input `table` $table attr-dict `:` type($input)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// log2 of the number of intervals of the table.
    unsigned getIndexBits();
  }];
}

class Lnn_IntegerBinaryOp<string mnemonic, list<Trait> traits = []>
    : Lnn_ElementwiseOp<mnemonic, traits> {
  let arguments = (ins Lnn_Integer:$lhs, Lnn_Integer:$rhs);
  let results = (outs Lnn_S32:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
  let hasVerifier = 1;
}
def Lnn_AddS32Op : Lnn_IntegerBinaryOp<"add_s32", [Commutative]> {
  let summary = "32-bit sum";
}
def Lnn_SubS32Op : Lnn_IntegerBinaryOp<"sub_s32"> {
  let summary = "32-bit difference";
}
def Lnn_MulS32Op : Lnn_IntegerBinaryOp<"mul_s32", [Commutative]> {
  let summary = "32-bit product";
}

def Lnn_ScaleS32Op : Lnn_ElementwiseOp<"scale_s32"> {
  let summary = "product with a constant";
  let arguments = (ins Lnn_Integer:$input, SI32Attr:$factor);
  let results = (outs Lnn_S32:$result);
  let assemblyFormat = "$input `by` $factor attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Lnn_RoundShiftS32Op : Lnn_ElementwiseOp<"round_shift_s32"> {
  let summary = "floor(input / 2^shift + 1/2)";
  let arguments = (ins Lnn_Integer:$input,
      ConfinedAttr<I32Attr, [IntMinValue<0>, IntMaxValue<30>]>:$shift);
  let results = (outs Lnn_S32:$result);
  let assemblyFormat = "$input `by` $shift attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Lnn_ClampS32Op : Lnn_ElementwiseOp<"clamp_s32"> {
  let summary = "limits each element to [min, max]; may narrow to 16 bits";
  let arguments = (ins Lnn_Integer:$input, SI32Attr:$min, SI32Attr:$max);
  let results = (outs Lnn_Integer:$result);
  let assemblyFormat = "$input `to` `[` $min `,` $max `]` attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Lnn_EulerStepS16Op : Lnn_ElementwiseOp<"euler_step_s16",
    [AllTypesMatch<["state", "result"]>]> {
  let summary = "state + delta, saturated to 16 bits";
  let description = [{
    `lnn-prove-ranges` shows that the saturation never acts, so that a state
    cannot silently clip.
  }];
  let arguments = (ins Lnn_S16:$state, Lnn_S32:$delta);
  let results = (outs Lnn_S16:$result);
  let assemblyFormat = "$state `,` $delta attr-dict `:` type($state) `,` type($delta)";
  let hasVerifier = 1;
}

#endif // DLNET_DIALECT_LNNINTEGEROPS_TD
