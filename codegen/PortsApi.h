// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C interface of a network between ports: what the files api/ports* say of
// each port.
#ifndef DLNET_CODEGEN_PORTSAPI_H
#define DLNET_CODEGEN_PORTSAPI_H

#include "codegen/CEmitter.h"
#include "frontend/support/Template.h"

namespace dlnet::codegen {

/// Adds what templates say of ports: the sections ports, inputs, windows,
/// onces, counts, outputs, scores, stream, pushes, and the parameters of each
/// function.
void addPortFields(lnn::ModelOp model, Fields &fields);

/// The same for the self-test, with golden vectors of the integer executor.
mlir::LogicalResult addGoldenFields(lnn::ModelOp model, Fields &fields,
                                    unsigned vectors);

} // namespace dlnet::codegen

#endif // DLNET_CODEGEN_PORTSAPI_H
