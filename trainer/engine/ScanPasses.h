// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two passes, for registers of the type L. One tile of samples at a time
// goes through the whole window: with 64 lanes, the state, gates and weights of
// a cell of 16 units are 20 kB and stay in the first cache; the tile's trace,
// 140 kB over ten steps, in the second.
#ifndef DLNET_TRAINER_ENGINE_SCANPASSES_H
#define DLNET_TRAINER_ENGINE_SCANPASSES_H

#include "trainer/engine/ScanCells.h"

namespace dlnet::scan {

template <typename L>
DLNET_INLINE UnitParameters<L> unitParameters(const Job &job, int64_t unit,
                                              bool present) {
  if (!present)
    return UnitParameters<L>();
  return {broadcast<L>(job.first[unit]), broadcast<L>(job.second[unit])};
}

struct Forward {
  template <typename L, typename Battery, SolverKind kSolver>
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
          stepUnit<L, Battery, kSolver>(job, i, record, gates, next);
        record = next;
        if (job.states && (s + 1) % shape.substeps == 0)
          storeState(job.states + t * n * job.samples, record, n, job.samples,
                     first);
      }
      if (job.last)
        storeState(job.last, record, n, job.samples, first);
    }
  }

  template <typename L, typename Battery, SolverKind kSolver>
  DLNET_INLINE static void stepUnit(const Job &job, int64_t unit,
                                    const float *record, float *gates,
                                    float *next) {
    UnitParameters<L> parameters =
        unitParameters<L>(job, unit, Battery::kUnitParameters);
    int64_t plane = job.shape.units * kTile;
    for (int64_t at = unit * kTile; at < (unit + 1) * kTile; at += kWidth<L>) {
      L z[Battery::kProjections];
      for (int p = 0; p < Battery::kProjections; ++p)
        z[p] = load<L>(gates + p * plane + at);
      Battery::activate(z);
      for (int p = 0; p < Battery::kProjections; ++p)
        store(gates + p * plane + at, z[p]);
      store(next + at,
            advance<kSolver>(load<L>(record + at),
                             Battery::terms(z, parameters), job.shape.h));
    }
  }
};

struct Backward {
  template <typename L, typename Battery, SolverKind kSolver>
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
          stepUnit<L, Battery, kSolver>(job, i, record, gates, next);
        // The first state is 0: it gives W no gradient and takes none.
        outer<L>(job.matrixSums, job.gradZ, record, rows, s == 0 ? n : 0,
                 columns);
        if (s > 0)
          multiply<L>(job.gradX, job.transposed, nullptr, job.gradZ, n, 0,
                      rows);
      }
    }
  }

  template <typename L, typename Battery, SolverKind kSolver>
  DLNET_INLINE static void stepUnit(const Job &job, int64_t unit,
                                    const float *record, const float *gates,
                                    const float *next) {
    UnitParameters<L> parameters =
        unitParameters<L>(job, unit, Battery::kUnitParameters);
    float *sums = job.unitSums + unit * 2 * kParts;
    UnitParameters<L> gradients = {load<L>(sums), load<L>(sums + kParts)};
    int64_t plane = job.shape.units * kTile;
    for (int64_t at = unit * kTile; at < (unit + 1) * kTile; at += kWidth<L>) {
      L g[Battery::kProjections], dz[Battery::kProjections];
      for (int p = 0; p < Battery::kProjections; ++p)
        g[p] = load<L>(gates + p * plane + at);
      L gradient = load<L>(job.gradX + at);
      Terms<L> terms = Battery::terms(g, parameters);
      Terms<L> d = retreat<kSolver>(load<L>(record + at), load<L>(next + at),
                                    terms, job.shape.h, gradient);
      store(job.gradX + at, gradient);
      Battery::back(g, parameters, d, dz, gradients);
      for (int p = 0; p < Battery::kProjections; ++p)
        store(job.gradZ + p * plane + at, dz[p]);
    }
    if (Battery::kUnitParameters) {
      store(sums, gradients.first);
      store(sums + kParts, gradients.second);
    }
  }
};

template <typename L, typename Pass, typename Battery>
DLNET_INLINE void runSolver(const Job &job) {
  if (job.shape.solver == SolverKind::Fused)
    Pass::template run<L, Battery, SolverKind::Fused>(job);
  else
    Pass::template run<L, Battery, SolverKind::ExplicitEuler>(job);
}

template <typename L, typename Pass> DLNET_INLINE void runCell(const Job &job) {
  switch (job.shape.cell) {
  case CellKind::Liquid:
    return runSolver<L, Pass, Liquid>(job);
  case CellKind::Ltc:
    return runSolver<L, Pass, Ltc>(job);
  case CellKind::CtRnn:
    return runSolver<L, Pass, CtRnn>(job);
  case CellKind::Cfc:
    return Pass::template run<L, Cfc, SolverKind::ClosedForm>(job);
  }
}

} // namespace dlnet::scan

#endif // DLNET_TRAINER_ENGINE_SCANPASSES_H
