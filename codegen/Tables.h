// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The constant tables of a C file.
#ifndef DLNET_CODEGEN_TABLES_H
#define DLNET_CODEGEN_TABLES_H

#include "codegen/CEmitter.h"

#include "llvm/ADT/ArrayRef.h"

#include <map>

namespace dlnet::codegen {

/// Constant tables, each printed once however often it is used.
class Tables {
public:
  Tables(std::string prefix, Place place)
      : prefix(std::move(prefix)), place(place) {}

  /// Name of a table with these elements; `kind` is part of the name.
  std::string add(llvm::StringRef kind, llvm::ArrayRef<uint8_t> values);
  std::string add(llvm::StringRef kind, llvm::ArrayRef<int16_t> values);
  std::string add(llvm::StringRef kind, llvm::ArrayRef<int32_t> values);
  std::string add(llvm::StringRef kind, llvm::ArrayRef<uint32_t> values);

  /// Their definitions.
  const std::string &text() const { return definitions; }
  /// Their elements alone.
  int64_t bytes() const { return size; }

private:
  template <typename T>
  std::string addAs(llvm::StringRef type, llvm::StringRef kind,
                    llvm::ArrayRef<T> values);

  std::string prefix, definitions;
  Place place;
  int64_t size = 0;
  std::map<std::string, std::string> names; ///< By type and elements.
  std::map<std::string, unsigned> counts;   ///< By kind.
};

} // namespace dlnet::codegen

#endif // DLNET_CODEGEN_TABLES_H
