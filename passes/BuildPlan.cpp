// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The IR has decided everything: groups, buffers, packings. This walks it once.
#include "passes/BuildPlan.h"

#include "passes/Passes.h"
#include "passes/targets/Packing.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using llvm::formatv;
using plan::apply;
using plan::Expr;
using plan::Home;
using plan::Index;
using plan::literal;
using Kind = plan::Expr::Kind;

namespace {

plan::Type typeOf(Value value) {
  return widthOf(value) == 16 ? plan::Type::S16 : plan::Type::S32;
}

// ---- Operations in memory ----

void planOf(BlockSumS16Op op, PlanBuilder &b) {
  int64_t blocks = sizeOf(op.getResult());
  int64_t size = sizeOf(op.getInput()) / blocks;
  b.add(plan::Comment{formatv("{0}: sums of {1} cycles", describe(op), size)});
  b.add(plan::Call{"block_sum",
                   {b.vectorOf(op.getInput()), b.resultOf(op)},
                   {blocks, size},
                   ""});
}

void planOf(DifferenceOp op, PlanBuilder &b) {
  plan::VectorId from = b.vectorOf(op.getInput()), to = b.resultOf(op);
  Index i{"i"};
  b.add(plan::Comment{describe(op)});
  b.add(plan::Store{to, Index::at(0), literal(0)});
  b.loop("i", 1, sizeOf(op.getResult()), [&] {
    b.add(plan::Store{to, i,
                      apply(Kind::Subtract, {plan::element(from, i),
                                             plan::element(from, i + -1)})});
  });
}

void planOf(StackOp op, PlanBuilder &b) {
  int64_t rows = op.getResult().getType().getDimSize(0);
  int64_t width = op.getResult().getType().getDimSize(1);
  int64_t filled = op.getColumns().size();
  b.add(plan::Comment{formatv("{0}: {1} columns a row", describe(op), width)});
  b.loop("i", 0, rows, [&] {
    for (int64_t c = 0; c < width; ++c)
      b.add(plan::Store{b.resultOf(op),
                        {"i", width, c},
                        c < filled ? b.element(op.getColumns()[c], {"i"})
                                   : literal(0)});
  });
}

void planOf(MatvecS8Op op, PlanBuilder &b) {
  Packing packing = *op.getPacking();
  auto form = static_cast<cost::ProductForm>(packing);
  auto elements = integerElements(op.getWeights());
  plan::Product product{static_cast<unsigned>(packing),
                        op.getUnroll(),
                        sizeOf(op.getResult()),
                        sizeOf(op.getInput()),
                        {elements.begin(), elements.end()}};
  cost::PackedWeights packed = cost::packWeights(
      product.rows, product.columns, product.weights, form, product.unrolled);
  bool sparse = isSparse(packing), loops = !op.getUnroll();
  plan::Call call{("matvec_" + stringifyPacking(packing)).str(), {}, {}, ""};
  call.vectors.push_back(b.table("weights", plan::Type::U32,
                                 {packed.words.begin(), packed.words.end()}));
  if (sparse && loops)
    call.vectors.push_back(b.table(
        "blocks", plan::Type::U8, {packed.blocks.begin(), packed.blocks.end()}));
  call.vectors.push_back(b.vectorOf(op.getInput()));
  call.vectors.push_back(b.resultOf(op));
  // As many counts as the kernel has loops.
  if (!sparse)
    call.counts.push_back(packed.rowBlocks);
  if (loops)
    call.counts.push_back(sparse ? packed.rowPairs : packed.columnPairs);
  call.note =
      formatv("{0}, {1}x{2}", describe(op), product.rows, product.columns);
  call.product = std::move(product);
  b.add(std::move(call));
}

void planOf(ScanOp op, PlanBuilder &b) {
  plan::VectorId state = b.resultOf(op);
  std::string t = formatv("t{0}", b.scans.size());
  b.add(plan::Comment{describe(op)});
  if (op.getInit().getDefiningOp<ConstantOp>() ||
      b.vectorOf(op.getInit()) != state)
    b.move(op.getInit(), state);
  b.loop(t, 0, op.getTripCount(), [&] {
    b.scans.push_back(op);
    if (auto row = op.getRow())
      b.add(plan::Point{
          b.rowOf(op), b.vectorOf(op.getSequence()), {t, sizeOf(*row), 0}});
    b.addParts(op.getBody().front());
    if (b.vectorOf(op.getNextState()) != state)
      b.move(op.getNextState(), state);
    b.scans.pop_back();
  });
}

/// The loop of a group as one from knot to knot around one over the elements
/// between them.
void planInterpolated(FusedOp op, InterpolateS32Op any, PlanBuilder &b) {
  auto interpolations = op.getBody().getOps<InterpolateS32Op>();
  b.scope([&] {
    SmallVector<int64_t> values, growths;
    for (auto each : interpolations) {
      values.push_back(b.define(
          each.getResult(),
          apply(Kind::Multiply,
                {plan::element(b.vectorOf(each.getKnots()), Index::at(0)),
                 literal(each.getStep())}),
          /*grows=*/true));
    }
    b.add(plan::Count{"i", /*starts=*/true});
    b.loop("knot", 0, sizeOf(any.getKnots()) - 1, [&] {
      for (auto each : interpolations) {
        plan::VectorId knots = b.vectorOf(each.getKnots());
        Index knot{"knot"};
        growths.push_back(
            b.define({}, apply(Kind::Subtract, {plan::element(knots, knot + 1),
                                                plan::element(knots, knot)})));
      }
      b.loop("j", 0, any.getStep(), [&] {
        for (auto [value, growth] : llvm::zip(values, growths))
          b.add(plan::Grow{value, plan::variable(growth)});
        b.addElement(op, {"i"});
        b.add(plan::Count{"i", /*starts=*/false});
      });
    });
  });
}

void planOf(FusedOp op, PlanBuilder &b) {
  int64_t size = sizeOf(op.getResult(0));
  auto interpolations = op.getBody().getOps<InterpolateS32Op>();
  if (!interpolations.empty())
    planInterpolated(op, *interpolations.begin(), b);
  else if (size == 1)
    b.scope([&] { b.addElement(op, Index::at(0)); });
  else
    b.loop("i", 0, size, [&] { b.addElement(op, {"i"}); });
}

// ---- Operations in registers ----

/// `sum` and the shifted value. C leaves shifts of negative numbers open, so
/// that it is a product; by 1, -v / 2 rounded up and v, as 2^31 is no int.
Expr shiftedOnto(Expr sum, RoundShiftS32Op op, PlanBuilder &b) {
  Expr input = b.operand(op.getInput());
  if (op.getShift() == 1)
    return apply(Kind::MultiplyHigh, {input, literal(INT32_MIN), input});
  return apply(Kind::MultiplyHigh,
               {input, literal(int64_t(1) << (32 - op.getShift())), sum});
}

Expr planOf(HighByteOp op, PlanBuilder &b) {
  return apply(Kind::HighByte, {b.operand(op.getInput())});
}

Expr planOf(RequantizeOp op, PlanBuilder &b) {
  Expr input = b.operand(op.getInput());
  if (op.getShift() != 0)
    input =
        apply(Kind::Multiply, {input, literal(int64_t(1) << op.getShift())});
  Expr sum = b.perRow("bias", op.getBias());
  if (op.getAddend()) {
    Expr addend = b.operand(op.getAddend());
    sum = sum.kind == Kind::Literal && sum.number == 0
              ? addend
              : apply(Kind::Add, {addend, sum});
  }
  Expr value = apply(Kind::MultiplyHigh,
                     {input, b.perRow("multiplier", op.getMultiplier()), sum});
  return widthOf(op.getResult()) == 16 ? apply(Kind::Saturate, {value}) : value;
}

Expr planOf(LutS16Op op, PlanBuilder &b) {
  return plan::lookup(
      b.table("table", plan::Type::S16, {op.getTable().begin(), op.getTable().end()}),
      op.getIndexBits(), b.operand(op.getInput()));
}

template <typename Op> Expr binary(Kind kind, Op op, PlanBuilder &b) {
  return apply(kind, {b.operand(op.getLhs()), b.operand(op.getRhs())});
}
Expr planOf(AddS32Op op, PlanBuilder &b) { return binary(Kind::Add, op, b); }
Expr planOf(SubS32Op op, PlanBuilder &b) { return binary(Kind::Subtract, op, b); }
Expr planOf(MulS32Op op, PlanBuilder &b) { return binary(Kind::Multiply, op, b); }

Expr planOf(ScaleS32Op op, PlanBuilder &b) {
  return apply(Kind::Multiply,
               {b.operand(op.getInput()), literal(op.getFactor())});
}

Expr planOf(RoundShiftS32Op op, PlanBuilder &b) {
  return op.getShift() == 0 ? b.operand(op.getInput())
                            : shiftedOnto(literal(0), op, b);
}

Expr planOf(ClampS32Op op, PlanBuilder &b) {
  Expr input = b.operand(op.getInput());
  if (op.getMin() == INT16_MIN && op.getMax() == INT16_MAX)
    return apply(Kind::Saturate, {input});
  if (op.getMin() == 0 && op.getMax() == INT16_MAX)
    return apply(Kind::Positive, {input});
  return apply(Kind::Clamp,
               {input, literal(op.getMin()), literal(op.getMax())});
}

Expr planOf(EulerStepS16Op op, PlanBuilder &b) {
  Expr state = b.operand(op.getState());
  auto shift = op.getDelta().getDefiningOp<RoundShiftS32Op>();
  return apply(Kind::Saturate,
               {shift && isPartOfSteps(shift)
                    ? shiftedOnto(state, shift, b)
                    : apply(Kind::Add, {state, b.operand(op.getDelta())})});
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

plan::VectorId PlanBuilder::vector(Home home, plan::Type type, std::string name) {
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
    if (isa<ConstantOp, LastOp>(op))
      continue; // Neither has code of its own.
    unsigned number = built.operations.size();
    built.operations.push_back(&op);
    add(plan::Part{number, collect([&] {
                     llvm::TypeSwitch<Operation *>(&op)
                         .Case<BlockSumS16Op, DifferenceOp, StackOp, ScanOp,
                               MatvecS8Op, FusedOp>(
                             [&](auto op) { planOf(op, *this); });
                   })});
  }
}

void PlanBuilder::move(Value from, plan::VectorId to) {
  int64_t size = sizeOf(from);
  auto store = [&](Index at) { add(plan::Store{to, at, element(from, at)}); };
  // By two elements, which compilers join to words where they may.
  if (size > 1)
    loop(
        "i", 0, size / 2 * 2,
        [&] {
          store({"i"});
          store(Index{"i"} + 1);
          add(plan::KeepLoop{});
        },
        2);
  if (size % 2 != 0)
    store(Index::at(size - 1));
}

void PlanBuilder::addElement(FusedOp op, Index at) {
  index = std::move(at);
  for (Operation &inner : op.getBody().front().without_terminator()) {
    if (isa<InterpolateS32Op>(inner))
      continue; // has its variable already
    if (auto shift = dyn_cast<RoundShiftS32Op>(inner);
        shift && isPartOfSteps(shift))
      continue;
    define(inner.getResult(0),
           llvm::TypeSwitch<Operation *, Expr>(&inner)
               .Case<HighByteOp, RequantizeOp, LutS16Op, AddS32Op, SubS32Op,
                     MulS32Op, ScaleS32Op, RoundShiftS32Op, ClampS32Op,
                     EulerStepS16Op>([&](auto op) { return planOf(op, *this); }));
  }
  for (auto [i, value] :
       llvm::enumerate(op.getBody().front().getTerminator()->getOperands()))
    add(plan::Store{resultOf(op, i), index, operand(value)});
}

std::string dlnet::lnn::describe(Operation *op) {
  if (auto name = dyn_cast<NameLoc>(op->getLoc()))
    return name.getName().str();
  return op->getName().stripDialect().str();
}

bool dlnet::lnn::isPartOfSteps(RoundShiftS32Op op) {
  return op.getShift() > 1 &&
         llvm::all_of(op->getUsers(), llvm::IsaPred<EulerStepS16Op>);
}

BuiltPlan dlnet::lnn::buildPlan(ModelOp model) {
  return PlanBuilder(model).build();
}
