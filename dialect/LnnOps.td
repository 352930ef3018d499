// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The operations of both levels. Constraint labels such as scan_c1 are those of
// SPEC.md, and each has one section in test/lit/dialect.
#ifndef DLNET_DIALECT_LNNOPS_TD
#define DLNET_DIALECT_LNNOPS_TD

include "dialect/LnnDialect.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

// ---- The frame: what both levels share ----

def Lnn_ModelOp : Lnn_Op<"model", [IsolatedFromAbove, Symbol, SingleBlock]> {
  let summary = "a network: its input ports in, its output ports out";
  let description = [{
    Each argument of the body is an input port, each operand of `lnn.return` an
    output port. On the integer level they are `i16` in units of their port's
    scale, and what enters is limited to the port's integers. A model whose
    input ports have the rate `step` is a stream: one row in, one row out.

    Without `inputs` the first argument is the window `soh` of a battery, oldest
    charge cycle first, in units of 2^-`fraction_bits`; a second one is its
    `age` in charge cycles. Without `outputs` the result is the `forecast` in
    the same units.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
      DefaultValuedAttr<ConfinedAttr<I32Attr, [IntMinValue<0>, IntMaxValue<15>]>, "14">:$fraction_bits,
      OptionalAttr<Lnn_Ports>:$inputs, OptionalAttr<Lnn_Ports>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let builders = [
    OpBuilder<(ins "::llvm::StringRef":$name, CArg<"uint32_t", "14">:$fraction_bits), [{
      build($_builder, $_state, name, fraction_bits, ::mlir::ArrayAttr(),
            ::mlir::ArrayAttr());
    }]>
  ];
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    /// A port for each argument and for each returned value; those of a model
    /// without ports are what its description says.
    ::llvm::SmallVector<PortAttr> getInputPorts();
    ::llvm::SmallVector<PortAttr> getOutputPorts();
    /// Whether it takes its inputs row by row and remembers between rows.
    bool isStream();
    /// The loop over the rows of a stream.
    ScanOp getStreamScan();
    /// The values that it returns, in the order of the output ports.
    ::mlir::OperandRange getReturned() {
      return getBody().front().getTerminator()->getOperands();
    }
    /// Whether it is of the real level: its values are f32.
    bool isReal();

    /// Checks the types of all ports' values, which are of one element type.
    ::llvm::LogicalResult verifyPorts(::mlir::Type level);

    // Of a model that forecasts from one window: its first input, the count
    // that it reads, and its first output.
    ::mlir::BlockArgument getWindow() { return getBody().getArgument(0); }
    /// The input of rate `count`, null if there is none.
    ::mlir::Value getAge();
    ::mlir::Value getForecast() { return getReturned()[0]; }
    int64_t getWindowSize() {
      return ::llvm::cast<::mlir::ShapedType>(getWindow().getType()).getDimSize(0);
    }
    int64_t getHorizonSize() {
      return ::llvm::cast<::mlir::ShapedType>(getForecast().getType()).getDimSize(0);
    }
  }];
}

def Lnn_ReturnOp : Lnn_Op<"return", [Terminator, Pure, HasParent<"ModelOp">]> {
  let summary = "ends a model with a value for each output port";
  let arguments = (ins Variadic<Lnn_Value>:$values);
  let assemblyFormat = "$values attr-dict `:` type($values)";
  let extraClassDeclaration = [{
    ::mlir::Value getForecast() { return getValues()[0]; }
  }];
}

def Lnn_YieldOp : Lnn_Op<"yield", [Terminator, Pure,
    ParentOneOf<["ScanOp", "OdeOp", "FusedOp"]>]> {
  let summary = "ends the body of a scan, an ode or a fused group";
  let arguments = (ins Variadic<Lnn_Vector>:$values);
  let assemblyFormat = "$values attr-dict `:` type($values)";
}

