// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes in the order in which the pipelines run them.
#ifndef DLNET_PASSES_PASSES_TD
#define DLNET_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

class Lnn_Pass<string name> : Pass<name, "::dlnet::lnn::ModelOp"> {
  let dependentDialects = ["::dlnet::lnn::LnnDialect"];
}

def Discretize : Lnn_Pass<"lnn-discretize"> {
  let summary = "Turn continuous cells into solver steps";
  let description = [{
    Replaces each `lnn.ode` by steps of a solver: `lnn.euler_step` or
    `lnn.fused_step`, in a scan when there are several. Options left out are
    taken from the op, which records how the network was trained.

    A step that is unstable is an error that names the unit and says which dt
    or how many steps would be stable: explicit Euler multiplies the state by
    1 - dt * decay, and needs dt * decay < 2 with the greatest decay that the
    weights allow. The step gets `lnn.invariant`, the smallest box [-2^k, 2^k]
    that the state provably does not leave.

    ```mlir
    %1 = lnn.ode %x : tensor<2xf32> { ^bb0(%s: tensor<2xf32>): ... yield %dx }
    ==>
    %1 = lnn.euler_step %x, %dx dt 1.0 : tensor<2xf32>
    ```
  }];
  let options = [
    Option<"solver", "solver", "std::string", "\"\"",
           "explicit_euler or fused; empty: as the op says">,
    Option<"steps", "steps", "int64_t", "0",
           "sub-steps of one window step; 0: as the op says">,
    Option<"dt", "dt", "double", "0.0",
           "time of one window step, in the cell's units; 0: as the op says">];
  let statistics = [
    Statistic<"numSteps", "solver-steps", "Number of solver steps made">];
}

def FoldNormalization : Lnn_Pass<"lnn-fold-normalization"> {
  let summary = "Fold input and output scaling into the neighbouring affine";
  let description = [{
    `lnn.normalize` before an `lnn.affine` scales its columns and shifts its
    bias, also through the sequence of a scan; behind one it scales its rows.

    ```mlir
    %1 = lnn.normalize %0 offset [..] scale [..]
    %2 = lnn.affine(%1) weights [W] bias b
    ==>
    %2 = lnn.affine(%0) weights [W * scale] bias b - W * scale * offset
    ```
  }];
  let statistics = [
    Statistic<"numFolded", "normalizations-folded", "Number of normalizations folded">];
}

def Quantize : Lnn_Pass<"lnn-quantize"> {
  let summary = "Choose a fixed-point format for every value";
  let description = [{
    Writes `lnn.format` on every real operation and `operand_bits` (8 or 16,
    one an input) on every affine; changes nothing else. Formats follow from
    proved ranges, for the inputs of the network and its coefficients from the
    recorded ones (`lnn.range`). The columns of the input sequence are scaled
    so that none loses precision in the shared row scale of the weights.
  }];
  let options = [
    Option<"stateBits", "state-bits", "int64_t", "8",
           "bits of the state that enter products inside a scan: 8 or 16">,
    Option<"headroom", "headroom", "double", "2.0",
           "recorded input ranges are widened by this factor (at least 1)">];
}

def LowerToInt8 : Lnn_Pass<"lnn-lower-to-int8"> {
  let summary = "Rewrite a quantized network on the integer level";
  let description = [{
    Acts on what lnn-quantize decided. Weights become int8 with a scale a row,
    biases and zero points one integer, activations tables.
  }];
  let options = [
    Option<"lutBits", "lut-bits", "int64_t", "8",
           "log2 of the number of intervals of an activation table, 4 to 12">];
}

def FuseElementwise : Lnn_Pass<"lnn-fuse-elementwise"> {
  let summary = "Group elementwise integer operations into shared loops";
  let description = [{
    Only what leaves a group needs memory. Every elementwise operation ends
    in some `lnn.fused`.
  }];
  let statistics = [
    Statistic<"numGroups", "groups", "Number of loops formed">];
}

def ProveRanges : Lnn_Pass<"lnn-prove-ranges"> {
  let summary = "Prove that no accumulator and no state can overflow";
  let description = [{
    Interval analysis of the integer level with the actual weights; the error
    names the operation and the row. Chooses the packing of each product:
    `dual_row` where sum|w| * max|x| < 2^23 holds on every row, else `sxtb16`.
  }];
  let statistics = [
    Statistic<"numDualRow", "dual-row", "Number of products packed by dual rows">,
    Statistic<"numSxtb16", "sxtb16", "Number of products in the SXTB16 form">];
}

def PlanMemory : Lnn_Pass<"lnn-plan-memory"> {
  let summary = "Place every vector in the model's static arena";
  let description = [{
    Writes `lnn.buffers` (a name for each result and for the state of a scan)
    and on the model `lnn.arena`: name, type, elements, first and last use.
    Vectors of one type share a buffer when their lifetimes do not overlap.
  }];
}

def VerifyTarget : Lnn_Pass<"lnn-verify-target"> {
  let summary = "Check that nothing is left that the target cannot do";
  let description = [{
    The emitter handles integer-level operations of known sizes, elementwise
    ones inside groups, products with a packing, and planned buffers.
  }];
  let options = [
    Option<"maxArenaBytes", "max-arena-bytes", "int64_t", "65536",
           "largest arena that the target has room for, in bytes">];
}

#endif // DLNET_PASSES_PASSES_TD
