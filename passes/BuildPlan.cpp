// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The IR has decided everything: groups, buffers, packings. This walks it once;
// the operations know their C (passes/operations).
#include "passes/BuildPlan.h"

#include "passes/OutputPorts.h"
#include "passes/Passes.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using llvm::formatv;
using plan::Expr;
using plan::Home;
using plan::Index;
using plan::literal;

namespace {

plan::Type typeOf(Value value) {
  return widthOf(value) == 16 ? plan::Type::S16 : plan::Type::S32;
}

} // namespace

PlanBuilder::PlanBuilder(ModelOp model)
    : model(model), block(&built.plan.body) {
  if (hasOwnPorts(model)) {
    // Products read pairs.
    for (auto [port, argument] :
         llvm::zip(model.getInputPorts(), model.getBody().getArguments())) {
      auto type = cast<RankedTensorType>(argument.getType());
      int64_t count =
          isStreamed(type) ? type.getDimSize(1) : type.getNumElements();
      built.plan.inputs.push_back(
          {port.getName().str(), plan::Type::S16, (count + 1) / 2 * 2});
    }
  } else {
    built.plan.windowSize = model.getWindowSize();
    built.plan.readsAge = model.getAge() != nullptr;
  }
  for (auto buffer :
       model->getAttrOfType<ArrayAttr>(kArenaAttr).getAsRange<DictionaryAttr>())
    built.plan.buffers.push_back(
        {buffer.getAs<StringAttr>("name").str(),
         buffer.getAs<IntegerAttr>("width").getInt() == 16 ? plan::Type::S16
                                                           : plan::Type::S32,
         buffer.getAs<IntegerAttr>("elements").getInt()});
}

BuiltPlan PlanBuilder::build() {
  if (model.isStream()) {
    ScanOp scan = model.getStreamScan();
    built.plan.reset = collect([&] {
      for (auto [index, init] : llvm::enumerate(scan.getInits()))
        moveTo(resultOf(scan, index), init);
    });
    addParts(scan.getBody().front());
    endStep(scan, "");
  } else {
    addParts(model.getBody().front());
    for (auto [value, port] :
         llvm::zip(model.getReturned(), model.getOutputPorts()))
      moveTo(outputVector(port), value);
  }
  built.plan.parts = built.operations.size();
  return std::move(built);
}

plan::VectorId PlanBuilder::vector(Home home, plan::Type type,
                                   std::string name) {
  auto [it, isNew] = byName.try_emplace(name, built.plan.vectors.size());
  if (isNew)
    built.plan.vectors.push_back({home, type, std::move(name)});
  return it->second;
}

plan::VectorId PlanBuilder::resultOf(Operation *op, unsigned result) {
  StringRef buffer =
      cast<StringAttr>(op->getAttrOfType<ArrayAttr>(kBuffersAttr)[result]);
  bool isOutput = llvm::any_of(model.getOutputPorts(), [&](PortAttr port) {
    return port.getName() == buffer;
  });
  return vector(isOutput ? Home::Parameter : Home::State,
                typeOf(op->getResult(result)), buffer.str());
}

plan::VectorId PlanBuilder::outputVector(PortAttr port) {
  return vector(Home::Parameter, plan::Type::S16, port.getName().str());
}

plan::VectorId PlanBuilder::inputVector(BlockArgument argument) {
  if (!hasOwnPorts(model))
    return argument == model.getWindow()
               ? vector(Home::State, plan::Type::S16, kWindowBuffer.str())
               : vector(Home::Scalar, plan::Type::S16, "age");
  PortAttr port = model.getInputPorts()[argument.getArgNumber()];
  return vector(Home::State, plan::Type::S16, port.getName().str());
}

plan::VectorId PlanBuilder::rowVector(ScanOp op, unsigned index, bool writes) {
  size_t depth = llvm::find(scans, op) - scans.begin();
  std::string name = writes ? "out" : "row";
  if (depth != 0)
    name += std::to_string(depth);
  if (index != 0)
    name += formatv("_{0}", index);
  return vector(Home::Row, plan::Type::S16, name);
}

plan::VectorId PlanBuilder::vectorOf(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    Operation *owner = argument.getOwner()->getParentOp();
    if (owner == model)
      return inputVector(argument);
    auto scan = cast<ScanOp>(owner);
    unsigned index = argument.getArgNumber(), rows = scan.getRows().size();
    if (index >= rows)
      return resultOf(scan, index - rows);
    // A stream's rows are its inputs.
    return isStreamed(scan.getSequences()[index].getType())
               ? inputVector(cast<BlockArgument>(scan.getSequences()[index]))
               : rowVector(scan, index);
  }
  if (auto constant = value.getDefiningOp<ConstantOp>()) {
    auto values = integerElements(constant.getValue());
    return table("constant", typeOf(value), {values.begin(), values.end()});
  }
  return resultOf(value.getDefiningOp(),
                  cast<OpResult>(value).getResultNumber());
}