def Lnn_ConstantOp : Lnn_Op<"constant", [Pure, ConstantLike,
    AllTypesMatch<["value", "result"]>]> {
  let summary = "a tensor known at compile time";
  let arguments = (ins Lnn_Elements:$value);
  let results = (outs Lnn_Vector:$result);
  let assemblyFormat = "$value attr-dict";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Lnn_SplatOp : Lnn_Op<"splat", [Pure]> {
  let summary = "one number in every element";
  let description = [{
    The constant of a network whose sizes are not known yet: the zero that a
    state of `?` elements starts from. `lnn-specialize-shape` makes an
    `lnn.constant` of it.
  }];
  let arguments = (ins F32Attr:$value);
  let results = (outs Lnn_RealVector:$result);
  let assemblyFormat = "$value attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Lnn_ScanOp : Lnn_Op<"scan", [SingleBlock, RecursiveMemoryEffects,
    AttrSizedOperandSegments, AttrSizedResultSegments]> {
  let summary = "a loop over time that carries states";
  let description = [{
    Runs the body once for each row of the `sequences`, oldest first, or `count`
    times when there is none. The body's arguments are a row of each sequence,
    then the states; it yields the next states, then a row of each of the
    `outputs`, the sequences that it gives.
  }];
  let arguments = (ins Variadic<Lnn_Sequence>:$sequences,
      Variadic<Lnn_Vector>:$inits,
      OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:$count);
  let results = (outs Variadic<Lnn_Vector>:$finals,
      Variadic<Lnn_Sequence>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    (`over` $sequences^ `:` type($sequences))? (`times` $count^)?
    `from` $inits `:` custom<ScanTypes>(type($inits), type($finals), type($outputs))
    $body attr-dict
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Type":$result, "::mlir::Value":$init,
        "::mlir::Value":$sequence, "::mlir::IntegerAttr":$count)>
  ];
  let hasVerifier = 1; let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    /// A row of each sequence, and the states, as the body takes them.
    ::mlir::Block::BlockArgListType getRows() {
      return getBody().getArguments().take_front(getSequences().size());
    }
    ::mlir::Block::BlockArgListType getStates() {
      return getBody().getArguments().drop_front(getSequences().size());
    }
    /// The next states, and a row of each output, as the body yields them.
    ::mlir::OperandRange getNextStates() {
      return getBody().front().getTerminator()->getOperands().take_front(getInits().size());
    }
    ::mlir::OperandRange getOutputRows() {
      return getBody().front().getTerminator()->getOperands().drop_front(getInits().size());
    }
    /// Number of times that the body runs; `ShapedType::kDynamic` where a
    /// stream decides.
    int64_t getTripCount() {
      if (auto count = getCount())
        return *count;
      return ::llvm::cast<::mlir::ShapedType>(getSequences()[0].getType()).getDimSize(0);
    }

    /// Whether it has one state, one sequence or none, and no outputs; then
    /// those below are all that there is to know.
    bool isPlain() {
      return getInits().size() == 1 && getSequences().size() <= 1 && getOutputs().empty();
    }
    ::mlir::Value getInit() { return getInits()[0]; }
    ::mlir::BlockArgument getState() { return getStates()[0]; }
    ::mlir::Value getNextState() { return getNextStates()[0]; }
    ::mlir::Value getResult() { return getFinals()[0]; }
    /// Null without one.
    ::mlir::TypedValue<::mlir::RankedTensorType> getSequence() {
      return getSequences().empty() ? nullptr : ::llvm::cast<::mlir::TypedValue<::mlir::RankedTensorType>>(getSequences()[0]);
    }
    /// The row of the sequence that a step sees, if there is a sequence.
    ::std::optional<::mlir::BlockArgument> getRow() {
      if (getSequences().empty())
        return ::std::nullopt;
      return getRows()[0];
    }
  }];
}

