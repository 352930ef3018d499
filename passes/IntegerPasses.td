// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes of the integer level, in the order in which the pipelines run them.
#ifndef DLNET_PASSES_INTEGERPASSES_TD
#define DLNET_PASSES_INTEGERPASSES_TD

include "passes/PassClass.td"

def FuseElementwise : Lnn_Pass<"lnn-fuse-elementwise"> {
  let summary = "Group elementwise integer operations into shared loops";
  let description = [{
    Only what leaves a group needs memory. Every elementwise operation ends
    in some `lnn.fused`.

    ```mlir
    lnn.model @tiny {
    ^bb0(%window: tensor<2xi16>):
      %0 = lnn.matvec_s8 %window weights dense<[[127, 64]]> : tensor<1x2xi8>
        : tensor<2xi16> -> tensor<1xi32>
      %1 = lnn.requantize %0 multiplier [16909320] shift 0 bias [2048]
        : tensor<1xi32> -> tensor<1xi32>
      %2 = lnn.clamp_s32 %1 to [0, 32767] : tensor<1xi32> -> tensor<1xi16>
      lnn.return %2 : tensor<1xi16>
    }
    ==>
    lnn.model @tiny {
    ^bb0(%window: tensor<2xi16>):
      %0 = lnn.matvec_s8 %window weights dense<[[127, 64]]> : tensor<1x2xi8>
        : tensor<2xi16> -> tensor<1xi32>
      %1 = lnn.fused {
        %2 = lnn.requantize %0 multiplier [16909320] shift 0 bias [2048]
          : tensor<1xi32> -> tensor<1xi32>
        %3 = lnn.clamp_s32 %2 to [0, 32767] : tensor<1xi32> -> tensor<1xi16>
        lnn.yield %3 : tensor<1xi16>
      } : tensor<1xi16>
      lnn.return %1 : tensor<1xi16>
    }
    ```
  }];
  let statistics = [
    Statistic<"numGroups", "groups", "Number of loops formed">];
}

def ProveRanges : Lnn_Pass<"lnn-prove-ranges"> {
  let summary = "Prove that no accumulator and no state can overflow";
  let description = [{
    Interval analysis of the integer level with the actual weights; the error
    names the operation and the row. Chooses the packing of each product:
    `dual_row` where sum|w| * max|x| < 2^23 holds on every row, else `byte_pair`.

    ```mlir
    lnn.model @tiny {
    ^bb0(%window: tensor<2xi16>):
      %0 = lnn.matvec_s8 %window weights dense<[[127, 64]]> : tensor<1x2xi8>
        : tensor<2xi16> -> tensor<1xi32>
      %1 = lnn.clamp_s32 %0 to [0, 32767] : tensor<1xi32> -> tensor<1xi16>
      lnn.return %1 : tensor<1xi16>
    }
    ==>
    lnn.model @tiny {
    ^bb0(%window: tensor<2xi16>):
      %0 = lnn.matvec_s8 %window weights dense<[[127, 64]]> : tensor<1x2xi8>
        packing dual_row : tensor<2xi16> -> tensor<1xi32>
      %1 = lnn.clamp_s32 %0 to [0, 32767] : tensor<1xi32> -> tensor<1xi16>
      lnn.return %1 : tensor<1xi16>
    }
    ```
  }];
  let statistics = [
    Statistic<"numDualRow", "dual-row", "Number of products packed by dual rows">,
    Statistic<"numBytePair", "byte_pair", "Number of products in byte pairs">];
}

def ChoosePacking : Lnn_Pass<"lnn-choose-packing"> {
  let summary = "Choose a packing of the target's for each product by its cost";
  let description = [{
    A target has one dense packing for a product, which is another one where
    dual rows are exact, and one sparse packing. A sparse packing skips 2x2 blocks of weights that are all zero, for an index
    byte and a few instructions a block. The arithmetic, dual rows or byte pairs,
    stays the one that lnn-prove-ranges proved exact: leaving out zeros changes
    no sum.

    Takes what is cheapest for the model as a whole, by the costs of the target
    (passes/targets): instructions of a forecast, and
    bytes of tables and of kernels, each kernel once if any product uses it.
    `size` takes the fewest bytes, and of equal ones the fewest instructions.
    `speed` takes the fewest instructions that are worth their bytes: as when
    unrolling, each byte must save one instruction at least.

    ```mlir
    lnn.model @tiny {
    ^bb0(%x: tensor<64xi16>):
      %0 = lnn.matvec_s8 %x weights dense<0> : tensor<64x64xi8>
        packing dual_row : tensor<64xi16> -> tensor<64xi32>
      %1 = lnn.clamp_s32 %0 to [0, 9] : tensor<64xi32> -> tensor<64xi16>
      lnn.return %1 : tensor<64xi16>
    }
    ==>
    lnn.model @tiny {
    ^bb0(%x: tensor<64xi16>):
      %0 = lnn.matvec_s8 %x weights dense<0> : tensor<64x64xi8>
        packing dual_row_sparse : tensor<64xi16> -> tensor<64xi32>
      %1 = lnn.clamp_s32 %0 to [0, 9] : tensor<64xi32> -> tensor<64xi16>
      lnn.return %1 : tensor<64xi16>
    }
    ```
  }];
  let options = [
    Option<"objective", "objective", "std::string", "\"speed\"",
           "speed (fewest instructions) or size (fewest bytes)">,
    Option<"target", "target", "std::string", "\"cortex_m4\"",
           "core that is compiled for">];
  let statistics = [
    Statistic<"numSparse", "sparse", "Number of products that become sparse">];
}

