// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of verify() that knows each operation.
#ifndef DLNET_FRONTEND_NETWORK_CHECKOPERATION_H
#define DLNET_FRONTEND_NETWORK_CHECKOPERATION_H

#include "frontend/network/Graph.h"

namespace dlnet::network {

/// What the nodes of a graph that were checked say together.
struct GraphFacts {
  std::map<std::string, Shape> tensors;
  int64_t products = 0; ///< Weights of all affine operations.
};

/// What is wrong with a node whose inputs and results are values of the graph;
/// nothing where it is right. `trips` is set to how often its body runs when
/// the node runs once.
std::string checkOperation(const Graph &graph, const Node &node,
                           GraphFacts &facts, int64_t &trips);

} // namespace dlnet::network

#endif // DLNET_FRONTEND_NETWORK_CHECKOPERATION_H
