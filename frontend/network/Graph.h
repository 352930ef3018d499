// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network, described once: operations on values, in the order in which they
// run, between ports. Import makes the lnn dialect of it, training executes it,
// a family file holds it. It knows neither MLIR nor LibTorch.
#ifndef DLNET_FRONTEND_NETWORK_GRAPH_H
#define DLNET_FRONTEND_NETWORK_GRAPH_H

#include "frontend/network/Operations.h"
#include "frontend/network/Ports.h"
#include "frontend/network/Tensor.h"
#include "frontend/support/Result.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace dlnet::network {

/// Extents of a value: [n] is a vector, [steps, n] a sequence of rows, oldest
/// first.
using Shape = std::vector<int64_t>;

/// The number of rows of a stream: as many as come.
inline constexpr int64_t kAnySteps = -1;

// What a graph may be; far beyond small networks, and small enough that a
// hostile one costs neither time nor memory.
inline constexpr size_t kMaxNodes = 4096; ///< Of all bodies together.
inline constexpr size_t kMaxInputs = 256; ///< Of one operation.
inline constexpr size_t kMaxDepth = 3;    ///< Bodies within one another.
inline constexpr size_t kMaxPorts = 16;   ///< Inputs, and outputs.
inline constexpr int64_t kMaxExtent = 65536;
inline constexpr int64_t kMaxElements = int64_t(1) << 22;
inline constexpr double kMaxNumber = 1e30; ///< Well within single precision.

/// The index of a value in `Graph::values`.
struct Value {
  int32_t index = -1;
  explicit operator bool() const { return index >= 0; }
};
inline bool operator==(Value a, Value b) { return a.index == b.index; }
inline bool operator!=(Value a, Value b) { return a.index != b.index; }

struct ValueInfo {
  /// Unique: a label [a-z][a-z0-9_.]*, then "#2", "#3", ... where others have
  /// the label, too.
  std::string name;
  Shape shape;
  /// Recorded in training: one for each element of the last extent, or one for
  /// all; none where nothing was recorded.
  std::vector<Range> ranges;
};

struct Node;

/// Operations in the order in which they run. A body may read values of the
/// bodies around it.
struct Body {
  std::vector<Value> arguments;
  std::vector<Node> nodes;
  std::vector<Value> yields;
};

struct Node {
  Operation operation;
  std::vector<Value> inputs, results;
  Body body; ///< Of a scan or an ode; empty for the others.
};

struct Graph {
  std::vector<ValueInfo> values;
  /// `body.arguments` are the values of `inputs`, `body.yields` of `outputs`.
  std::vector<Port> inputs, outputs;
  Body body;

  const ValueInfo &operator[](Value value) const {
    return values[size_t(value.index)];
  }
  ValueInfo &operator[](Value value) { return values[size_t(value.index)]; }
  /// The input of that name, or none.
  Value input(const std::string &name) const;
};

/// What a value is called in locations and reports: its name without "#2".
std::string labelOf(const ValueInfo &value);

/// Whether `name` may be the key of a tensor, or a value's label:
/// [a-z][a-z0-9_.]*, at most 80 bytes.
bool isLabel(const std::string &name);

/// "[4, 3]"; the steps of a stream are "?".
std::string describe(const Shape &shape);

/// Where a node is, for messages: "affine 'cell.wf'".
std::string describe(const Graph &graph, const Node &node);

/// What goes in and out: "v [2] in V, age [1] in charge cycles -> y [3] in A".
std::string describePorts(const Graph &graph);

/// Calls `visit` for each node, those of a body after the node that holds it.
/// `times` is how often the node runs in one run of the graph; in a stream, in
/// one step.
void walk(const Graph &graph,
          const std::function<void(const Node &, int64_t times)> &visit);

/// Fails unless the graph is well-formed: each value is defined once, before
/// it is read and where it can be seen; shapes are those that the operations
/// give; ports are complete; nothing is beyond the limits above. The message
/// names the node or the port. Takes time linear in the graph's size.
Status verify(const Graph &graph);

/// That, and that `tensors` are those that the graph reads: all there, of the
/// right shapes, finite, positive where they must be, and none besides.
Status verify(const Graph &graph, const Tensors &tensors);

/// What a graph wants of a tensor.
struct TensorUse {
  Shape shape;
  bool isMatrix = false; ///< A weight matrix, which may have a mask.
  bool positive = false;
};

/// The tensors that a well-formed graph reads, by key.
std::map<std::string, TensorUse> tensorsOf(const Graph &graph);

/// Numbers that training fits, masked ones included.
int64_t countParameters(const Graph &graph);

/// Multiply-accumulates of one run with every weight present, of a stream of
/// one step. A product is counted as often as its operand changes: what an
/// ode's body multiplies from outside is multiplied once.
int64_t countMacs(const Graph &graph);

} // namespace dlnet::network

#endif // DLNET_FRONTEND_NETWORK_GRAPH_H
