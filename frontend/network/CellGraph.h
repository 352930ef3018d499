// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A cell's rule as operations of a graph.
#ifndef DLNET_FRONTEND_NETWORK_CELLGRAPH_H
#define DLNET_FRONTEND_NETWORK_CELLGRAPH_H

#include "frontend/network/GraphBuilder.h"
#include "frontend/network/cells/Cells.h"

namespace dlnet::network {

/// The state [n] after a step in which the cell reads the input [F]: its closed
/// form, or an ode of its derivative.
Value buildCell(GraphBuilder &builder, CellKind cell, const Solver &solver,
                Value state, Value input);

} // namespace dlnet::network

#endif // DLNET_FRONTEND_NETWORK_CELLGRAPH_H
