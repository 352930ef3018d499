// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The text around a network in C: its interface, what it promises, and the
// calls. It is the files of api/, in the language of frontend/support/Template.
#ifndef DLNET_CODEGEN_TEMPLATES_H
#define DLNET_CODEGEN_TEMPLATES_H

#include "codegen/CEmitter.h"
#include "frontend/support/Template.h"

namespace dlnet::codegen {

/// The fields that all files have: name and NAME (the prefix), version, abi,
/// digest; the sections age (of a network that reads it) and tables_in_ram.
Fields commonFields(lnn::ModelOp model, const EmitOptions &options,
                    const Digest &digest);

/// A file of api/, such as "model.h.in", with its fields.
std::string apiText(llvm::StringRef file, const Fields &fields);

} // namespace dlnet::codegen

#endif // DLNET_CODEGEN_TEMPLATES_H
