// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The recurrence of every cell over a whole window, forward and backward, on
// plain arrays. Recorded operation by operation, bookkeeping and memory would
// take longer than the arithmetic of so small a cell; here a tile of samples
// stays in the cache from the window's first step to its last.
//
//   u_t, x --W,U,b--> z --activate--> gates --rule--> source, decay --> x'
//
// Rules are the cells' own (frontend/network/cells), their gradients follow:
//
//   explicit Euler  x' = x + h * (source - decay * x)
//   fused           x' = (x + h * source) / (1 + h * decay)
//   closed form     x' = source - decay * x
//
// The trace and the backward pass stand alone, so that another forward pass (in
// integers) can fill the trace and borrow the gradient.
#ifndef DLNET_TRAINER_ENGINE_SCANKERNEL_H
#define DLNET_TRAINER_ENGINE_SCANKERNEL_H

#include "frontend/family/Family.h"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace dlnet {

/// What is run: the cell, its solver and all sizes but the number of samples.
struct ScanShape {
  CellKind cell = CellKind::Liquid;
  SolverKind solver = SolverKind::ExplicitEuler;
  int64_t units = 0;    ///< n
  int64_t inputs = 0;   ///< F, numbers read at each window step.
  int64_t steps = 0;    ///< T, window steps.
  int64_t substeps = 1; ///< Of each window step; they read the same inputs.
  float h = 1;          ///< Length of a sub-step.

  /// P, the cell's projections z of n rows each, which are the rows of the
  /// matrices in the cell's order.
  int64_t projections() const;
  /// Q, the numbers that the cell has for a unit beside its projections.
  int64_t numbers() const;
  int64_t rows() const { return projections() * units; }
  int64_t totalSteps() const { return steps * substeps; }
};

/// The scan that `model` describes. The closed form takes one sub-step, as it
/// does when compiled.
ScanShape scanShapeOf(const FamilyModel &model);

/// Row-major parameters. `numbers` are the unit parameters as rules read them,
/// 1/tau for a tau; null for a cell that has none.
struct ScanWeights {
  const float *w = nullptr;       ///< [P n, n]
  const float *u = nullptr;       ///< [P n, F]
  const float *b = nullptr;       ///< [P n]
  const float *numbers = nullptr; ///< [Q, n]
};

/// Where the gradients are written, shaped as ScanWeights.
struct ScanGradients {
  float *w = nullptr, *u = nullptr, *b = nullptr, *numbers = nullptr;
};

/// What the backward pass needs to know of a forward pass over N samples.
///
/// Samples lie in tiles of kLanes, lanes innermost. Each step of a tile is a
/// record of n rows of state, F rows of inputs and a row of ones: what the
/// matrix [W U b] is applied to. One more record holds the last state.
class ScanTrace {
public:
  static constexpr int64_t kLanes = 64;

  ScanTrace(const ScanShape &shape, int64_t samples);

  const ScanShape &shape() const { return scanShape; }
  int64_t samples() const { return count; }
  int64_t tiles() const { return (count + kLanes - 1) / kLanes; }
  int64_t recordRows() const { return scanShape.units + scanShape.inputs + 1; }

  /// Writes inputs and ones into every record; `features` is [T, F, N].
  void loadInputs(const float *features);

  /// [n + F + 1][kLanes], aligned; `step` up to totalSteps().
  float *record(int64_t tile, int64_t step) {
    return operands.get() +
           (tile * (scanShape.totalSteps() + 1) + step) * recordRows() * kLanes;
  }
  /// [P n][kLanes], aligned: the activated gates of a sub-step.
  float *gates(int64_t tile, int64_t step) {
    return gateValues.get() +
           (tile * scanShape.totalSteps() + step) * scanShape.rows() * kLanes;
  }
  /// The state before sub-step `step`; the initial state is 0.
  float &state(int64_t step, int64_t unit, int64_t sample) {
    return record(sample / kLanes, step)[unit * kLanes + sample % kLanes];
  }
  float &gate(int64_t step, int64_t row, int64_t sample) {
    return gates(sample / kLanes, step)[row * kLanes + sample % kLanes];
  }

  /// Memory aligned for the widest registers, left as it comes.
  struct Free {
    void operator()(float *memory) const;
  };
  using Buffer = std::unique_ptr<float[], Free>;
  static Buffer allocate(int64_t floats);

private:
  ScanShape scanShape;
  int64_t count;
  Buffer operands, gateValues;
};

/// Runs the scan from x = 0 over `features` [T, F, N]. Writes the last state
/// [n, N] to `last`, the state after each window step [T, n, N] to `states`,
/// and all of them into `trace`; each may be null. Samples do not depend on
/// their neighbours, not even in the last bit.
void scanForward(const ScanShape &shape, const ScanWeights &weights,
                 const float *features, int64_t samples, float *last,
                 float *states, ScanTrace *trace);

/// The gradients of a loss whose gradients by the last state are `gradLast`
/// [n, N] and by the states after each window step `gradStates` [T, n, N];
/// either may be null. The order of summation is fixed.
void scanBackward(const ScanWeights &weights, ScanTrace &trace,
                  const float *gradLast, const float *gradStates,
                  const ScanGradients &gradients);

/// For tests: run the code for any processor even where AVX2 is present.
void setPortableScan(bool portable);

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_SCANKERNEL_H
