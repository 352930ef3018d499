// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A board image as the linker leaves it. It may be any file that someone
// mistook for one, so nothing in it is believed before it was checked.
#ifndef DLNET_SIM_IMAGE_H
#define DLNET_SIM_IMAGE_H

#include "frontend/support/Result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dlnet::sim {

class Image {
public:
  /// Bytes that a programmer writes to the board, at their load address.
  struct Segment {
    uint32_t address;
    std::vector<uint8_t> bytes;
  };
  struct Function {
    uint32_t address, size;
    std::string name;
  };

  /// Reads a 32-bit little-endian Arm ELF executable.
  static Result<Image> read(const std::string &path);

  const std::vector<Segment> &segments() const { return loaded; }

  /// By address; of several at one address, one.
  const std::vector<Function> &functions() const { return code; }

  /// The index of the function that holds `address`.
  std::optional<size_t> functionAt(uint32_t address) const;

  /// "name+0x12", or the bare address.
  std::string describe(uint32_t address) const;

  std::optional<uint32_t> symbol(const std::string &name) const;

private:
  struct Symbol {
    std::string name;
    uint32_t value;
  };
  std::vector<Segment> loaded;
  std::vector<Function> code;
  std::vector<Symbol> symbols;
  friend class ImageReader;
};

} // namespace dlnet::sim

#endif // DLNET_SIM_IMAGE_H
