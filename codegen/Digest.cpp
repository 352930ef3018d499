// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Digest.h.
#include "codegen/Digest.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SHA256.h"

using namespace dlnet::codegen;

Digest::Digest(llvm::StringRef text) {
  llvm::SHA256 hash;
  hash.update(text);
  auto bytes = hash.final();
  spelled = llvm::formatv("0x{0:x-16}u",
                          llvm::support::endian::read64be(bytes.data()));
  // Bit 15 is free for what is counted. The two bytes above differ in one bit.
  mark =
      (llvm::support::endian::read32be(&bytes[8]) & 0x3f007fffu) | 0x40000000u;
  mark |= ((mark >> 24) ^ 1u) << 16;
}
