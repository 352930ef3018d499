// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network's graph (frontend/network) as LibTorch computes it: one function an
// operation, recorded for gradients where they are wanted. A scan over a cell
// of the list runs on the fused kernels.
//
//   inputs --operations in order--> values by index --> outputs
//
// The batch is the last dimension: a vector [n] of the graph is a tensor
// [n, N] and a sequence [T, n] a tensor [T, n, N]; where N is 1, it is the same
// for all samples.
#ifndef DLNET_TRAINER_ENGINE_GRAPHEXECUTOR_H
#define DLNET_TRAINER_ENGINE_GRAPHEXECUTOR_H

#include "frontend/network/Graph.h"
#include "trainer/engine/ScanKernel.h"

#include <torch/types.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace dlnet {

/// The tensor of a key as the graph's operations read it: masked, and positive
/// where it must be. Gradients go to where it comes from.
using TensorSource = std::function<torch::Tensor(const std::string &key)>;

class GraphExecutor {
public:
  /// `graph` is well-formed, and no stream.
  explicit GraphExecutor(network::Graph graph);
  GraphExecutor(const GraphExecutor &) = delete; // `fused` points into `whole`.

  /// The values of the outputs from those of the inputs, in the order of the
  /// ports. Computes in the numbers of the inputs; the fused kernels take
  /// single-precision ones. Throws std::invalid_argument on inputs of other
  /// sizes than the graph's.
  std::vector<torch::Tensor> run(const TensorSource &tensors,
                                 const std::vector<torch::Tensor> &inputs,
                                 bool mayFuse = true) const;

  const network::Graph &graph() const { return whole; }
  /// How many scans are those of a listed cell.
  size_t fusedScans() const { return fused.size(); }

private:
  network::Graph whole;
  std::map<const network::Node *, ScanShape> fused;
};

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_GRAPHEXECUTOR_H
