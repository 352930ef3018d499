// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The IR has decided everything: groups, buffers, packings. This walks it once;
// the operations know their C (passes/operations).
#include "passes/BuildPlan.h"

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
  built.plan.windowSize = model.getWindowSize();
  built.plan.readsAge = model.getAge() != nullptr;
  for (auto buffer :
       model->getAttrOfType<ArrayAttr>(kArenaAttr).getAsRange<DictionaryAttr>())
    built.plan.buffers.push_back(
        {buffer.getAs<StringAttr>("name").str(),
         buffer.getAs<IntegerAttr>("width").getInt() == 16 ? plan::Type::S16
                                                           : plan::Type::S32,
         buffer.getAs<IntegerAttr>("elements").getInt()});
}

BuiltPlan PlanBuilder::build() {
  addParts(model.getBody().front());
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
  return vector(buffer == kForecastBuffer ? Home::Parameter : Home::State,
                typeOf(op->getResult(result)), buffer.str());
}

plan::VectorId PlanBuilder::rowOf(ScanOp op) {
  size_t depth = llvm::find(scans, op) - scans.begin();
  return vector(Home::Row, typeOf(*op.getRow()),
                depth == 0 ? "row" : formatv("row{0}", depth).str());
}

plan::VectorId PlanBuilder::vectorOf(Value value) {
  if (value == model.getWindow())
    return vector(Home::State, plan::Type::S16, kWindowBuffer.str());
  if (value == model.getAge())
    return vector(Home::Scalar, plan::Type::S16, "age");
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto scan = cast<ScanOp>(argument.getOwner()->getParentOp());
    return scan.getRow() == argument ? rowOf(scan) : resultOf(scan);
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
  if (auto last = dyn_cast_or_null<LastOp>(op))
    return plan::element(vectorOf(last.getInput()),
                         Index::at(sizeOf(last.getInput()) - 1));
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