def UnrollProducts : Lnn_Pass<"lnn-unroll-products"> {
  let summary = "Write products as straight-line code where flash allows";
  let description = [{
    A kernel takes the width of its product when it runs, and counts columns in
    a loop; a sparse one looks up which columns. Known shapes and weights allow
    kernels without: one for all dense products of one packing and width, and
    straight-line code for one matrix, which does nothing for blocks of zeros.
    That means fewer instructions, and most often more code.

    Marks products `unroll`, and makes their packing dense or sparse to fit,
    first what saves the most instructions of a forecast a byte, as long as each
    byte saves at least one instruction and all of it adds at most `flash`
    bytes. Tables that grow or shrink count, and kernels that no product calls
    any more. Targets without such kernels keep their loops.

    ```mlir
    lnn.model @tiny {
    ^bb0(%x: tensor<8xi16>):
      %0 = lnn.matvec_s8 %x weights dense<1> : tensor<8x8xi8>
        packing dual_row : tensor<8xi16> -> tensor<8xi32>
      %1 = lnn.clamp_s32 %0 to [0, 9] : tensor<8xi32> -> tensor<8xi16>
      lnn.return %1 : tensor<8xi16>
    }
    ==>
    lnn.model @tiny {
    ^bb0(%x: tensor<8xi16>):
      %0 = lnn.matvec_s8 %x weights dense<1> : tensor<8x8xi8>
        packing dual_row unroll : tensor<8xi16> -> tensor<8xi32>
      %1 = lnn.clamp_s32 %0 to [0, 9] : tensor<8xi32> -> tensor<8xi16>
      lnn.return %1 : tensor<8xi16>
    }
    ```
  }];
  let options = [
    Option<"flash", "flash", "int64_t", "2048",
           "most bytes that unrolling may add; 0: what adds none">,
    Option<"target", "target", "std::string", "\"cortex_m4\"",
           "core that is compiled for">];
  let statistics = [
    Statistic<"numUnrolled", "unrolled", "Number of products without a loop">];
}

def PlanMemory : Lnn_Pass<"lnn-plan-memory"> {
  let summary = "Place every vector in the model's static arena";
  let description = [{
    Writes `lnn.buffers` (a name for each result and for the state of a scan)
    and on the model `lnn.arena`: name, type, elements, first and last use.
    Vectors of one type share a buffer when their lifetimes do not overlap.

    ```mlir
    lnn.model @tiny {
    ^bb0(%window: tensor<2xi16>):
      %0 = lnn.matvec_s8 %window weights dense<[[127, 64]]> : tensor<1x2xi8>
        packing dual_row : tensor<2xi16> -> tensor<1xi32>
      %1 = lnn.fused {
        %2 = lnn.requantize %0 multiplier [16909320] shift 0 bias [2048]
          : tensor<1xi32> -> tensor<1xi32>
        %3 = lnn.clamp_s32 %2 to [0, 32767] : tensor<1xi32> -> tensor<1xi16>
        lnn.yield %3 : tensor<1xi16>
      } : tensor<1xi16>
      lnn.return %1 : tensor<1xi16>
    }
    ==>
    lnn.model @tiny attributes {lnn.arena = [{elements = 4 : i64,
      lifetimes = array<i64: 0, 1>, name = "s32_0", width = 32 : i64} ]} {
    ^bb0(%window: tensor<2xi16>):
      %0 = lnn.matvec_s8 %window weights dense<[[127, 64]]> : tensor<1x2xi8>
        packing dual_row {lnn.buffers = ["s32_0"]} : tensor<2xi16> -> tensor<1xi32>
      %1 = lnn.fused {
        %2 = lnn.requantize %0 multiplier [16909320] shift 0 bias [2048]
          : tensor<1xi32> -> tensor<1xi32>
        %3 = lnn.clamp_s32 %2 to [0, 32767] : tensor<1xi32> -> tensor<1xi16>
        lnn.yield %3 : tensor<1xi16>
      } {lnn.buffers = ["forecast"]} : tensor<1xi16>
      lnn.return %1 : tensor<1xi16>
    }
    ```
  }];
}

