// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes a graph operation by operation. Shapes follow from the operands; a
// caller says only what they do not tell.
#ifndef DLNET_FRONTEND_NETWORK_GRAPHBUILDER_H
#define DLNET_FRONTEND_NETWORK_GRAPHBUILDER_H

#include "frontend/network/Graph.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace dlnet::network {

class GraphBuilder {
public:
  GraphBuilder() : open(1) {}

  Value input(const Port &port, const Shape &shape);
  void output(const Port &port, Value value);

  /// Any operation of one result, in the body that is open. `label` names it;
  /// where the label is taken it gets "#2", "#3", ...
  Value add(const std::string &label, Operation operation,
            std::vector<Value> inputs, const Shape &shape);

  /// bias + sum of W * input; `rows` elements.
  Value affine(const std::vector<Value> &inputs,
               const std::vector<std::string> &weights, const std::string &bias,
               int64_t rows);
  /// One operand may have one element.
  Value binary(const std::string &label, const Operation &operation, Value lhs,
               Value rhs);
  /// Under its operand's label.
  Value activate(Function function, Value input);

  /// A loop over the rows of `sequence` with one state: `body(row, state)`
  /// gives the next state.
  Value scan(const std::string &label, Value sequence, Value init,
             const std::function<Value(Value row, Value state)> &body);
  /// `body(x)` gives dx/dt.
  Value ode(const std::string &label, const Solver &solver, Value state,
            const std::function<Value(Value x)> &body);

  void record(Value value, std::vector<Range> ranges) {
    graph[value].ranges = std::move(ranges);
  }
  const Shape &shape(Value value) const { return graph[value].shape; }
  std::string label(Value value) const { return labelOf(graph[value]); }

  /// The graph; nothing is to be added after it.
  Graph finish();

private:
  Value declare(const std::string &label, const Shape &shape);
  Value close(const std::string &label, Operation operation,
              std::vector<Value> inputs, const Shape &shape, Value yielded);

  Graph graph;
  std::vector<Body> open; ///< From the graph's own body inwards.
  std::map<std::string, int> taken;
};

} // namespace dlnet::network

#endif // DLNET_FRONTEND_NETWORK_GRAPHBUILDER_H
