// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Equal tables of one type are one, whatever they are for.
#include "codegen/Tables.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace dlnet::codegen;
using llvm::ArrayRef;
using llvm::formatv;
using llvm::StringRef;

template <typename T>
std::string Tables::addAs(StringRef type, StringRef kind, ArrayRef<T> values) {
  std::string body;
  for (auto [i, value] : llvm::enumerate(values)) {
    body += i % 8 == 0 ? "\n    " : " ";
    if constexpr (std::is_same_v<T, uint32_t>)
      body += formatv("0x{0:x-8}u,", value);
    else if (int64_t(value) == INT32_MIN)
      body += "(-2147483647 - 1),"; // no C literal has this value
    else
      body += std::to_string(value) + ",";
  }
  auto [it, isNew] = names.try_emplace(type.str() + body, "");
  if (isNew) {
    it->second = formatv("{0}_{1}{2}", prefix, kind, counts[kind.str()]++);
    definitions += formatv("\nstatic {0} {1} {2}[{3}] = {{{4}\n};\n",
                           place == Place::Ram ? "DLN_IN_RAM" : "const", type,
                           it->second, values.size(), body);
    size += values.size() * sizeof(T);
  }
  return it->second;
}

std::string Tables::add(StringRef kind, ArrayRef<uint8_t> values) {
  return addAs("uint8_t", kind, values);
}
std::string Tables::add(StringRef kind, ArrayRef<int16_t> values) {
  return addAs("int16_t", kind, values);
}
std::string Tables::add(StringRef kind, ArrayRef<int32_t> values) {
  return addAs("int32_t", kind, values);
}
std::string Tables::add(StringRef kind, ArrayRef<uint32_t> values) {
  return addAs("uint32_t", kind, values);
}
