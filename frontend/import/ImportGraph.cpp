// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An operation's attributes are its fields, under the same names; only where
// the dialect holds the numbers of a tensor, and a graph its key, is there more
// to do.
#include "frontend/import/ImportGraph.h"

#include "passes/operations/Operations.h"

#include "mlir/IR/Location.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using network::Body;
using network::Graph;
using network::Node;

namespace {

class Importer {
public:
  Importer(MLIRContext &context, const Graph &graph, const Tensors &tensors)
      : graph(graph), tensors(tensors), builder(&context),
        values(graph.values.size()) {}

  FailureOr<OwningOpRef<ModuleOp>> import(const std::string &symbol) {
    OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getUnknownLoc());
    builder.setInsertionPointToEnd(module->getBody());
    auto model = builder.create<ModelOp>(at("model"), symbol);
    if (!isForecastOfSoh()) {
      model.setInputsAttr(portsOf(graph.inputs));
      model.setOutputsAttr(portsOf(graph.outputs));
    }
    if (mlir::failed(fill(model.getBody(), graph.body)))
      return failure();
    builder.create<ReturnOp>(at(graph.outputs[0].name),
                             lookup(graph.body.yields));
    return module;
  }

private:
  Location at(StringRef label) {
    return NameLoc::get(builder.getStringAttr(label));
  }
  Location at(network::Value value) { return at(labelOf(graph[value])); }
  RankedTensorType typeOf(network::Value value) {
    SmallVector<int64_t> shape(llvm::ArrayRef(graph[value].shape));
    for (int64_t &extent : shape)
      if (extent == network::kAnySteps)
        extent = ShapedType::kDynamic;
    return RankedTensorType::get(shape, builder.getF32Type());
  }
  SmallVector<Value> lookup(const std::vector<network::Value> &list) {
    SmallVector<Value> found;
    for (network::Value value : list)
      found.push_back(values[value.index]);
    return found;
  }

  /// Whether it takes a window of SOH, perhaps an age, and forecasts SOH: what
  /// a model without ports does.
  bool isForecastOfSoh() const {
    std::vector<network::Port> known = {
        network::sohPort("soh", network::Rate::Window)};
    if (graph.inputs.size() > 1)
      known.push_back(network::agePort());
    return graph.inputs == known && graph.outputs.size() == 1 &&
           graph.outputs[0] ==
               network::sohPort("forecast", network::Rate::Once);
  }

  ArrayAttr portsOf(const std::vector<network::Port> &ports) {
    auto rateOf = [](network::Rate rate) {
      switch (rate) {
      case network::Rate::Window:
        return Rate::Window;
      case network::Rate::Step:
        return Rate::Step;
      case network::Rate::Once:
        return Rate::Once;
      case network::Rate::Count:
        return Rate::Count;
      }
      llvm_unreachable("every rate is one of the dialect's");
    };
    SmallVector<Attribute> attrs;
    for (const network::Port &port : ports)
      attrs.push_back(PortAttr::get(builder.getContext(), port.name, port.unit,
                                    port.low, port.high, port.scale,
                                    rateOf(port.rate), port.scores));
    return builder.getArrayAttr(attrs);
  }

  // ---- Bodies ----

  /// Leaves the builder where the terminator goes.
  LogicalResult fill(Region &region, const Body &body) {
    SmallVector<Type> types;
    SmallVector<Location> locations;
    for (network::Value argument : body.arguments) {
      types.push_back(typeOf(argument));
      locations.push_back(at(argument));
    }
    Block *block = builder.createBlock(&region, {}, types, locations);
    for (auto [argument, value] :
         llvm::zip_equal(body.arguments, block->getArguments()))
      values[argument.index] = value;
    for (const Node &node : body.nodes)
      if (mlir::failed(import(node)))
        return failure();
    return mlir::success();
  }

  LogicalResult import(const Node &node) {
    StringRef name = network::name(node.operation);
    if (std::holds_alternative<network::Parameter>(node.operation))
      name = ConstantOp::getOperationName().drop_front(sizeof("lnn.") - 1);
    OperationState state(at(node.results[0]), ("lnn." + name).str());
    if (!state.name.isRegistered())
      return emitError(state.location)
             << "the dialect has no operation " << state.name.getStringRef();
    state.addOperands(lookup(node.inputs));
    for (network::Value result : node.results)
      state.addTypes(typeOf(result));
    std::visit([&](const auto &op) { setAttributes(state, op, node); },
               node.operation);
    setRange(state, node);
    if (hasBody(node.operation)) {
      OpBuilder::InsertionGuard guard(builder);
      if (mlir::failed(fill(*state.addRegion(), node.body)))
        return failure();
      builder.create<YieldOp>(at(node.body.yields[0]),
                              lookup(node.body.yields));
    }
    Operation *made = builder.create(state);
    for (auto [result, value] :
         llvm::zip_equal(node.results, made->getResults()))
      values[result.index] = value;
    return mlir::success();
  }

