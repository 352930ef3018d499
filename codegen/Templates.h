// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The text around a network in C: its interface, what it promises, and the
// calls, which are the same for every network but for whether it reads the age.
#ifndef DLNET_CODEGEN_TEMPLATES_H
#define DLNET_CODEGEN_TEMPLATES_H

#include "codegen/Digest.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <string>
#include <utility>

namespace dlnet::codegen {

/// A word that a template holds as @word@, and what stands there.
using Field = std::pair<llvm::StringRef, std::string>;

/// Those that all files have: name and NAME (the prefix), version, abi, digest.
llvm::SmallVector<Field> commonFields(llvm::StringRef name,
                                      const Digest &digest);

/// What a network may have that adds text of its own.
struct Variant {
  bool readsAge = false;
  bool tablesInRam = false;
};

/// The header. Further fields: facts, tables and state (bytes), bits, one,
/// window, horizon, members (of the state), basis_macros.
std::string headerText(llvm::ArrayRef<Field> fields, Variant variant);

/// The source. Further fields: kernels, tables, no_cycles (what the state's
/// count starts from), counters and body (of the network).
std::string sourceText(llvm::ArrayRef<Field> fields, Variant variant);

/// The source of the self-test. Further fields: vectors (how many), ages,
/// windows and forecasts (initializers).
std::string selfTestText(llvm::ArrayRef<Field> fields, Variant variant);

} // namespace dlnet::codegen

#endif // DLNET_CODEGEN_TEMPLATES_H
