// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops over a fixed number of lanes, which the compiler turns into vector code
// for either processor. Arithmetic that lnn-prove-ranges has not seen yet may
// overflow in training, so it is that of unsigned words, which wrap.
#include "trainer/engine/IntegerKernel.h"

#include "passes/fixed/Knots.h"

#include <algorithm>
#include <cassert>

#define DLNET_INLINE inline __attribute__((always_inline))

namespace dlnet {
namespace {

using Op = IntegerOpcode;

constexpr int64_t kLanes = ScanTrace::kLanes;

bool portableOnly = false;

DLNET_INLINE int32_t wrap(uint32_t value) {
  return static_cast<int32_t>(value);
}

DLNET_INLINE int32_t saturate(int32_t value) {
  return std::clamp<int32_t>(value, INT16_MIN, INT16_MAX);
}

/// floor(value * multiplier / 2^32 + 1/2).
DLNET_INLINE int32_t multiplyHigh(int32_t value, int32_t multiplier) {
  int64_t product = int64_t(value) * multiplier + (int64_t(1) << 31);
  return wrap(static_cast<uint32_t>(static_cast<uint64_t>(product) >> 32));
}

/// to[i][l] = fn(a[i][l], b[i][l], i); single rows repeat.
template <typename Fn>
DLNET_INLINE void binary(int32_t *memory, const IntegerSlot &to,
                         const IntegerSlot &a, const IntegerSlot &b, Fn fn) {
  size_t strideA = a.size == 1 ? 0 : kLanes, strideB = b.size == 1 ? 0 : kLanes;
  for (size_t i = 0; i < to.size; ++i) {
    int32_t *__restrict out = memory + (to.offset + i) * kLanes;
    const int32_t *x = memory + a.offset * kLanes + i * strideA;
    const int32_t *y = memory + b.offset * kLanes + i * strideB;
    for (int64_t lane = 0; lane < kLanes; ++lane)
      out[lane] = fn(x[lane], y[lane], i);
  }
}

template <typename Fn>
DLNET_INLINE void unary(int32_t *memory, const IntegerSlot &to,
                        const IntegerSlot &a, Fn fn) {
  binary(memory, to, a, a,
         [&](int32_t x, int32_t, size_t i) { return fn(x, i); });
}

/// Eight lanes; sums in arrays would not stay in registers.
using Words = uint32_t __attribute__((vector_size(32), may_alias, aligned(4)));
constexpr int64_t kWidth = 8;

/// kRows rows of a product, sixteen lanes at a time.
template <size_t kRows>
DLNET_INLINE void multiplyRows(int32_t *out, const int32_t *in,
                               const int32_t *weights, size_t columns) {
  for (int64_t lane = 0; lane < kLanes; lane += 2 * kWidth) {
    Words sums[kRows][2] = {};
    for (size_t j = 0; j < columns; ++j) {
      const int32_t *from = in + j * kLanes + lane;
      Words left = *reinterpret_cast<const Words *>(from);
      Words right = *reinterpret_cast<const Words *>(from + kWidth);
      for (size_t r = 0; r < kRows; ++r) {
        uint32_t weight = weights[r * columns + j];
        sums[r][0] += left * weight;
        sums[r][1] += right * weight;
      }
    }
    for (size_t r = 0; r < kRows; ++r)
      for (size_t part = 0; part < 2; ++part)
        *reinterpret_cast<Words *>(out + r * kLanes + lane + part * kWidth) =
            sums[r][part];
  }
}

DLNET_INLINE void matvec(int32_t *memory, const IntegerSlot &to,
                         const IntegerSlot &a, const int32_t *weights) {
  const int32_t *in = memory + a.offset * kLanes;
  int32_t *out = memory + to.offset * kLanes;
  size_t i = 0;
  for (; i + 4 <= to.size; i += 4)
    multiplyRows<4>(out + i * kLanes, in, weights + i * a.size, a.size);
  for (; i < to.size; ++i)
    multiplyRows<1>(out + i * kLanes, in, weights + i * a.size, a.size);
}

DLNET_INLINE void requantize(int32_t *memory, const IntegerInstruction &op,
                             const IntegerSlot &to, const IntegerSlot &a,
                             const IntegerSlot *addend) {
  for (size_t i = 0; i < to.size; ++i) {
    int32_t multiplier = op.values[op.values.size() == 1 ? 0 : i];
    uint32_t bias = op.bias[op.bias.size() == 1 ? 0 : i];
    unsigned shift = op.shift;
    int32_t *__restrict out = memory + (to.offset + i) * kLanes;
    const int32_t *x = memory + (a.offset + (a.size == 1 ? 0 : i)) * kLanes;
    for (int64_t lane = 0; lane < kLanes; ++lane)
      out[lane] =
          wrap(bias + uint32_t(multiplyHigh(wrap(uint32_t(x[lane]) << shift),
                                            multiplier)));
    if (addend) {
      const int32_t *y =
          memory + (addend->offset + (addend->size == 1 ? 0 : i)) * kLanes;
      for (int64_t lane = 0; lane < kLanes; ++lane)
        out[lane] = wrap(uint32_t(out[lane]) + uint32_t(y[lane]));
    }
    if (op.narrow)
      for (int64_t lane = 0; lane < kLanes; ++lane)
        out[lane] = saturate(out[lane]);
  }
}

DLNET_INLINE int32_t roundShift(int32_t value, unsigned shift) {
  return shift == 0
             ? value
             : wrap(uint32_t(value) + (uint32_t(1) << (shift - 1))) >> shift;
}

DLNET_INLINE void execute(const IntegerProgram &program,
                          const IntegerInstruction &op, int32_t *memory) {
  const IntegerSlot &to = program.slots[op.to], &a = program.slots[op.a];
  const IntegerSlot &b = program.slots[op.b < 0 ? op.a : op.b];
  switch (op.opcode) {
  case Op::HighByte:
    return unary(memory, to, a, [](int32_t x, size_t) { return x >> 8; });
  case Op::Matvec:
    return matvec(memory, to, a, op.values.data());
  case Op::Requantize:
    return requantize(memory, op, to, a, op.b < 0 ? nullptr : &b);
  case Op::Lut: {
    const int32_t *table = op.values.data();
    unsigned shift = op.shift;
    return unary(memory, to, a, [=](int32_t x, size_t) {
      int32_t position = x + 32768, index = position >> shift;
      int32_t fraction = position & ((1 << shift) - 1);
      int32_t base = table[index];
      return base + roundShift((table[index + 1] - base) * fraction, shift);
    });
  }
  case Op::Scale: {
    uint32_t factor = op.low;
    return unary(memory, to, a,
                 [=](int32_t x, size_t) { return wrap(uint32_t(x) * factor); });
  }
  case Op::RoundShift: {
    unsigned shift = op.shift;
    return unary(memory, to, a,
                 [=](int32_t x, size_t) { return roundShift(x, shift); });
  }
  case Op::Clamp: {
    int32_t low = op.low, high = op.high;
    return unary(memory, to, a,
                 [=](int32_t x, size_t) { return std::clamp(x, low, high); });
  }
  case Op::Add:
    return binary(memory, to, a, b, [](int32_t x, int32_t y, size_t) {
      return wrap(uint32_t(x) + uint32_t(y));
    });
  case Op::Sub:
    return binary(memory, to, a, b, [](int32_t x, int32_t y, size_t) {
      return wrap(uint32_t(x) - uint32_t(y));
    });
  case Op::Mul:
    return binary(memory, to, a, b, [](int32_t x, int32_t y, size_t) {
      return wrap(uint32_t(x) * uint32_t(y));
    });
  case Op::EulerStep:
    return binary(memory, to, a, b, [](int32_t x, int32_t y, size_t) {
      return saturate(wrap(uint32_t(x) + uint32_t(y)));
    });
  case Op::Interpolate: {
    size_t step = to.size / (a.size - 1);
    for (size_t i = 0; i < to.size; ++i) {
      auto [knot, offset] = fixed::knotPosition(i, step);
      uint32_t share = uint32_t(offset), rest = uint32_t(step) - share;
      int32_t *__restrict out = memory + (to.offset + i) * kLanes;
      const int32_t *x = memory + (a.offset + knot) * kLanes;
      for (int64_t lane = 0; lane < kLanes; ++lane)
        out[lane] =
            wrap(uint32_t(x[lane]) * rest + uint32_t(x[lane + kLanes]) * share);
    }
    return;
  }
  case Op::Difference: {
    int32_t *out = memory + to.offset * kLanes;
    const int32_t *x = memory + a.offset * kLanes;
    std::fill(out, out + kLanes, 0);
    for (size_t i = kLanes; i < to.size * kLanes; ++i)
      out[i] = wrap(uint32_t(x[i]) - uint32_t(x[i - kLanes]));
    return;
  }
  }
}

struct Job {
  const IntegerProgram &program;
  const IntegerInputs &inputs;
  int64_t windows;
  const IntegerResults &results;
  int32_t *memory; ///< [rows][kLanes]
};

/// Copies the rows of [rows, N] that belong to the tile at `first` into a slot.
/// Lanes without a window are 0.
DLNET_INLINE void load(const Job &job, int slot, const int32_t *from,
                       int64_t first) {
  const IntegerSlot &to = job.program.slots[slot];
  int64_t count = std::min(kLanes, job.windows - first);
  for (size_t i = 0; i < to.size; ++i) {
    int32_t *row = job.memory + (to.offset + i) * kLanes;
    std::copy_n(from + int64_t(i) * job.windows + first, count, row);
    std::fill(row + count, row + kLanes, 0);
  }
}

/// Copies element `i` of a slot into a row of [rows, N].
DLNET_INLINE void store(const Job &job, int slot, size_t i, int32_t *to,
                        int64_t row, int64_t first) {
  const IntegerSlot &from = job.program.slots[slot];
  std::copy_n(job.memory + (from.offset + i) * kLanes,
              std::min(kLanes, job.windows - first),
              to + row * job.windows + first);
}

DLNET_INLINE void store(const Job &job, const IntegerRows &from, int32_t *to,
                        int64_t first) {
  for (size_t i = 0; to && i < from.rows.size(); ++i)
    store(job, from.slot, i, to, from.rows[i], first);
}

DLNET_INLINE void toReal(const Job &job, const IntegerRows &from, float scale,
                         float *to) {
  const int32_t *in = job.memory + job.program.slots[from.slot].offset * kLanes;
  for (size_t i = 0; i < from.rows.size(); ++i, in += kLanes) {
    float *out = to + from.rows[i] * kLanes;
    for (int64_t lane = 0; lane < kLanes; ++lane)
      out[lane] = float(in[lane]) * scale;
  }
}

/// What the backward pass wants of step `step`. Dead units stay 0.
DLNET_INLINE void record(const Job &job, int64_t tile, int64_t step) {
  ScanTrace &trace = *job.results.trace;
  const IntegerProgram &program = job.program;
  const ScanShape &shape = trace.shape();
  bool all = int64_t(program.state.rows.size()) == shape.units;
  float *state = trace.record(tile, step);
  if (!all)
    std::fill_n(state, shape.units * kLanes, 0.0f);
  toReal(job, program.state, job.results.stateScale, state);
  if (step == shape.totalSteps())
    return;
  float *gates = trace.gates(tile, step);
  if (!all)
    std::fill_n(gates, shape.rows() * kLanes, 0.0f);
  for (const IntegerRows &gate : program.gates)
    toReal(job, gate, 1.0f / 32768, gates);
}

DLNET_INLINE void copySlot(const Job &job, int from, int to) {
  const IntegerSlot &source = job.program.slots[from];
  const int32_t *in = job.memory + source.offset * kLanes;
  std::copy_n(in, source.size * kLanes,
              job.memory + job.program.slots[to].offset * kLanes);
}

/// The inputs of window step `t`, one from each column.
DLNET_INLINE void loadRow(const Job &job, int64_t t, int64_t first) {
  const IntegerProgram &program = job.program;
  const IntegerSlot &row = program.slots[program.row];
  for (size_t f = 0; f < program.columns.size(); ++f) {
    const IntegerSlot &column = program.slots[program.columns[f]];
    size_t at = column.offset + (column.size == 1 ? 0 : t);
    std::copy_n(job.memory + at * kLanes, kLanes,
                job.memory + (row.offset + f) * kLanes);
  }
  size_t columns = program.columns.size();
  for (size_t f = 0; job.results.inputs && f < columns; ++f)
    store(job, program.row, f, job.results.inputs,
          t * int64_t(columns) + int64_t(f), first);
}

DLNET_INLINE void runTile(const Job &job, int64_t first) {
  const IntegerProgram &program = job.program;
  const IntegerResults &results = job.results;
  int64_t tile = first / kLanes;
  load(job, program.blockSums, job.inputs.blockSums, first);
  load(job, program.last, job.inputs.last, first);
  if (program.age >= 0)
    load(job, program.age, job.inputs.age, first);
  for (const IntegerInstruction &op : program.before)
    execute(program, op, job.memory);
  const IntegerSlot &state = program.slots[program.state.slot];
  std::fill_n(job.memory + state.offset * kLanes, state.size * kLanes, 0);
  for (int64_t step = 0; step < program.steps * program.substeps; ++step) {
    if (step % program.substeps == 0)
      loadRow(job, step / program.substeps, first);
    for (const IntegerInstruction &op : program.body)
      execute(program, op, job.memory);
    if (results.trace)
      record(job, tile, step);
    copySlot(job, program.next, program.state.slot);
  }
  if (results.trace)
    record(job, tile, program.steps * program.substeps);
  for (const IntegerInstruction &op : program.after)
    execute(program, op, job.memory);
  store(job, program.state, results.state, first);
  store(job, program.coefficients, results.coefficients, first);
  for (size_t i = 0;
       results.forecast && i < program.slots[program.forecast].size; ++i)
    store(job, program.forecast, i, results.forecast, int64_t(i), first);
}

DLNET_INLINE void runTiles(const Job &job) {
  for (int64_t first = 0; first < job.windows; first += kLanes)
    runTile(job, first);
}

void runPortable(const Job &job) { runTiles(job); }

#if defined(__x86_64__)
__attribute__((target("avx2"))) void runWide(const Job &job) { runTiles(job); }
bool isWide() {
  static const bool present = __builtin_cpu_supports("avx2");
  return present && !portableOnly;
}
#else
void runWide(const Job &job) { runTiles(job); }
bool isWide() { return false; }
#endif

} // namespace

void runProgram(const IntegerProgram &program, const IntegerInputs &inputs,
                int64_t windows, const IntegerResults &results) {
  assert((program.age < 0 || inputs.age) && "the program reads the age");
  std::vector<int32_t> memory(program.rows * kLanes);
  for (const auto &[slot, values] : program.constants)
    for (size_t i = 0; i < values.size(); ++i)
      std::fill_n(memory.data() + (program.slots[slot].offset + i) * kLanes,
                  kLanes, values[i]);
  Job job{program, inputs, windows, results, memory.data()};
  if (isWide())
    runWide(job);
  else
    runPortable(job);
}

void runWindows(const IntegerProgram &program, const int16_t *windows,
                const uint32_t *ages, int64_t count, int16_t *forecasts) {
  std::vector<int32_t> sums(size_t(program.steps * count), 0), last(count);
  std::vector<int32_t> lived;
  if (program.age >= 0)
    for (int64_t i = 0; i < count; ++i)
      lived.push_back(int32_t(std::min<uint32_t>(ages[i], INT16_MAX)));
  for (int64_t i = 0; i < count; ++i)
    for (int64_t t = 0; t < program.steps; ++t)
      for (int64_t k = 0; k < program.block; ++k) {
        last[size_t(i)] = std::max<int16_t>(*windows++, 0);
        sums[size_t(t * count + i)] += last[size_t(i)];
      }
  int64_t horizon = int64_t(program.slots[program.forecast].size);
  std::vector<int32_t> results(size_t(horizon * count));
  IntegerResults out;
  out.forecast = results.data();
  runProgram(program, {sums.data(), last.data(), lived.data()}, count, out);
  for (int64_t i = 0; i < count; ++i)
    for (int64_t h = 0; h < horizon; ++h)
      *forecasts++ = static_cast<int16_t>(results[size_t(h * count + i)]);
}

void setPortableProgram(bool portable) { portableOnly = portable; }

} // namespace dlnet
