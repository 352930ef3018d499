// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Around the passes: the trace, weights laid out for the loops, the choice of
// code for the processor, and the final sums.
#include "trainer/engine/ScanKernel.h"

#include "trainer/engine/ScanJob.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

namespace dlnet {

using namespace scan;

void scan::clearRows(float *rows, int64_t count) {
  std::fill(rows, rows + count * kTile, 0.0f);
}

void scan::loadInputs(float *record, const ScanShape &shape,
                      const float *features, int64_t samples, int64_t first) {
  float *rows = record + shape.units * kTile;
  int64_t count = std::min(kTile, samples - first);
  for (int64_t f = 0; f < shape.inputs; ++f, rows += kTile) {
    std::memcpy(rows, features + f * samples + first,
                size_t(count) * sizeof(float));
    std::fill(rows + count, rows + kTile, 0.0f);
  }
  std::fill(rows, rows + kTile, 1.0f);
}

void scan::storeState(float *to, const float *record, int64_t units,
                      int64_t samples, int64_t first) {
  int64_t count = std::min(kTile, samples - first);
  for (int64_t i = 0; i < units; ++i)
    std::memcpy(to + i * samples + first, record + i * kTile,
                size_t(count) * sizeof(float));
}

void scan::addGradient(float *to, const float *from, int64_t units,
                       int64_t samples, int64_t first) {
  int64_t count = std::min(kTile, samples - first);
  for (int64_t i = 0; i < units; ++i)
    for (int64_t lane = 0; lane < count; ++lane)
      to[i * kTile + lane] += from[i * samples + first + lane];
}

namespace {

constexpr std::align_val_t kAlignment{64};

bool portableOnly = false;

#if defined(__x86_64__)
bool isWide() {
  static const bool present =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return present && !portableOnly;
}
#else
bool isWide() { return false; }
#endif

/// Sums kParts numbers pairwise.
float sumParts(const float *parts) {
  return ((parts[0] + parts[4]) + (parts[2] + parts[6])) +
         ((parts[1] + parts[5]) + (parts[3] + parts[7]));
}

} // namespace

int64_t ScanShape::projections() const {
  return withCell(
      cell, [](auto of) { return int64_t(decltype(of)::kProjections.size()); });
}

int64_t ScanShape::numbers() const {
  return withCell(cell, [](auto of) {
    return int64_t(decltype(of)::kUnitParameters.size());
  });
}

ScanShape scanShapeOf(const FamilyModel &model) {
  ScanShape shape;
  shape.cell = model.cell;
  shape.solver = model.solver.method;
  shape.units = model.units;
  shape.inputs = model.featureCount();
  shape.steps = model.blocks();
  shape.substeps = isClosedForm(model.cell) ? 1 : model.solver.steps;
  shape.h = float(model.solver.dt / double(model.solver.steps));
  return shape;
}

void ScanTrace::Free::operator()(float *memory) const {
  ::operator delete[](memory, kAlignment);
}

ScanTrace::Buffer ScanTrace::allocate(int64_t floats) {
  return Buffer(static_cast<float *>(
      ::operator new[](size_t(floats) * sizeof(float), kAlignment)));
}

ScanTrace::ScanTrace(const ScanShape &shape, int64_t samples)
    : scanShape(shape), count(samples),
      operands(
          allocate(tiles() * (shape.totalSteps() + 1) * recordRows() * kLanes)),
      gateValues(
          allocate(tiles() * shape.totalSteps() * shape.rows() * kLanes)) {
  // Lanes without a sample must hold numbers, whoever fills the others.
  if (count % kLanes == 0)
    return;
  int64_t total = shape.totalSteps();
  std::fill(record(tiles() - 1, 0), record(tiles() - 1, total + 1), 0.0f);
  std::fill(gates(tiles() - 1, 0), gates(tiles() - 1, total), 0.0f);
}

void ScanTrace::loadInputs(const float *features) {
  for (int64_t tile = 0; tile < tiles(); ++tile)
    for (int64_t s = 0; s < scanShape.totalSteps(); ++s)
      scan::loadInputs(record(tile, s), scanShape,
                       features +
                           s / scanShape.substeps * scanShape.inputs * count,
                       count, tile * kLanes);
}

void scanForward(const ScanShape &shape, const ScanWeights &weights,
                 const float *features, int64_t samples, float *last,
                 float *states, ScanTrace *trace) {
  int64_t n = shape.units, inputs = shape.inputs, rows = shape.rows();
  std::vector<float> matrix(size_t(rows * (n + inputs)));
  for (int64_t row = 0; row < rows; ++row) {
    float *to = matrix.data() + row * (n + inputs);
    std::copy_n(weights.w + row * n, n, to);
    std::copy_n(weights.u + row * inputs, inputs, to + n);
  }
  std::unique_ptr<ScanTrace> scratch;
  Job job;
  job.shape = shape;
  job.samples = samples;
  job.oneTile = !trace;
  if (!trace) {
    scratch = std::make_unique<ScanTrace>(shape, kTile);
    trace = scratch.get();
  }
  job.trace = trace;
  job.numbers = weights.numbers;
  job.matrix = matrix.data();
  job.bias = weights.b;
  job.features = features;
  job.last = last;
  job.states = states;
  if (isWide())
    forwardWide(job);
  else
    forwardPortable(job);
}

void scanBackward(const ScanWeights &weights, ScanTrace &trace,
                  const float *gradLast, const float *gradStates,
                  const ScanGradients &gradients) {
  const ScanShape &shape = trace.shape();
  int64_t n = shape.units, rows = shape.rows(), columns = trace.recordRows();
  std::vector<float> transposed(size_t(n * rows));
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t j = 0; j < n; ++j)
      transposed[size_t(j * rows + row)] = weights.w[row * n + j];
  ScanTrace::Buffer gradX = ScanTrace::allocate(n * kTile);
  ScanTrace::Buffer gradZ = ScanTrace::allocate(rows * kTile);
  ScanTrace::Buffer matrixSums = ScanTrace::allocate(rows * columns * kParts);
  int64_t numbers = shape.numbers();
  ScanTrace::Buffer numberSums = ScanTrace::allocate(n * numbers * kParts);
  std::fill_n(matrixSums.get(), rows * columns * kParts, 0.0f);
  std::fill_n(numberSums.get(), n * numbers * kParts, 0.0f);

  Job job;
  job.shape = shape;
  job.samples = trace.samples();
  job.trace = &trace;
  job.numbers = weights.numbers;
  job.transposed = transposed.data();
  job.gradLast = gradLast;
  job.gradStates = gradStates;
  job.gradX = gradX.get();
  job.gradZ = gradZ.get();
  job.matrixSums = matrixSums.get();
  job.numberSums = numberSums.get();
  if (isWide())
    backwardWide(job);
  else
    backwardPortable(job);

  for (int64_t row = 0; row < rows; ++row) {
    const float *sums = matrixSums.get() + row * columns * kParts;
    for (int64_t j = 0; j < n; ++j, sums += kParts)
      gradients.w[row * n + j] = sumParts(sums);
    for (int64_t f = 0; f < shape.inputs; ++f, sums += kParts)
      gradients.u[row * shape.inputs + f] = sumParts(sums);
    gradients.b[row] = sumParts(sums);
  }
  for (int64_t i = 0; i < n; ++i)
    for (int64_t q = 0; q < numbers; ++q)
      gradients.numbers[q * n + i] =
          sumParts(numberSums.get() + (i * numbers + q) * kParts);
}

void setPortableScan(bool portable) { portableOnly = portable; }

} // namespace dlnet