plan::VectorId PlanBuilder::table(StringRef kind, plan::Type type,
                                  std::vector<int64_t> values) {
  auto [it, isNew] =
      tables.try_emplace({type, values}, built.plan.vectors.size());
  if (isNew)
    built.plan.vectors.push_back(
        {Home::Table, type, formatv("{0}{1}", kind, tableCounts[kind.str()]++),
         std::move(values)});
  return it->second;
}

Expr PlanBuilder::element(Value value, const Index &at) {
  if (auto it = registers.find(value); it != registers.end())
    return plan::variable(it->second);
  Operation *op = value.getDefiningOp();
  if (isNewestElement(op)) {
    Value input = cast<LastOp>(op).getInput();
    return plan::element(vectorOf(input), Index::at(sizeOf(input) - 1));
  }
  if (auto constant = dyn_cast_or_null<ConstantOp>(op))
    if (auto values = integerElements(constant.getValue());
        llvm::all_equal(values))
      return literal(values.front());
  return plan::element(vectorOf(value), sizeOf(value) == 1 ? Index::at(0) : at);
}

Expr PlanBuilder::perRow(StringRef kind, ArrayRef<int32_t> values) {
  if (llvm::all_equal(values))
    return literal(values.front());
  bool narrow = llvm::all_of(
      values, [](int32_t v) { return v >= INT16_MIN && v <= INT16_MAX; });
  return plan::element(table(kind, narrow ? plan::Type::S16 : plan::Type::S32,
                             {values.begin(), values.end()}),
                       index);
}

int64_t PlanBuilder::define(Value result, Expr value, bool grows) {
  int64_t variable = variables++;
  if (result)
    registers[result] = variable;
  add(plan::Define{variable, std::move(value), grows});
  return variable;
}

plan::Block PlanBuilder::collect(llvm::function_ref<void()> body) {
  plan::Block inner;
  plan::Block *outer = std::exchange(block, &inner);
  body();
  block = outer;
  return inner;
}

void PlanBuilder::loop(const std::string &counter, int64_t from, int64_t to,
                       llvm::function_ref<void()> body, int64_t step) {
  add(plan::Loop{counter, from, to, step, collect(body)});
}

void PlanBuilder::scope(llvm::function_ref<void()> body) {
  add(plan::Scope{collect(body)});
}

void PlanBuilder::move(plan::VectorId to, Value from) {
  int64_t size = sizeOf(from);
  auto store = [&](const Index &at) {
    add(plan::Store{to, at, element(from, at)});
  };
  // By two elements, which compilers join to words where they may.
  auto storePair = [&] {
    store({"i"});
    store(Index{"i"} + 1);
    add(plan::KeepLoop{});
  };
  if (size > 1)
    loop("i", 0, size / 2 * 2, storePair, 2);
  if (size % 2 != 0)
    store(Index::at(size - 1));
}

void PlanBuilder::moveTo(plan::VectorId to, Value from) {
  Operation *op = from.getDefiningOp();
  if (isa_and_nonnull<ConstantOp>(op) || isNewestElement(op) ||
      vectorOf(from) != to)
    move(to, from);
}

void PlanBuilder::endStep(ScanOp op, const std::string &counter) {
  // States that are overwritten in place may be among the rows.
  for (auto [i, row] : llvm::enumerate(op.getOutputRows())) {
    Value output = op.getOutputs()[i];
    if (isStreamed(output.getType())) {
      moveTo(outputVector(outputPortOf(output)), row);
      continue;
    }
    plan::VectorId to = rowVector(op, i, /*writes=*/true);
    plan::VectorId from = vectorOf(output);
    scope([&, value = row] {
      add(plan::Point{to,
                      from,
                      {counter, columnsOf(output), 0},
                      /*writes=*/true});
      move(to, value);
    });
  }
  const auto order = orderOfMoves(op);
  for (unsigned index : *order)
    moveTo(resultOf(op, index), op.getNextStates()[index]);
}

void PlanBuilder::addParts(Block &region) {
  for (Operation &op : region.without_terminator()) {
    unsigned number = built.operations.size();
    built.operations.push_back(&op);
    plan::Block body =
        collect([&] { cast<IntegerOpInterface>(op).addToPlan(*this); });
    if (body.empty())
      built.operations.pop_back(); // It is where it is read, as constants are.
    else
      add(plan::Part{number, std::move(body)});
  }
}

std::string dlnet::lnn::describe(Operation *op) {
  if (auto name = dyn_cast<NameLoc>(op->getLoc()))
    return name.getName().str();
  return op->getName().stripDialect().str();
}

BuiltPlan dlnet::lnn::buildPlan(ModelOp model) {
  return PlanBuilder(model).build();
}
