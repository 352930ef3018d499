// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The safetensors container: named tensors behind a JSON header, the format
// that PyTorch users already save. Files come from anywhere, so nothing in one
// is believed before it is checked; what the tensors mean is Family's business.
#ifndef DLNET_FRONTEND_FAMILY_SAFETENSORS_H
#define DLNET_FRONTEND_FAMILY_SAFETENSORS_H

#include "frontend/support/Result.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dlnet {

/// Largest JSON header in bytes, and largest file: far beyond what a family
/// needs, small enough that a hostile file cannot exhaust the memory.
inline constexpr uint64_t kMaxHeaderBytes = uint64_t(4) << 20;
inline constexpr uint64_t kMaxFileBytes = uint64_t(256) << 20;

/// One tensor as it is stored; `bytes` views memory owned by someone else.
struct StoredTensor {
  std::string dtype; // "F32", "I8", ...
  std::vector<int64_t> shape;
  std::string_view bytes; // little endian, row-major
};

/// The container's content, by name.
struct Safetensors {
  std::map<std::string, std::string> metadata;
  std::map<std::string, StoredTensor> tensors;
};

/// Checks the container completely: lengths, header, element types, shapes, and
/// that the tensors tile the data without gap or overlap. The result views
/// `bytes`. Messages name the offending key and not the file.
Result<Safetensors> parseSafetensors(std::string_view bytes);

/// The container's bytes: tensors in the order of their names, the data aligned
/// to 8 bytes; the same content gives the same bytes.
Result<std::string> serializeSafetensors(const Safetensors &file);

/// Parses JSON that someone else wrote: refuses duplicate keys and nesting
/// deeper than a family needs, and never throws. `what` names the text in
/// messages.
Result<nlohmann::json> parseStrictJson(std::string_view text,
                                       const std::string &what);

/// The beginning of a foreign value, fit to be quoted in a message.
std::string quote(const nlohmann::json &value);

} // namespace dlnet

#endif // DLNET_FRONTEND_FAMILY_SAFETENSORS_H