def VerifyTarget : Lnn_Pass<"lnn-verify-target"> {
  let summary = "Check that nothing is left that the target cannot do";
  let description = [{
    The emitter handles integer-level operations of known sizes, elementwise
    ones inside groups, products with a packing of the target's, and planned
    buffers.

    ```mlir
    lnn.model @tiny attributes {lnn.arena = [{elements = 4 : i64,
      lifetimes = array<i64: 0, 1>, name = "s32_0", width = 32 : i64} ]} {
    ^bb0(%window: tensor<2xi16>):
      %0 = lnn.matvec_s8 %window weights dense<[[127, 64]]> : tensor<1x2xi8>
        packing dual_row {lnn.buffers = ["s32_0"]} : tensor<2xi16> -> tensor<1xi32>
      %1 = lnn.fused {
        %2 = lnn.requantize %0 multiplier [16909320] shift 0 bias [2048]
          : tensor<1xi32> -> tensor<1xi32>
        %3 = lnn.clamp_s32 %2 to [0, 32767] : tensor<1xi32> -> tensor<1xi16>
        lnn.yield %3 : tensor<1xi16>
      } {lnn.buffers = ["forecast"]} : tensor<1xi16>
      lnn.return %1 : tensor<1xi16>
    }
    ==>
    lnn.model @tiny attributes {lnn.arena = [{elements = 4 : i64,
      lifetimes = array<i64: 0, 1>, name = "s32_0", width = 32 : i64} ]} {
    ^bb0(%window: tensor<2xi16>):
      %0 = lnn.matvec_s8 %window weights dense<[[127, 64]]> : tensor<1x2xi8>
        packing dual_row {lnn.buffers = ["s32_0"]} : tensor<2xi16> -> tensor<1xi32>
      %1 = lnn.fused {
        %2 = lnn.requantize %0 multiplier [16909320] shift 0 bias [2048]
          : tensor<1xi32> -> tensor<1xi32>
        %3 = lnn.clamp_s32 %2 to [0, 32767] : tensor<1xi32> -> tensor<1xi16>
        lnn.yield %3 : tensor<1xi16>
      } {lnn.buffers = ["forecast"]} : tensor<1xi16>
      lnn.return %1 : tensor<1xi16>
    }
    ```
  }];
  let options = [
    Option<"maxArenaBytes", "max-arena-bytes", "int64_t", "65536",
           "largest arena that the target has room for, in bytes">,
    Option<"target", "target", "std::string", "\"cortex_m4\"",
           "core that is compiled for">];
}

def SelectPareto : Pass<"lnn-select-pareto", "::mlir::ModuleOp"> {
  let summary = "Choose one of several models by error, flash, RAM and cycles";
  let description = [{
    Looks at every `lnn.model` of the module, with its costs (`lnn.cost`) and
    its measured errors (`lnn.measured`), and writes `lnn.verdict` on each. A
    model is on the front unless another one is no worse in int8 error, flash,
    RAM and cycles, and better in one of them. Of the front, the most accurate
    model within the limits is selected; of equal ones, the one with fewer
    cycles, then less flash, then less RAM.

    ```mlir
    lnn.model @a attributes {lnn.measured = {mae_int8 = 1.0e-3},
      lnn.cost = {cycles = 40000 : i64, flash = 9000 : i64,
        instructions = 900 : i64, ram = 500 : i64, stack = 90 : i64}} {
    ^bb0(%window: tensor<1xi16>):
      lnn.return %window : tensor<1xi16>
    }
    lnn.model @b attributes {lnn.measured = {mae_int8 = 2.0e-3},
      lnn.cost = {cycles = 20000 : i64, flash = 3000 : i64,
        instructions = 900 : i64, ram = 500 : i64, stack = 90 : i64}} {
    ^bb0(%window: tensor<1xi16>):
      lnn.return %window : tensor<1xi16>
    }
    lnn.model @c attributes {lnn.measured = {mae_int8 = 2.1e-3},
      lnn.cost = {cycles = 25000 : i64, flash = 3000 : i64,
        instructions = 900 : i64, ram = 600 : i64, stack = 90 : i64}} {
    ^bb0(%window: tensor<1xi16>):
      lnn.return %window : tensor<1xi16>
    }
    ==> flash=8192
    lnn.model @a attributes {lnn.measured = {mae_int8 = 1.0e-3},
      lnn.cost = {cycles = 40000 : i64, flash = 9000 : i64,
        instructions = 900 : i64, ram = 500 : i64, stack = 90 : i64},
      lnn.verdict = {
        reason = "over the budget: flash=9000 instead of 8192",
        status = "over_budget"}} {
    ^bb0(%window: tensor<1xi16>):
      lnn.return %window : tensor<1xi16>
    }
    lnn.model @b attributes {lnn.measured = {mae_int8 = 2.0e-3},
      lnn.cost = {cycles = 20000 : i64, flash = 3000 : i64,
        instructions = 900 : i64, ram = 500 : i64, stack = 90 : i64},
      lnn.verdict = {
        reason = "the most accurate within the budget",
        status = "selected"}} {
    ^bb0(%window: tensor<1xi16>):
      lnn.return %window : tensor<1xi16>
    }
    lnn.model @c attributes {lnn.measured = {mae_int8 = 2.1e-3},
      lnn.cost = {cycles = 25000 : i64, flash = 3000 : i64,
        instructions = 900 : i64, ram = 600 : i64, stack = 90 : i64},
      lnn.verdict = {by = @b,
        reason = "dominated by b: mae=0.002 against 0.0021, ram=500 against 600, cycles=20000 against 25000",
        status = "dominated"}} {
    ^bb0(%window: tensor<1xi16>):
      lnn.return %window : tensor<1xi16>
    }
    ```

    When no model is within the limits, the error names the nearest one: the
    one whose worst figure exceeds its limit by the smallest factor.
  }];
  let options = [
    Option<"flash", "flash", "int64_t", "0",
           "greatest flash of code and tables in bytes; 0: no limit">,
    Option<"ram", "ram", "int64_t", "0",
           "greatest state in RAM in bytes; 0: no limit">,
    Option<"ms", "ms", "double", "0.0",
           "greatest time of a forecast in milliseconds; 0: no limit">,
    Option<"mae", "mae", "double", "0.0",
           "greatest measured int8 error; 0: no limit">,
    Option<"clockMhz", "clock-mhz", "double", "64.0",
           "clock that turns cycles into time, in MHz">];
  let statistics = [
    Statistic<"numFront", "front", "Number of models that none dominates">,
    Statistic<"numOverBudget", "over-budget",
              "Number of those that exceed a limit">];
}

