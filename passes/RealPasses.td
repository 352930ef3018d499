// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes of the real level, in the order in which the pipelines run them.
#ifndef DLNET_PASSES_REALPASSES_TD
#define DLNET_PASSES_REALPASSES_TD

include "passes/PassClass.td"

def SpecializeShape : Lnn_Pass<"lnn-specialize-shape"> {
  let summary = "Give every `?` the size that the weights say";
  let description = [{
    A network may be written by its equations alone, with `?` for its hidden
    sizes. They follow from what is known: the window, constants, and the rows
    and columns of weights, carried through the operations that relate sizes
    until nothing is left to say. `lnn.splat` becomes a constant.

    Two operations that want different sizes of one vector are an error that
    names both; a size that nothing fixes is an error that names the value.
    Weights do not say into how many blocks an `lnn.block_mean` cuts the window;
    `blocks` does.

    Sizes are not rounded up to the lanes of the target: packed weights and
    buffers are already, and a further unit costs its elementwise work.

    ```mlir
    lnn.model @tiny {
    ^bb0(%window: tensor<8xf32>):
      %rows = lnn.stack %window : tensor<8xf32> -> tensor<8x1xf32>
      %0 = lnn.splat 0.0 : tensor<?xf32>
      %1 = lnn.scan over %rows : tensor<8x1xf32> from %0 : tensor<?xf32> {
      ^bb0(%row: tensor<1xf32>, %x: tensor<?xf32>):
        %2 = lnn.affine(%x, %row)
          weights [dense<0.5> : tensor<3x3xf32>, dense<1.0> : tensor<3x1xf32>]
          bias dense<0.0> : tensor<3xf32>
          : (tensor<?xf32>, tensor<1xf32>) -> tensor<?xf32>
        %3 = lnn.activate tanh %2 : tensor<?xf32>
        lnn.yield %3 : tensor<?xf32>
      }
      %4 = lnn.affine(%1) weights [dense<1.0> : tensor<2x3xf32>]
        bias dense<0.0> : tensor<2xf32> : (tensor<?xf32>) -> tensor<2xf32>
      lnn.return %4 : tensor<2xf32>
    }
    ==>
    lnn.model @tiny {
    ^bb0(%window: tensor<8xf32>):
      %rows = lnn.stack %window : tensor<8xf32> -> tensor<8x1xf32>
      %0 = lnn.constant dense<0.0> : tensor<3xf32>
      %1 = lnn.scan over %rows : tensor<8x1xf32> from %0 : tensor<3xf32> {
      ^bb0(%row: tensor<1xf32>, %x: tensor<3xf32>):
        %2 = lnn.affine(%x, %row)
          weights [dense<0.5> : tensor<3x3xf32>, dense<1.0> : tensor<3x1xf32>]
          bias dense<0.0> : tensor<3xf32>
          : (tensor<3xf32>, tensor<1xf32>) -> tensor<3xf32>
        %3 = lnn.activate tanh %2 : tensor<3xf32>
        lnn.yield %3 : tensor<3xf32>
      }
      %4 = lnn.affine(%1) weights [dense<1.0> : tensor<2x3xf32>]
        bias dense<0.0> : tensor<2xf32> : (tensor<3xf32>) -> tensor<2xf32>
      lnn.return %4 : tensor<2xf32>
    }
    ```
  }];
  let options = [
    Option<"blocks", "blocks", "int64_t", "0",
           "number of blocks of every lnn.block_mean; 0: as the op says">];
  let statistics = [
    Statistic<"numSizes", "sizes-found", "Number of `?` that got a size">];
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
    lnn.model @tiny {
    ^bb0(%x: tensor<1xf32>):
      %0 = lnn.ode %x : tensor<1xf32> {
      ^bb0(%s: tensor<1xf32>):
        %1 = lnn.activate tanh %s : tensor<1xf32>
        %dx = lnn.sub %1, %s : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
        lnn.yield %dx : tensor<1xf32>
      }
      lnn.return %0 : tensor<1xf32>
    }
    ==>
    lnn.model @tiny {
    ^bb0(%x: tensor<1xf32>):
      %0 = lnn.activate tanh %x : tensor<1xf32>
      %dx = lnn.sub %0, %x : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
      %1 = lnn.euler_step %x, %dx dt 1.0
        {lnn.invariant = array<f64: -1.0, 1.0>} : tensor<1xf32>
      lnn.return %1 : tensor<1xf32>
    }
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

def PruneWeights : Lnn_Pass<"lnn-prune-weights"> {
  let summary = "Zero the weights that a network can do best without";
  let description = [{
    Works on real-level networks, continuous or discretized. Of the matrices
    that multiply a state, inside the recurrence and in the readout,
    `what=blocks` zeroes 2x2 blocks (aligned, smaller at odd edges), and
    `what=units` zeroes whole units: the row of the unit in every affine that
    makes the state, its bias too, and its column in every affine that reads
    it. Weights stay where they are, so that training can go on with them held;
    `lnn-eliminate-dead-units` and `lnn-choose-packing` make use of the zeros.

    Every weight has a score, and a block or a unit the sum over what goes with
    it. Of equal ones the first goes first.

    - `magnitude`: the square of the weight. A unit counts its rows (without
      biases) and its columns.
    - `sensitivity`: `|W[i][j]| * m[j] * g[i]`, what the weight can change in the
      forecast to first order. `m[j]` is the greatest magnitude of the input's
      element j while the state is in its recorded range (`lnn.range` of the
      scan); `g[i]`, the gain of row i, bounds by how much a change of one in it
      moves the forecast, on average over the horizon. A unit counts its
      columns: its rows act through them.

    Gains go backward from `1 / horizon` at each element of the forecast. With
    `g` that of a result, an input of an affine gets `sum over i of
    |W[i][j]| * g[i]`; of a normalize `|scale| * g`; of an add or sub `g`; of a
    product `g` times the greatest magnitude of the other factor; of a sigmoid
    `g / 4`, of a tanh `g`; the derivative of an Euler step `dt * g` and its
    state `g`, and so in an `lnn.ode`; of a fused step the state `g`, the source
    `dt * g` and the decay `dt * g` times the greatest magnitude of the state. A
    scan of T steps (64 at most are looked at) whose result has the gain `g_0`
    gives what its body yields the mean of `g_0` to `g_{T-1}`: `g_{t+1}` is what
    one step back makes of `g_t`, scaled down to the sum of `g_t` where that is
    less. A state that keeps within its range carries no change that grows, and
    one that is made at every step comes to no more than one that is made once.

    `ratio` takes that share of each matrix's blocks (of each state's units),
    `threshold` what scores below it, `budget-bytes` the least until that many
    int8 weights are left in all matrices that have such blocks (such rows or
    columns); the latter two compare over the whole model.

    Each of these affines gets `lnn.masks`, true where a weight may live and
    false where it was pruned, now or by an earlier mask. `lnn.keys` says which tensors of
    a family they are. It is an error to ask for no or several of the three
    measures, and to leave the forecast without any unit that it reads.

    ```mlir
    lnn.model @tiny {
    ^bb0(%window: tensor<2xf32>):
      %0 = lnn.scan times 3 from %window : tensor<2xf32> {
      ^bb0(%x: tensor<2xf32>):
        %1 = lnn.affine(%x)
          weights [dense<[[2.0, 1.0], [1.0, 0.5]]> : tensor<2x2xf32>]
          bias dense<[1.0, 3.0]> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
        lnn.yield %1 : tensor<2xf32>
      }
      lnn.return %0 : tensor<2xf32>
    }
    ==> what=units ratio=0.5
    lnn.model @tiny {
    ^bb0(%window: tensor<2xf32>):
      %0 = lnn.scan times 3 from %window : tensor<2xf32> {
      ^bb0(%x: tensor<2xf32>):
        %1 = lnn.affine(%x)
          weights [dense<[[2.0, 0.0], [0.0, 0.0]]> : tensor<2x2xf32>]
          bias dense<[1.0, 0.0]> : tensor<2xf32>
          {lnn.masks = [dense<[[true, false], [false, false]]> : tensor<2x2xi1>]}
          : (tensor<2xf32>) -> tensor<2xf32>
        lnn.yield %1 : tensor<2xf32>
      }
      lnn.return %0 : tensor<2xf32>
    }
    ```
  }];
  let options = [
    Option<"what", "what", "std::string", "\"blocks\"",
           "blocks (2x2) or units">,
    Option<"scoreBy", "score", "std::string", "\"magnitude\"",
           "magnitude or sensitivity">,
    Option<"ratio", "ratio", "double", "std::numeric_limits<double>::quiet_NaN()",
           "share that goes, 0 to 1; nan: by another measure">,
    Option<"threshold", "threshold", "double", "std::numeric_limits<double>::quiet_NaN()",
           "what scores below it goes, 0 or more; nan: by another measure">,
    Option<"budgetBytes", "budget-bytes", "int64_t", "-1",
           "int8 weights that may remain, in bytes; -1: by another measure">];
  let statistics = [
    Statistic<"numUnits", "units-pruned", "Number of units whose weights were zeroed">,
    Statistic<"numBlocks", "blocks-pruned", "Number of 2x2 blocks that were zeroed">];
}

