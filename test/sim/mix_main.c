/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Every kind of instruction that the cycle model tells apart, for the two that
 * implement it to be compared, and some results, for the two emulators to be.
 */
#include "test/firmware/firmware.h"

#include <stdint.h>

#define NOINLINE __attribute__((noinline))

static volatile uint32_t seed = 12345;

static uint32_t next(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state;
}

NOINLINE uint32_t mix_division(uint32_t state) {
  uint32_t sum = 0;
  for (uint32_t i = 1; i < 50; ++i)
    sum += next(&state) / i + (uint32_t)((int32_t)state / -(int32_t)(i + 2));
  return sum;
}

/* TBB or TBH. */
NOINLINE uint32_t mix_switch(uint32_t state) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < 60; ++i) {
    switch (next(&state) >> 28) {
    case 0:
      sum += 3;
      break;
    case 1:
      sum ^= state;
      break;
    case 2:
      sum *= 5;
      break;
    case 3:
      sum -= i;
      break;
    case 4:
      sum = sum << 3 | sum >> 29;
      break;
    case 5:
      sum += sum >> 7;
      break;
    case 6:
      sum ^= i << 9;
      break;
    case 7:
      sum = ~sum;
      break;
    default:
      sum += 1;
      break;
    }
  }
  return sum;
}

NOINLINE uint32_t mix_float(uint32_t state) {
  float x = 1.0f, y = (float)(state & 0xff) + 0.5f;
  for (uint32_t i = 0; i < 40; ++i) {
    x = x * y + (float)(int32_t)(next(&state) >> 20);
    y = x / (y + 3.0f);
    if (y > 100.0f)
      __asm__("vsqrt.f32 %0, %0" : "+t"(y));
  }
  return (uint32_t)(int32_t)(x + y);
}

struct block {
  uint64_t pairs[4];
};

/* LDM and STM, LDRD and STRD, and loads that wait for one another. */
NOINLINE uint32_t mix_memory(struct block *blocks, uint32_t count) {
  uint64_t sum = 0;
  for (uint32_t i = 1; i < count; ++i) {
    blocks[i] = blocks[i - 1];
    blocks[i].pairs[i % 4] += i;
    blocks[i].pairs[1] += sum;
    sum += blocks[i].pairs[blocks[i].pairs[i % 4] % 4];
  }
  return (uint32_t)(sum ^ sum >> 32);
}

/* IT, and conditional instructions that are skipped. */
NOINLINE uint32_t mix_conditional(uint32_t state) {
  uint32_t least = ~0u, sum = 0;
  for (uint32_t i = 0; i < 80; ++i) {
    const uint32_t now = next(&state);
    least = now < least ? now : least;
    sum += now & 0x100u ? 7u : 2u;
  }
  return least ^ sum;
}

NOINLINE uint32_t mix_products(uint32_t state) {
  uint32_t sum = 0;
  int64_t wide = 0;
  for (uint32_t i = 0; i < 60; ++i) {
    const uint32_t a = next(&state), b = next(&state);
    wide += (int64_t)(int32_t)a * (int32_t)b;
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    __asm__("smmlar %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(state) : "r"(b));
    sum += state;
  }
  return sum ^ (uint32_t)(wide >> 32) ^ (uint32_t)wide;
}

static struct block blocks[20];

int main(int argc, char **argv) {
  (void)argc;
  (void)argv;
  for (uint32_t i = 0; i < 4; ++i)
    blocks[0].pairs[i] = (uint64_t)seed << 7 * i;
  print_value("division", (int32_t)mix_division(seed));
  print_value("switch", (int32_t)mix_switch(seed));
  print_value("float", (int32_t)mix_float(seed));
  print_value("memory", (int32_t)mix_memory(blocks, 20));
  print_value("conditional", (int32_t)mix_conditional(seed));
  print_value("products", (int32_t)mix_products(seed));
  return 0;
}