def AnnotateCost : Lnn_Pass<"lnn-annotate-cost"> {
  let summary = "State what a model costs on a core";
  let description = [{
    Writes `lnn.cost` on the model: bytes of flash (code and tables), RAM (the
    caller's state) and stack; instructions and cycles of one forecast from a
    whole window. RAM is exact; the others follow from counts of what the
    emitter prints, priced by a table that was fitted to the emulated target
    (passes/targets).

    ```mlir
    lnn.model @tiny attributes {lnn.arena = [{elements = 4 : i64,
      lifetimes = array<i64: 0, 1>, name = "s32_0", width = 32 : i64} ]} {
    ^bb0(%window: tensor<2xi16>):
      %0 = lnn.matvec_s8 %window weights dense<[[127, 64]]> : tensor<1x2xi8>
        packing dual_row {lnn.buffers = ["s32_0"]} : tensor<2xi16> -> tensor<1xi32>
      %1 = lnn.fused {
        %2 = lnn.requantize %0 multiplier [16909320] shift 0 bias [2048]
          : tensor<1xi32> -> tensor<1xi32>
        %3 = lnn.clamp_s32 %2 to [0, 32767] : tensor<1xi32> -> tensor<1xi16>
        lnn.yield %3 : tensor<1xi16>
      } {lnn.buffers = ["forecast"]} : tensor<1xi16>
      lnn.return %1 : tensor<1xi16>
    }
    ==>
    lnn.model @tiny attributes {lnn.arena = [{elements = 4 : i64,
      lifetimes = array<i64: 0, 1>, name = "s32_0", width = 32 : i64} ],
      lnn.cost = {cycles = ... : i64, flash = ... : i64,
        instructions = ... : i64, ram = 24 : i64, stack = ... : i64}} {
    ^bb0(%window: tensor<2xi16>):
      %0 = lnn.matvec_s8 %window weights dense<[[127, 64]]> : tensor<1x2xi8>
        packing dual_row {lnn.buffers = ["s32_0"]} : tensor<2xi16> -> tensor<1xi32>
      %1 = lnn.fused {
        %2 = lnn.requantize %0 multiplier [16909320] shift 0 bias [2048]
          : tensor<1xi32> -> tensor<1xi32>
        %3 = lnn.clamp_s32 %2 to [0, 32767] : tensor<1xi32> -> tensor<1xi16>
        lnn.yield %3 : tensor<1xi16>
      } {lnn.buffers = ["forecast"]} : tensor<1xi16>
      lnn.return %1 : tensor<1xi16>
    }
    ```
  }];
  let options = [
    Option<"target", "target", "std::string", "\"cortex_m4\"",
           "core that is compiled for">];
}

#endif // DLNET_PASSES_INTEGERPASSES_TD