def EliminateDeadUnits : Lnn_Pass<"lnn-eliminate-dead-units"> {
  let summary = "Remove the elements of vectors that no forecast depends on";
  let description = [{
    Values that are connected element by element, the state of a scan with what
    its body computes of it, have the same lanes. A lane is alive when the
    forecast reads it: through a nonzero weight of a row that is alive itself,
    or through an operation that looks at more than its own lane. All other
    lanes go, from the state, from rows, columns and biases of affines, from
    constants, normalizations and recorded ranges; a state that is read only by
    itself is dead. A vector keeps at least one lane.

    Forecasts do not change: what goes was multiplied by zero. `lnn.keys` and
    `lnn.masks` go from affines that shrink: they are no tensors of the family
    any more.

    ```mlir
    lnn.model @tiny {
    ^bb0(%window: tensor<2xf32>):
      %0 = lnn.affine(%window)
        weights [dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>]
        bias dense<[5.0, 6.0]> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
      %1 = lnn.activate tanh %0 : tensor<2xf32>
      %2 = lnn.affine(%1)
        weights [dense<[[0.5, 0.0], [2.0, 0.0]]> : tensor<2x2xf32>]
        bias dense<0.0> : tensor<2xf32> : (tensor<2xf32>) -> tensor<2xf32>
      lnn.return %2 : tensor<2xf32>
    }
    ==>
    lnn.model @tiny {
    ^bb0(%window: tensor<2xf32>):
      %0 = lnn.affine(%window) weights [dense<[[1.0, 2.0]]> : tensor<1x2xf32>]
        bias dense<5.0> : tensor<1xf32> : (tensor<2xf32>) -> tensor<1xf32>
      %1 = lnn.activate tanh %0 : tensor<1xf32>
      %2 = lnn.affine(%1) weights [dense<[[0.5], [2.0]]> : tensor<2x1xf32>]
        bias dense<0.0> : tensor<2xf32> : (tensor<1xf32>) -> tensor<2xf32>
      lnn.return %2 : tensor<2xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"numUnits", "units-removed", "Number of elements of states that went">,
    Statistic<"numRows", "rows-removed", "Number of rows of affines that went">];
}

def FoldNormalization : Lnn_Pass<"lnn-fold-normalization"> {
  let summary = "Fold input and output scaling into the neighbouring affine";
  let description = [{
    `lnn.normalize` before an `lnn.affine` scales its columns and shifts its
    bias, also through the sequence of a scan; behind one it scales its rows.

    ```mlir
    lnn.model @tiny {
    ^bb0(%window: tensor<2xf32>):
      %0 = lnn.normalize %window offset [1.0, 0.5] scale [4.0, 2.0]
        : tensor<2xf32>
      %1 = lnn.affine(%0) weights [dense<[[1.0, 3.0]]> : tensor<1x2xf32>]
        bias dense<0.0> : tensor<1xf32> : (tensor<2xf32>) -> tensor<1xf32>
      lnn.return %1 : tensor<1xf32>
    }
    ==>
    lnn.model @tiny {
    ^bb0(%window: tensor<2xf32>):
      %0 = lnn.affine(%window) weights [dense<[[4.0, 6.0]]> : tensor<1x2xf32>]
        bias dense<-7.0> : tensor<1xf32> : (tensor<2xf32>) -> tensor<1xf32>
      lnn.return %0 : tensor<1xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"numFolded", "normalizations-folded", "Number of normalizations folded">];
}

def ThinHorizon : Lnn_Pass<"lnn-thin-horizon"> {
  let summary = "Compute a smooth forecast at a few knots and interpolate";
  let description = [{
    A product that makes a hundred smooth numbers says little more than one
    that makes ten. Where the forecast is an `lnn.affine`, through additions of
    single elements and a scaling at most, its rows become knots and an
    `lnn.interpolate` gives the forecast: between knots it is linear, and the
    rest commutes with that.

    Weights and bias at the knots are the least squares fit to those of all
    rows. Of the numbers of elements between knots that divide the horizon, the
    greatest one is taken whose change of the forecast is within `tolerance`:
    the mean over the horizon of the greatest that
    `|b[i] + sum over j of W[i][j] * c[j]|` can be, for the residuals W and b
    of the fit and every input c in its recorded range (`lnn.range`; what is
    proved where nothing was recorded). When there is none, or knots would be
    no fewer than elements, nothing changes.

    ```mlir
    lnn.model @tiny {
    ^bb0(%window: tensor<1xf32>):
      %0 = lnn.affine(%window)
        weights [dense<[[2.0], [3.0], [4.0], [5.0]]> : tensor<4x1xf32>]
        bias dense<0.5> : tensor<4xf32> : (tensor<1xf32>) -> tensor<4xf32>
      lnn.return %0 : tensor<4xf32>
    }
    ==> tolerance=1e-4
    lnn.model @tiny {
    ^bb0(%window: tensor<1xf32>):
      %0 = lnn.affine(%window) weights [dense<[[1.0], [5.0]]> : tensor<2x1xf32>]
        bias dense<0.5> : tensor<2xf32> : (tensor<1xf32>) -> tensor<2xf32>
      %1 = lnn.interpolate %0 : tensor<2xf32> -> tensor<4xf32>
      lnn.return %1 : tensor<4xf32>
    }
    ```
  }];
  let options = [
    Option<"tolerance", "tolerance", "double", "::dlnet::fixed::kKnotTolerance",
           "greatest mean change of a forecast, in SOH; 0: leave all as it is">];
  let statistics = [
    Statistic<"numRows", "rows-thinned", "Number of rows of products that went">];
}

def Calibrate : Lnn_Pass<"lnn-calibrate"> {
  let summary = "Record where values lie on given sequences";
  let description = [{
    Runs the network in single precision and gives every value the `lnn.range`
    of what it was seen to be: a pair for each element or column, for a scan one
    for each of its states. What was recorded before stays within. `lnn-quantize`
    reads these ranges wherever 16 bits may saturate.

    `sequences` names a safetensors file with a tensor for each input, of its
    name: a first dimension for the runs, then the numbers of one run, of a
    stream those of all its steps. In place of one, `uniform` draws that many
    runs of even numbers between the limits of the ports, the limits first;
    real sequences are nearer to what the network will see.

    ```mlir
    lnn.model @tiny {
    ^bb0(%window: tensor<2xf32>):
      %0 = lnn.clamp %window to [0.25, 0.5] : tensor<2xf32>
      lnn.return %0 : tensor<2xf32>
    }
    ==> uniform=2
    lnn.model @tiny {
    ^bb0(%window: tensor<2xf32>):
      %0 = lnn.clamp %window to [0.25, 0.5]
        {lnn.range = array<f64: 0.25, 0.5, 0.25, 0.5>} : tensor<2xf32>
      lnn.return %0 : tensor<2xf32>
    }
    ```
  }];
  let options = [
    Option<"sequences", "sequences", "std::string", "\"\"",
           "safetensors file of what the inputs take">,
    Option<"uniform", "uniform", "int64_t", "0",
           "runs of even numbers, 1 to 10000; 0: those of the file">];
  let statistics = [
    Statistic<"numRuns", "runs", "Number of times that the network ran">,
    Statistic<"numValues", "values-recorded", "Number of values with a range">];
}

def Quantize : Lnn_Pass<"lnn-quantize"> {
  let summary = "Choose a fixed-point format for every value";
  let description = [{
    Writes `lnn.format` on every real operation and `operand_bits` (8 or 16,
    one an input) on every affine; changes nothing else. Formats of 32 bits
    follow from proved ranges, those of 16 bits from recorded ones (`lnn.range`)
    where there are any. What takes 16 bits gets `lnn.operand_formats` where an
    operand has 32. The columns of the input sequence are scaled
    so that none loses precision in the shared row scale of the weights.

    ```mlir
    lnn.model @tiny {
    ^bb0(%window: tensor<2xf32>):
      %0 = lnn.affine(%window) weights [dense<[[0.5, 0.25]]> : tensor<1x2xf32>]
        bias dense<0.125> : tensor<1xf32> : (tensor<2xf32>) -> tensor<1xf32>
      lnn.return %0 : tensor<1xf32>
    }
    ==>
    lnn.model @tiny {
    ^bb0(%window: tensor<2xf32>):
      %0 = lnn.affine(%window) weights [dense<[[0.5, 0.25]]> : tensor<1x2xf32>]
        bias dense<0.125> : tensor<1xf32>
        {lnn.format = #lnn.fixed<32, [6.103515625e-5], [0.0]>,
         lnn.operand_bits = array<i32: 16>}
        : (tensor<2xf32>) -> tensor<1xf32>
      lnn.return %0 : tensor<1xf32>
    }
    ```
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

    ```mlir
    lnn.model @tiny {
    ^bb0(%window: tensor<2xf32>):
      %0 = lnn.affine(%window) weights [dense<[[0.5, 0.25]]> : tensor<1x2xf32>]
        bias dense<0.125> : tensor<1xf32>
        {lnn.format = #lnn.fixed<32, [6.103515625e-5], [0.0]>,
         lnn.operand_bits = array<i32: 16>}
        : (tensor<2xf32>) -> tensor<1xf32>
      lnn.return %0 : tensor<1xf32>
    }
    ==>
    lnn.model @tiny {
    ^bb0(%window: tensor<2xi16>):
      %0 = lnn.matvec_s8 %window weights dense<[[127, 64]]> : tensor<1x2xi8>
        : tensor<2xi16> -> tensor<1xi32>
      %1 = lnn.requantize %0 multiplier [16909320] shift 0 bias [2048]
        : tensor<1xi32> -> tensor<1xi32>
      %2 = lnn.clamp_s32 %1 to [0, 32767] : tensor<1xi32> -> tensor<1xi16>
      lnn.return %2 : tensor<1xi16>
    }
    ```
  }];
  let options = [
    Option<"lutBits", "lut-bits", "int64_t", "::dlnet::fixed::kTableBits",
           "log2 of the number of intervals of an activation table, 4 to 12">];
}

#endif // DLNET_PASSES_REALPASSES_TD
