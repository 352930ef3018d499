// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two passes, for registers of the type L. One tile of samples at a time
// goes through the whole window: with 64 lanes, the state, gates and weights of
// a cell of 16 units are 20 kB and stay in the first cache; the tile's trace,
// 140 kB over ten steps, in the second.
#ifndef DLNET_TRAINER_ENGINE_SCANPASSES_H
#define DLNET_TRAINER_ENGINE_SCANPASSES_H

#include "trainer/engine/ScanRule.h"

namespace dlnet::scan {

/// The numbers of a unit, and none where a cell has none.
template <typename L, typename Cell> struct UnitNumbers {
  static constexpr int kCount = int(Cell::kUnitParameters.size());
  DLNET_INLINE UnitNumbers(const Job &job, int64_t unit) {
    for (int q = 0; q < kCount; ++q)
      values[q] = broadcast<L>(job.numbers[q * job.shape.units + unit]);
  }
  L values[kCount + 1]; // An array has elements.
};

struct Forward {
  template <typename L, typename Cell, SolverKind kSolver>
  DLNET_INLINE static void run(const Job &job) {
    const ScanShape &shape = job.shape;
    int64_t n = shape.units, columns = n + shape.inputs;
    for (int64_t first = 0; first < job.samples; first += kTile) {
      int64_t tile = job.oneTile ? 0 : first / kTile;
      float *record = job.trace->record(tile, 0);
      clearRows(record, n);
      for (int64_t s = 0; s < shape.totalSteps(); ++s) {
        int64_t t = s / shape.substeps;
        loadInputs(record, shape, job.features + t * shape.inputs * job.samples,
                   job.samples, first);
        float *gates = job.trace->gates(tile, s);
        float *next = job.trace->record(tile, s + 1);
        multiply<L>(gates, job.matrix, job.bias, record, shape.rows(),
                    s == 0 ? n : 0, columns);
        for (int64_t i = 0; i < n; ++i)
          stepUnit<L, Cell, kSolver>(job, i, record, gates, next);
        record = next;
        if (job.states && (s + 1) % shape.substeps == 0)
          storeState(job.states + t * n * job.samples, record, n, job.samples,
                     first);
      }
      if (job.last)
        storeState(job.last, record, n, job.samples, first);
    }
  }

  template <typename L, typename Cell, SolverKind kSolver>
  DLNET_INLINE static void stepUnit(const Job &job, int64_t unit,
                                    const float *record, float *gates,
                                    float *next) {
    constexpr int kGateCount = int(Cell::kProjections.size());
    UnitNumbers<L, Cell> numbers(job, unit);
    int64_t plane = job.shape.units * kTile;
    for (int64_t at = unit * kTile; at < (unit + 1) * kTile; at += kWidth<L>) {
      L g[kGateCount];
      for (int p = 0; p < kGateCount; ++p) {
        g[p] = activate<L>(kGates<Cell>.function[p],
                           load<L>(gates + p * plane + at));
        store(gates + p * plane + at, g[p]);
      }
      Leaves<L> leaves = {g, numbers.values};
      store(next + at,
            advance<kSolver, L>(load<L>(record + at),
                                linear(kRule<Cell>, leaves), job.shape.h));
    }
  }
};

struct Backward {
  template <typename L, typename Cell, SolverKind kSolver>
  DLNET_INLINE static void run(const Job &job) {
    const ScanShape &shape = job.shape;
    int64_t n = shape.units, rows = shape.rows();
    int64_t columns = job.trace->recordRows();
    for (int64_t first = 0; first < job.samples; first += kTile) {
      int64_t tile = first / kTile;
      clearRows(job.gradX, n);
      if (job.gradLast)
        addGradient(job.gradX, job.gradLast, n, job.samples, first);
      for (int64_t s = shape.totalSteps(); s-- > 0;) {
        if (job.gradStates && (s + 1) % shape.substeps == 0)
          addGradient(job.gradX,
                      job.gradStates + s / shape.substeps * n * job.samples, n,
                      job.samples, first);
        const float *record = job.trace->record(tile, s);
        const float *next = job.trace->record(tile, s + 1);
        const float *gates = job.trace->gates(tile, s);
        for (int64_t i = 0; i < n; ++i)
          stepUnit<L, Cell, kSolver>(job, i, record, gates, next);
        // The first state is 0: it gives W no gradient and takes none.
        outer<L>(job.matrixSums, job.gradZ, record, rows, s == 0 ? n : 0,
                 columns);
        if (s > 0)
          multiply<L>(job.gradX, job.transposed, nullptr, job.gradZ, n, 0,
                      rows);
      }
    }
  }

  template <typename L, typename Cell, SolverKind kSolver>
  DLNET_INLINE static void stepUnit(const Job &job, int64_t unit,
                                    const float *record, const float *gates,
                                    const float *next) {
    constexpr int kGateCount = int(Cell::kProjections.size());
    constexpr int kNumberCount = int(Cell::kUnitParameters.size());
    UnitNumbers<L, Cell> numbers(job, unit);
    float *sums = job.numberSums + unit * kNumberCount * kParts;
    L totals[kNumberCount + 1];
    for (int q = 0; q < kNumberCount; ++q)
      totals[q] = load<L>(sums + q * kParts);
    int64_t plane = job.shape.units * kTile;
    for (int64_t at = unit * kTile; at < (unit + 1) * kTile; at += kWidth<L>) {
      L g[kGateCount];
      for (int p = 0; p < kGateCount; ++p)
        g[p] = load<L>(gates + p * plane + at);
      Leaves<L> leaves = {g, numbers.values};
      L gradient = load<L>(job.gradX + at);
      L outer = retreat<kSolver, L>(linear(kRule<Cell>, leaves).decay,
                                    job.shape.h, gradient);
      store(job.gradX + at, gradient);
      Sinks<L, kGateCount, kNumberCount> sinks;
      back(kRule<Cell>, outer, leaves,
           load<L>((kSolver == SolverKind::Fused ? next : record) + at), sinks);
      for (int p = 0; p < kGateCount; ++p)
        store(job.gradZ + p * plane + at,
              throughActivation<L>(kGates<Cell>.function[p], g[p],
                                   sinks.gates[p]));
      for (int q = 0; q < kNumberCount; ++q)
        totals[q] += sinks.numbers[q];
    }
    for (int q = 0; q < kNumberCount; ++q)
      store(sums + q * kParts, totals[q]);
  }
};

template <typename L, typename Pass, typename Cell>
DLNET_INLINE void runSolver(const Job &job) {
  static_assert(kGates<Cell>.isClear,
                "a projection is read as it is, or through one activation");
  if constexpr (cells::kIsClosedForm<Cell>)
    Pass::template run<L, Cell, SolverKind::ClosedForm>(job);
  else if (job.shape.solver == SolverKind::Fused)
    Pass::template run<L, Cell, SolverKind::Fused>(job);
  else
    Pass::template run<L, Cell, SolverKind::ExplicitEuler>(job);
}

template <typename L, typename Pass> DLNET_INLINE void runCell(const Job &job) {
  withCell(job.shape.cell,
           [&](auto cell) { runSolver<L, Pass, decltype(cell)>(job); });
}

} // namespace dlnet::scan

#endif // DLNET_TRAINER_ENGINE_SCANPASSES_H
