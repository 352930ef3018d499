// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network that does not read the age has no trace of it, so that its
// interface is no larger than it needs; likewise for tables in RAM.
#include "codegen/Templates.h"

#include "frontend/support/EmbeddedFiles.h"

namespace dlnet::embedded {
const EmbeddedFiles &apiFiles();
} // namespace dlnet::embedded

using namespace dlnet;

Fields dlnet::codegen::commonFields(lnn::ModelOp model,
                                    const EmitOptions &options,
                                    const Digest &digest) {
  Fields fields;
  fields.texts = {{"name", options.name},
                  {"NAME", llvm::StringRef(options.name).upper()},
                  {"version", DLNET_VERSION},
                  {"abi", std::to_string(kEmittedAbi)},
                  {"digest", digest.literal()}};
  fields.keep("age", model.getAge() != nullptr);
  fields.keep("tables_in_ram", options.place == Place::Ram);
  return fields;
}

std::string dlnet::codegen::apiText(llvm::StringRef file,
                                    const Fields &fields) {
  return fill(embedded::apiFiles()[file.str()], fields);
}
