// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which scans of a graph the fused kernels can run.
#ifndef DLNET_TRAINER_ENGINE_SCANMATCH_H
#define DLNET_TRAINER_ENGINE_SCANMATCH_H

#include "frontend/network/Graph.h"
#include "trainer/engine/ScanKernel.h"

#include <optional>

namespace dlnet {

/// The scan that `node` is, if it is one over the rows of a sequence whose body
/// is that which the builder writes for a cell of the list. Its first state is
/// not looked at.
std::optional<ScanShape> matchScan(const network::Graph &graph,
                                   const network::Node &node);

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_SCANMATCH_H
