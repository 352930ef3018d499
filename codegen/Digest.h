// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What tells the files of one model from those of any other.
#ifndef DLNET_CODEGEN_DIGEST_H
#define DLNET_CODEGEN_DIGEST_H

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>

namespace dlnet::codegen {

/// The first bits of a text's SHA-256.
class Digest {
public:
  Digest() = default; ///< Of what is not known yet.
  explicit Digest(llvm::StringRef text);

  /// All 64 bits as C, such as 0x0123456789abcdefu; empty when not known.
  const std::string &literal() const { return spelled; }

  /// A number that memory which nobody wrote is unlikely to hold: neither near
  /// 0 or -1, nor one byte four times; nor are the 32767 numbers after it.
  uint32_t tag() const { return mark; }

private:
  std::string spelled;
  uint32_t mark = 0;
};

} // namespace dlnet::codegen

#endif // DLNET_CODEGEN_DIGEST_H
