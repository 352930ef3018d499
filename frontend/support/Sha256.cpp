// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/support/Sha256.h"

#include <algorithm>
#include <cstring>

namespace dlnet {

namespace {

/// The first 32 bits of the fractional parts of the cube roots of the first 64
/// primes.
constexpr uint32_t kRounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t turned(uint32_t value, unsigned bits) {
  return value >> bits | value << (32 - bits);
}

} // namespace

void Sha256::takeBlock(const unsigned char *block) {
  uint32_t w[64];
  for (size_t t = 0; t < 16; ++t)
    w[t] = uint32_t(block[4 * t]) << 24 | uint32_t(block[4 * t + 1]) << 16 |
           uint32_t(block[4 * t + 2]) << 8 | uint32_t(block[4 * t + 3]);
  for (size_t t = 16; t < 64; ++t) {
    uint32_t small =
        turned(w[t - 15], 7) ^ turned(w[t - 15], 18) ^ w[t - 15] >> 3;
    uint32_t large =
        turned(w[t - 2], 17) ^ turned(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = w[t - 16] + small + w[t - 7] + large;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (size_t t = 0; t < 64; ++t) {
    uint32_t first = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) +
                     ((e & f) ^ (~e & g)) + kRounds[t] + w[t];
    uint32_t second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) +
                      ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + first;
    d = c, c = b, b = a, a = first + second;
  }
  const uint32_t added[8] = {a, b, c, d, e, f, g, h};
  for (size_t i = 0; i < 8; ++i)
    state[i] += added[i];
}

void Sha256::add(std::string_view bytes) {
  while (!bytes.empty()) {
    size_t held = length % rest.size();
    size_t count = std::min(rest.size() - held, bytes.size());
    std::memcpy(&rest[held], bytes.data(), count);
    length += count;
    bytes.remove_prefix(count);
    if (held + count == rest.size())
      takeBlock(rest.data());
  }
}

std::string Sha256::finish() {
  uint64_t bits = length * 8;
  add(std::string_view("\x80", 1));
  while (length % rest.size() != 56)
    add(std::string_view("\0", 1));
  char end[8];
  for (unsigned i = 0; i < 8; ++i)
    end[i] = char(bits >> (56 - 8 * i));
  add(std::string_view(end, sizeof end));
  std::string text;
  for (uint32_t word : state)
    for (int shift = 28; shift >= 0; shift -= 4)
      text += "0123456789abcdef"[word >> shift & 15];
  return text;
}

std::string sha256(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.finish();
}

} // namespace dlnet