  void setRange(OperationState &state, const Node &node) {
    SmallVector<double> ends;
    for (const Range &range : graph[node.results[0]].ranges)
      ends.append({range.low, range.high});
    if (!ends.empty())
      state.addAttribute(kRangeAttr, builder.getDenseF64ArrayAttr(ends));
  }

  // ---- Attributes ----

  template <typename Op>
  void setAttributes(OperationState &state, const Op &op, const Node &) {
    Op::fields(op, [&](const char *name, const auto &field) {
      state.addAttribute(name, attribute(field));
    });
  }
  void setAttributes(OperationState &state, const network::Splat &op,
                     const Node &) {
    state.addAttribute("value", builder.getF32FloatAttr(float(op.value)));
  }
  void setAttributes(OperationState &state, const network::Constant &op,
                     const Node &node) {
    SmallVector<float> numbers(op.values.begin(), op.values.end());
    state.addAttribute("value",
                       DenseElementsAttr::get(typeOf(node.results[0]),
                                              ArrayRef<float>(numbers)));
  }
  void setAttributes(OperationState &state, const network::Parameter &op,
                     const Node &node) {
    SmallVector<float> numbers(llvm::ArrayRef(tensors.at(op.tensor).values));
    for (float &number : numbers)
      number = op.reciprocal ? 1.0f / number : number;
    state.addAttribute("value",
                       DenseElementsAttr::get(typeOf(node.results[0]),
                                              ArrayRef<float>(numbers)));
  }
  void setAttributes(OperationState &state, const network::Affine &op,
                     const Node &) {
    SmallVector<Attribute> weights, keys;
    for (const std::string &key : op.weights) {
      weights.push_back(attribute(key));
      keys.push_back(builder.getStringAttr(key));
    }
    keys.push_back(builder.getStringAttr(op.bias));
    state.addAttribute("weights", builder.getArrayAttr(weights));
    state.addAttribute("bias", attribute(op.bias));
    state.addAttribute(kKeysAttr, builder.getArrayAttr(keys));
  }
  /// The dialect's sequences come before the states.
  void setAttributes(OperationState &state, const network::Scan &op,
                     const Node &node) {
    if (op.count > 0)
      state.addAttribute("count", builder.getI64IntegerAttr(op.count));
    auto states = static_cast<int32_t>(op.states);
    auto operands = static_cast<int32_t>(node.inputs.size());
    auto results = static_cast<int32_t>(node.results.size());
    std::rotate(state.operands.begin(), state.operands.begin() + states,
                state.operands.end());
    state.addAttribute("operandSegmentSizes", builder.getDenseI32ArrayAttr(
                                                  {operands - states, states}));
    state.addAttribute("resultSegmentSizes", builder.getDenseI32ArrayAttr(
                                                 {states, results - states}));
  }

  Attribute attribute(double field) { return builder.getF64FloatAttr(field); }
  Attribute attribute(int64_t field) {
    return builder.getI64IntegerAttr(field);
  }
  Attribute attribute(const std::vector<double> &field) {
    return builder.getDenseF64ArrayAttr(field);
  }
  Attribute attribute(const std::string &key) {
    const Tensor &tensor = tensors.at(key);
    return DenseElementsAttr::get(
        RankedTensorType::get(tensor.shape, builder.getF32Type()),
        ArrayRef<float>(tensor.values));
  }
  Attribute attribute(network::Function field) {
    return FunctionAttr::get(builder.getContext(),
                             field == network::Function::Sigmoid
                                 ? Function::Sigmoid
                                 : Function::Tanh);
  }
  Attribute attribute(network::Reduction field) {
    return builder.getStringAttr(field == network::Reduction::Mean  ? "mean"
                                 : field == network::Reduction::Sum ? "sum"
                                                                    : "max");
  }
  Attribute attribute(SolverKind field) {
    return SolverMethodAttr::get(builder.getContext(),
                                 field == SolverKind::Fused
                                     ? SolverMethod::Fused
                                     : SolverMethod::ExplicitEuler);
  }

  const Graph &graph;
  const Tensors &tensors;
  OpBuilder builder;
  SmallVector<Value> values; ///< Of the graph's, by index.
};

} // namespace

FailureOr<OwningOpRef<ModuleOp>> dlnet::importGraph(MLIRContext &context,
                                                    const Graph &graph,
                                                    const Tensors &tensors,
                                                    const std::string &symbol) {
  loadLnn(context);
  return Importer(context, graph, tensors).import(symbol);
}
