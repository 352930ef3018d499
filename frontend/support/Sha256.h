// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SHA-256 (FIPS 180-4), for what belongs together and may be changed by hand:
// weights and their measured errors, checkpoints, packages and certificates.
#ifndef DLNET_FRONTEND_SUPPORT_SHA256_H
#define DLNET_FRONTEND_SUPPORT_SHA256_H

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace dlnet {

/// A digest that grows with what is added to it.
class Sha256 {
public:
  void add(std::string_view bytes);
  /// The digest of all that was added, as 64 lower-case hexadecimal digits. To
  /// be called once, at the end.
  std::string finish();

private:
  void takeBlock(const unsigned char *block);

  std::array<uint32_t, 8> state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                   0xa54ff53a, 0x510e527f, 0x9b05688c,
                                   0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> rest = {}; ///< The block that is not full yet.
  uint64_t length = 0;                     ///< Of everything, in bytes.
};

/// The digest of `bytes`.
std::string sha256(std::string_view bytes);

} // namespace dlnet

#endif // DLNET_FRONTEND_SUPPORT_SHA256_H
