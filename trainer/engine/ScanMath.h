// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The inner loops of the scan, on as many lanes at a time as a register holds.
// Everything is inlined into its caller, so that one source becomes AVX2 code
// there and SSE2 code elsewhere. GCC's vector types say which values stay in
// registers, which loops over arrays leave to chance.
#ifndef DLNET_TRAINER_ENGINE_SCANMATH_H
#define DLNET_TRAINER_ENGINE_SCANMATH_H

#include "trainer/engine/ScanJob.h"

#include <cstdint>

#define DLNET_INLINE inline __attribute__((always_inline))

namespace dlnet::scan {

/// The functions are templates over one of these, called L.
using Lanes8 = float __attribute__((vector_size(32)));
using Lanes4 = float __attribute__((vector_size(16)));
template <typename L> constexpr int64_t kWidth = sizeof(L) / sizeof(float);

template <typename L> DLNET_INLINE L load(const float *from) {
  L value;
  __builtin_memcpy(&value, __builtin_assume_aligned(from, sizeof(L)),
                   sizeof(L));
  return value;
}

template <typename L> DLNET_INLINE void store(float *to, L value) {
  __builtin_memcpy(__builtin_assume_aligned(to, sizeof(L)), &value, sizeof(L));
}

/// The number in every lane. Adding 0 in place of subtracting it would be an
/// instruction: it makes 0 of -0.
template <typename L> DLNET_INLINE L broadcast(float value) {
  return value - L{};
}

// ---- Activations ----

/// exp(x) - 1 = scale * part + (scale - 1), for x in [-87, 88]. The split keeps
/// the relative precision of tanh near 0.
template <typename L> struct Exponential {
  L scale; ///< A power of 2.
  L part;  ///< exp(r) - 1 of the remainder |r| <= ln(2) / 2.
};

template <typename L> DLNET_INLINE Exponential<L> exponential(L x) {
  using Bits = decltype(x < x);
  // Adding 1.5 * 2^23 rounds to an integer, which stays in the lowest bits.
  constexpr float kRound = 12582912.0f;
  constexpr float kLog2E = 1.44269504f;
  // ln(2) in two parts, of which the first has zeros at its end: k times it is
  // exact.
  constexpr float kLn2High = 0.693115234375f, kLn2Low = 3.194618330e-05f;
  L shifted = x * kLog2E + kRound;
  L k = shifted - kRound;
  L r = (x - k * kLn2High) - k * kLn2Low;
  // Interpolates (exp(r) - 1 - r) / r^2 in Chebyshev nodes: the whole is off by
  // 2.5e-8 of itself at most.
  L q = r * 1.392632606e-03f + 8.363292553e-03f;
  q = q * r + 4.166655242e-02f;
  q = q * r + 1.666657627e-01f;
  q = q * r + 0.5f;
  Bits power = (Bits)shifted << 23, one = (Bits)broadcast<L>(1.0f);
  return {(L)(power + one), (r * r) * q + r};
}

/// Keeps NaN.
template <typename L> DLNET_INLINE L clamp(L x, float low, float high) {
  L below = broadcast<L>(low), above = broadcast<L>(high);
  x = x < below ? below : x;
  return x > above ? above : x;
}

/// 1 / (1 + exp(-x)). Inputs beyond 30, where it is 1 or 1e-13, count as 30.
template <typename L> DLNET_INLINE L sigmoid(L x) {
  Exponential<L> e = exponential(clamp(-x, -30, 30));
  return 1.0f / (e.scale * e.part + (e.scale + 1.0f));
}

/// (exp(2x) - 1) / (exp(2x) + 1), which is 1 in single precision beyond 9.1.
template <typename L> DLNET_INLINE L tanh(L x) {
  Exponential<L> e = exponential(clamp(x + x, -19, 19));
  L less = e.scale * e.part + (e.scale - 1.0f);
  return less / (less + 2.0f);
}

// ---- Products ----

/// out[i][l] = start + sum_j matrix[i][j] * in[j][l] for kRows rows and two
/// registers of lanes: eight sums in registers hide the latency of one another.
/// `start` is bias[i], or out[i][l] where there is no bias.
template <typename L, int kRows>
DLNET_INLINE void multiplyBlock(float *out, const float *matrix, int64_t stride,
                                const float *bias, const float *in,
                                int64_t first, int64_t columns) {
  L sums[kRows][2];
  for (int i = 0; i < kRows; ++i)
    for (int c = 0; c < 2; ++c)
      sums[i][c] = bias ? broadcast<L>(bias[i])
                        : load<L>(out + i * kTile + c * kWidth<L>);
  for (int64_t j = first; j < columns; ++j) {
    L left = load<L>(in + j * kTile),
      right = load<L>(in + j * kTile + kWidth<L>);
    for (int i = 0; i < kRows; ++i) {
      L factor = broadcast<L>(matrix[i * stride + j]);
      sums[i][0] += factor * left;
      sums[i][1] += factor * right;
    }
  }
  for (int i = 0; i < kRows; ++i)
    for (int c = 0; c < 2; ++c)
      store(out + i * kTile + c * kWidth<L>, sums[i][c]);
}

/// The product of `matrix` [rows, columns] with `in` [columns][kTile], leaving
/// out the columns before `first`; added to `out` where `bias` is null.
template <typename L>
DLNET_INLINE void multiply(float *out, const float *matrix, const float *bias,
                           const float *in, int64_t rows, int64_t first,
                           int64_t columns) {
  for (int64_t lane = 0; lane < kTile; lane += 2 * kWidth<L>) {
    int64_t i = 0;
    for (; i + 4 <= rows; i += 4)
      multiplyBlock<L, 4>(out + i * kTile + lane, matrix + i * columns, columns,
                          bias ? bias + i : nullptr, in + lane, first, columns);
    for (; i < rows; ++i)
      multiplyBlock<L, 1>(out + i * kTile + lane, matrix + i * columns, columns,
                          bias ? bias + i : nullptr, in + lane, first, columns);
  }
}

/// sums[i][j][.] += left[i][.] * right[j][.] over the tile, in kParts parts;
/// `sums` has `stride` columns.
template <typename L, int kRows, int kColumns>
DLNET_INLINE void outerBlock(float *sums, int64_t stride, const float *left,
                             const float *right) {
  L block[kRows][kColumns];
  for (int i = 0; i < kRows; ++i)
    for (int j = 0; j < kColumns; ++j)
      block[i][j] = load<L>(sums + (i * stride + j) * kParts);
  for (int64_t lane = 0; lane < kTile; lane += kWidth<L>) {
    L factors[kColumns];
    for (int j = 0; j < kColumns; ++j)
      factors[j] = load<L>(right + j * kTile + lane);
    for (int i = 0; i < kRows; ++i) {
      L row = load<L>(left + i * kTile + lane);
      for (int j = 0; j < kColumns; ++j)
        block[i][j] += row * factors[j];
    }
  }
  for (int i = 0; i < kRows; ++i)
    for (int j = 0; j < kColumns; ++j)
      store(sums + (i * stride + j) * kParts, block[i][j]);
}

/// The same for all `rows`, and for columns from `first` to `columns`.
template <typename L>
DLNET_INLINE void outer(float *sums, const float *left, const float *right,
                        int64_t rows, int64_t first, int64_t columns) {
  int64_t i = 0;
  for (; i + 4 <= rows; i += 4) {
    int64_t j = first;
    for (; j + 2 <= columns; j += 2)
      outerBlock<L, 4, 2>(sums + (i * columns + j) * kParts, columns,
                          left + i * kTile, right + j * kTile);
    if (j < columns)
      outerBlock<L, 4, 1>(sums + (i * columns + j) * kParts, columns,
                          left + i * kTile, right + j * kTile);
  }
  for (; i < rows; ++i)
    for (int64_t j = first; j < columns; ++j)
      outerBlock<L, 1, 1>(sums + (i * columns + j) * kParts, columns,
                          left + i * kTile, right + j * kTile);
}

} // namespace dlnet::scan

#endif // DLNET_TRAINER_ENGINE_SCANMATH_H