def Lnn_LastOp : Lnn_Op<"last", [Pure]> {
  let summary = "the newest element, or the newest row";
  let arguments = (ins Lnn_Value:$input);
  let results = (outs Lnn_Vector:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Lnn_DifferenceOp : Lnn_Op<"difference", [Pure,
    AllTypesMatch<["input", "result"]>]> {
  let summary = "each element or row less the one before it; 0 for the first";
  let arguments = (ins Lnn_Value:$input);
  let results = (outs Lnn_Value:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Lnn_StackOp : Lnn_Op<"stack", [Pure]> {
  let summary = "vectors side by side as the columns of a sequence";
  let description = [{
    Row t of the result holds element t of each column; a column of one element
    stands in every row, and a sequence is as many columns as its rows are wide.
    Columns beyond the operands are zero: the target's products want an even
    number of them.
  }];
  let arguments = (ins Variadic<Lnn_Value>:$columns);
  let results = (outs Lnn_Sequence:$result);
  let assemblyFormat = "$columns attr-dict `:` type($columns) `->` type($result)";
  let hasVerifier = 1;
}

def Lnn_SliceOp : Lnn_Op<"slice", [Pure]> {
  let summary = "some elements of a vector, one after the other";
  let description = [{
    Elements `start` to `start + size - 1`, `size` being the result's.
  }];
  let arguments = (ins Lnn_Vector:$input,
      ConfinedAttr<I64Attr, [IntMinValue<0>]>:$start);
  let results = (outs Lnn_Vector:$result);
  let assemblyFormat = "$input `from` $start attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Lnn_ConcatOp : Lnn_Op<"concat", [Pure]> {
  let summary = "vectors one after the other";
  let arguments = (ins Variadic<Lnn_Vector>:$parts);
  let results = (outs Lnn_Vector:$result);
  let assemblyFormat = "$parts attr-dict `:` type($parts) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

// ---- The real level ----

def Lnn_BlockMeanOp : Lnn_Op<"block_mean", [Pure]> {
  let summary = "mean of each run of equally many elements";
  let arguments = (ins Lnn_RealVector:$input);
  let results = (outs Lnn_RealVector:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Lnn_ClampOp : Lnn_Op<"clamp", [Pure, SameOperandsAndResultType]> {
  let summary = "limits each element to [min, max]";
  let arguments = (ins Lnn_Real:$input, F64Attr:$min, F64Attr:$max);
  let results = (outs Lnn_Real:$result);
  let assemblyFormat = "$input `to` `[` $min `,` $max `]` attr-dict `:` type($input)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Lnn_NormalizeOp : Lnn_Op<"normalize", [Pure, SameOperandsAndResultType]> {
  let summary = "(input - offset) * scale, by element of the last dimension";
  let arguments = (ins Lnn_Real:$input, DenseF64ArrayAttr:$offset,
      DenseF64ArrayAttr:$scale);
  let results = (outs Lnn_Real:$result);
  let assemblyFormat = "$input `offset` custom<Reals>($offset) `scale` custom<Reals>($scale) attr-dict `:` type($input)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

class Lnn_RealBinaryOp<string mnemonic, list<Trait> traits = []>
    : Lnn_Op<mnemonic, !listconcat(traits, [Pure])> {
  let description = [{
    An operand of one element stands for a vector that repeats it.
  }];
  let arguments = (ins Lnn_RealVector:$lhs, Lnn_RealVector:$rhs);
  let results = (outs Lnn_RealVector:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}
def Lnn_AddOp : Lnn_RealBinaryOp<"add", [Commutative]> {
  let summary = "sum of two vectors";
}
def Lnn_SubOp : Lnn_RealBinaryOp<"sub"> {
  let summary = "difference of two vectors";
}
def Lnn_MulOp : Lnn_RealBinaryOp<"mul", [Commutative]> {
  let summary = "elementwise product of two vectors";
}

def Lnn_AffineOp : Lnn_Op<"affine", [Pure]> {
  let summary = "bias + sum of matrix-vector products";
  let description = [{
    `result = bias + W0 * input0 + W1 * input1 + ...`: one weight matrix
    (rows x size of the input) for each input.
  }];
  let arguments = (ins Variadic<Lnn_RealVector>:$inputs,
      TypedArrayAttrBase<Lnn_Elements, "weight matrices">:$weights,
      Lnn_Elements:$bias);
  let results = (outs Lnn_RealVector:$result);
  let assemblyFormat = [{
    `(` $inputs `)` `weights` $weights `bias` $bias attr-dict
    `:` functional-type($inputs, $result)
  }];
  let hasVerifier = 1;
}

def Lnn_ActivateOp : Lnn_Op<"activate", [Pure, SameOperandsAndResultType]> {
  let summary = "a function of each element";
  let arguments = (ins Lnn_FunctionAttr:$function, Lnn_RealVector:$input);
  let results = (outs Lnn_RealVector:$result);
  let assemblyFormat = "$function $input attr-dict `:` type($input)";
}

def Lnn_ReduceOp : Lnn_Op<"reduce", [Pure]> {
  let summary = "mean or sum of all elements";
  let arguments = (ins Lnn_ReductionAttr:$reduction, Lnn_RealVector:$input);
  let results = (outs Lnn_RealVector:$result);
  let assemblyFormat = "$reduction $input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Lnn_LayerNormOp : Lnn_Op<"layer_norm", [Pure, SameOperandsAndResultType]> {
  let summary = "each element by mean and variance of the vector";
  let description = [{
    `(input - mean) / sqrt(variance + epsilon) * gain + bias`, the variance
    being the mean of the squared distances from the mean.
  }];
  let arguments = (ins Lnn_RealVector:$input, Lnn_Elements:$gain,
      Lnn_Elements:$bias, F64Attr:$epsilon);
  let results = (outs Lnn_RealVector:$result);
  let assemblyFormat = "$input `gain` $gain `bias` $bias `epsilon` $epsilon attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def Lnn_InterpolateOp : Lnn_Op<"interpolate", [Pure]> {
  let summary = "a curve through knots that are equally far apart";
  let description = [{
    m elements from n knots, linear between them. Knot k stands k steps ahead
    of now, a step being m / (n - 1) elements, and element i stands i + 1
    elements ahead: the first knot is now, the last one the last element.
  }];
  let arguments = (ins Lnn_RealVector:$knots);
  let results = (outs Lnn_RealVector:$result);
  let assemblyFormat = "$knots attr-dict `:` type($knots) `->` type($result)";
  let hasVerifier = 1;
}

def Lnn_OdeOp : Lnn_Op<"ode", [SingleBlock, RecursiveMemoryEffects,
    AllTypesMatch<["state", "result"]>]> {
  let summary = "a continuous cell: the state after dt of dx/dt = body(x)";
  let description = [{
    The body's argument is the state x; it yields dx/dt. `solver`, `steps` and
    `dt` record how the network was trained; `lnn-discretize` reads them.
  }];
  let arguments = (ins Lnn_RealVector:$state,
      DefaultValuedAttr<Lnn_SolverMethodAttr, "::dlnet::lnn::SolverMethod::ExplicitEuler">:$solver,
      DefaultValuedAttr<ConfinedAttr<I64Attr, [IntPositive]>, "1">:$steps,
      DefaultValuedAttr<F64Attr, "1.0">:$dt);
  let results = (outs Lnn_RealVector:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$state `:` type($state) $body attr-dict";
  let hasVerifier = 1; let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Value getDerivative() {
      return getBody().front().getTerminator()->getOperand(0);
    }
  }];
}

def Lnn_EulerStepOp : Lnn_Op<"euler_step", [Pure, SameOperandsAndResultType]> {
  let summary = "explicit Euler: state + dt * derivative";
  let arguments = (ins Lnn_RealVector:$state, Lnn_RealVector:$derivative, F64Attr:$dt);
  let results = (outs Lnn_RealVector:$result);
  let assemblyFormat = "$state `,` $derivative `dt` $dt attr-dict `:` type($state)";
  let hasVerifier = 1;
}

def Lnn_FusedStepOp : Lnn_Op<"fused_step", [Pure, SameOperandsAndResultType]> {
  let summary = "semi-implicit Euler: (state + dt * source) / (1 + dt * decay)";
  let description = [{
    The step of dx/dt = source - decay * x with source and decay held for the
    step and x taken at its end; stable for every dt as long as decay >= 0.
  }];
  let arguments = (ins Lnn_RealVector:$state, Lnn_RealVector:$source,
      Lnn_RealVector:$decay, F64Attr:$dt);
  let results = (outs Lnn_RealVector:$result);
  let assemblyFormat = "$state `,` $source `,` $decay `dt` $dt attr-dict `:` type($state)";
  let hasVerifier = 1;
}

include "dialect/LnnIntegerOps.td"

#endif // DLNET_DIALECT_LNNOPS_TD
