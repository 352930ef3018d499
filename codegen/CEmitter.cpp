// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One overload for each integer-level operation, over an indented stream. The
// IR has decided everything: groups, buffers, packings; this file only spells.
#include "codegen/CEmitter.h"

#include "codegen/Kernels.h"
#include "codegen/Packing.h"
#include "codegen/Tables.h"
#include "codegen/Templates.h"
#include "passes/Emitted.h"
#include "passes/Passes.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::codegen;
using llvm::formatv;

namespace {

/// A 32-bit literal that is an int in C.
std::string literal(int64_t value) {
  return value == INT32_MIN ? "(-2147483647 - 1)" : std::to_string(value);
}

/// What the location says of an operation: the name of its weights.
std::string describe(Operation *op) {
  if (auto name = dyn_cast<NameLoc>(op->getLoc()))
    return name.getName().str();
  return op->getName().stripDialect().str();
}

class CEmitter {
public:
  CEmitter(ModelOp model, const EmitOptions &options)
      : model(model), options(options), name(options.name),
        upper(StringRef(options.name).upper()),
        tables(options.name, options.place), os(body) {}

  EmittedC emit() {
    indent = 1;
    use(Kernel::Positive); // by what is pushed
    emitBlock(model.getBody().front());
    EmittedC result;
    result.tableBytes = tables.bytes();
    result.tableRamBytes = options.place == Place::Ram ? tables.bytes() : 0;
    result.stateBytes = lnn::stateBytes(model);
    // Of the texts with no digest in them, so that it has a place there.
    result.digest = Digest(header(result) + source(result));
    result.header = header(result);
    result.source = source(result);
    return result;
  }

private:
  // ---- The indented stream ----

  template <typename... Args> void line(const char *format, Args &&...args) {
    os << std::string(4 * indent, ' ')
       << formatv(format, std::forward<Args>(args)...) << "\n";
  }
  void open(const Twine &head) {
    std::string text = head.str();
    os << std::string(4 * indent, ' ') << text << (text.empty() ? "{" : " {")
       << "\n";
    ++indent;
  }
  void close() {
    --indent;
    line("}");
  }

  // ---- Where values are ----

  std::string bufferOf(Operation *op, unsigned result) {
    StringRef buffer =
        cast<StringAttr>(op->getAttrOfType<ArrayAttr>(kBuffersAttr)[result]);
    return buffer == kForecastBuffer ? buffer.str() : "state->" + buffer.str();
  }

  /// The C expression of a vector in memory, to which an index may be added.
  std::string pointer(Value value) {
    if (value == model.getWindow())
      return "state->" + kWindowBuffer.str();
    if (value == model.getAge())
      return "(&state->age)";
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      auto scan = cast<ScanOp>(argument.getOwner()->getParentOp());
      if (scan.getRow() == argument)
        return "row";
      return bufferOf(scan, 0);
    }
    Operation *op = value.getDefiningOp();
    if (auto constant = dyn_cast<ConstantOp>(op))
      return constantTable(constant);
    return bufferOf(op, cast<OpResult>(value).getResultNumber());
  }

  std::string constantTable(ConstantOp op) {
    auto values = integerElements(op.getValue());
    if (widthOf(op.getResult()) == 16)
      return tables.add("constant",
                        ArrayRef(llvm::to_vector_of<int16_t>(values)));
    return tables.add("constant",
                      ArrayRef(llvm::to_vector_of<int32_t>(values)));
  }

  /// Element `index` of an operand of an elementwise operation.
  std::string scalar(Value value, StringRef index) {
    if (auto it = scalars.find(value); it != scalars.end())
      return it->second;
    if (value == model.getAge())
      return "state->age";
    Operation *op = value.getDefiningOp();
    if (auto last = dyn_cast_or_null<LastOp>(op))
      return formatv("{0}[{1}]", pointer(last.getInput()),
                     sizeOf(last.getInput()) - 1);
    if (auto constant = dyn_cast_or_null<ConstantOp>(op))
      if (auto values = integerElements(constant.getValue());
          llvm::all_equal(values))
        return literal(values.front());
    return formatv("{0}[{1}]", pointer(value),
                   sizeOf(value) == 1 ? "0" : index);
  }

  /// A multiplier or a bias: a literal when it is the same for every row.
  std::string perRow(StringRef kind, ArrayRef<int32_t> values,
                     StringRef index) {
    RowForm form = rowForm(values);
    if (form == RowForm::Literal)
      return literal(values.front());
    return formatv(
        "{0}[{1}]",
        form == RowForm::Int16
            ? tables.add(kind, ArrayRef(llvm::to_vector_of<int16_t>(values)))
            : tables.add(kind, values),
        index);
  }

  void use(Kernel kernel) { kernels.common.insert(kernel); }

  // ---- Operations in memory ----

  void emitBlock(Block &block) {
    for (Operation &op : block.without_terminator())
      llvm::TypeSwitch<Operation *>(&op)
          .Case<BlockSumS16Op, DifferenceOp, StackOp, ScanOp, MatvecS8Op,
                FusedOp>([&](auto op) { emit(op); })
          .Case<ConstantOp, LastOp>([](auto) {});
  }

  void emit(BlockSumS16Op op) {
    use(Kernel::BlockSum);
    int64_t blocks = sizeOf(op.getResult());
    line("/* {0}: sums of {1} cycles */", describe(op),
         sizeOf(op.getInput()) / blocks);
    line("dln_block_sum({0}, {1}, {2}u, {3}u);", pointer(op.getInput()),
         pointer(op.getResult()), blocks, sizeOf(op.getInput()) / blocks);
  }

  void emit(DifferenceOp op) {
    std::string in = pointer(op.getInput()), out = pointer(op.getResult());
    line("/* {0} */", describe(op));
    line("{0}[0] = 0;", out);
    open(formatv("for (i = 1; i < {0}u; ++i)", sizeOf(op.getResult())));
    line("{0}[i] = {1}[i] - {1}[i - 1u];", out, in);
    close();
  }

  void emit(StackOp op) {
    int64_t columns = op.getResult().getType().getDimSize(1);
    std::string out = pointer(op.getResult());
    line("/* {0}: {1} columns a row */", describe(op), columns);
    open(formatv("for (i = 0; i < {0}u; ++i)",
                 op.getResult().getType().getDimSize(0)));
    for (int64_t c = 0; c < columns; ++c)
      line("{0}[{1}u * i + {2}u] = {3};", out, columns, c,
           c < static_cast<int64_t>(op.getColumns().size())
               ? scalar(op.getColumns()[c], "i")
               : "0");
    close();
  }

  void emit(MatvecS8Op op) {
    Packing packing = *op.getPacking();
    PackedWeights packed =
        packWeights(op.getWeights(), packing, op.getUnroll());
    std::string arguments = tables.add("weights", ArrayRef(packed.words));
    if (isSparse(packing) && !op.getUnroll())
      arguments += ", " + tables.add("blocks", ArrayRef(packed.blocks));
    arguments +=
        formatv(", {0}, {1}", pointer(op.getInput()), pointer(op.getResult()));
    line("{0}({1}{2}); /* {3}, {4}x{5} */", useKernel(op, packed), arguments,
         loopCounts(op, packed), describe(op), sizeOf(op.getResult()),
         sizeOf(op.getInput()));
  }

  /// Uses the kernel of a product; its name.
  std::string useKernel(MatvecS8Op op, const PackedWeights &packed) {
    Packing packing = *op.getPacking();
    std::string name = ("matvec_" + stringifyPacking(packing)).str();
    Kernel loop = kernelOf(packing);
    if (!op.getUnroll()) {
      use(loop);
      return "dln_" + name;
    }
    if (!isSparse(packing)) {
      kernels.unrolled.insert({loop, packed.columnPairs});
      return formatv("dln_{0}_{1}", name, packed.columnPairs);
    }
    StraightKernel kernel{loop, packed.rowPairs, packed.blocks};
    auto it = llvm::find(kernels.straight, kernel);
    size_t number = it - kernels.straight.begin();
    if (it == kernels.straight.end())
      kernels.straight.push_back(std::move(kernel));
    return formatv("{0}_{1}_{2}", this->name, name, number);
  }

  /// The arguments for as many loops as its kernel has.
  static std::string loopCounts(MatvecS8Op op, const PackedWeights &packed) {
    if (isSparse(*op.getPacking()))
      return op.getUnroll() ? "" : formatv(", {0}u", packed.rowPairs).str();
    std::string rows = formatv(", {0}u", packed.rowBlocks);
    return op.getUnroll() ? rows
                          : rows + formatv(", {0}u", packed.columnPairs).str();
  }

  void emit(ScanOp op) {
    std::string state = bufferOf(op, 0), t = formatv("t{0}", depth++);
    line("/* {0} */", describe(op));
    bool inPlace = !op.getInit().getDefiningOp<ConstantOp>() &&
                   pointer(op.getInit()) == state;
    if (!inPlace)
      emitMove(op.getInit(), state);
    loopVariables.insert(t);
    open(formatv("for ({0} = 0; {0} < {1}u; ++{0})", t, op.getTripCount()));
    if (auto row = op.getRow())
      line("const int16_t *const row = &{0}[{1}u * {2}];",
           pointer(op.getSequence()), sizeOf(*row), t);
    emitBlock(op.getBody().front());
    std::string next = pointer(op.getNextState());
    if (next != state)
      emitMove(op.getNextState(), state);
    close();
    --depth;
  }

  /// Copies or clears a state by two elements, which compilers join to words
  /// where they may.
  void emitMove(Value from, const std::string &to) {
    int64_t size = sizeOf(from);
    if (size > 1) {
      open(formatv("for (i = 0; i < {0}u; i += 2u)", size / 2 * 2));
      line("{0}[i] = {1};", to, scalar(from, "i"));
      line("{0}[i + 1u] = {1};", to, scalar(from, "i + 1u"));
      line("dln_keep_loop();");
      close();
    }
    if (size % 2 != 0)
      line("{0}[{1}] = {2};", to, size - 1,
           scalar(from, std::to_string(size - 1)));
  }

  void emit(FusedOp op) {
    int64_t size = sizeOf(op.getResult(0));
    auto interpolations = op.getBody().getOps<InterpolateS32Op>();
    if (!interpolations.empty())
      return emitInterpolated(op, *interpolations.begin());
    if (size == 1)
      open("");
    else
      open(formatv("for (i = 0; i < {0}u; ++i)", size));
    emitElement(op, size == 1 ? "0" : "i");
    close();
  }

  /// The loop of a group as one from knot to knot around one over the elements
  /// between them.
  void emitInterpolated(FusedOp op, InterpolateS32Op any) {
    open("");
    line("uint32_t knot, j;");
    for (auto inner : op.getBody().getOps<InterpolateS32Op>()) {
      std::string variable = formatv("v{0}", variables++);
      line("int32_t {0} = {1}[0] * {2};", variable, pointer(inner.getKnots()),
           inner.getStep());
      scalars[inner.getResult()] = variable;
    }
    line("i = 0;");
    open(formatv("for (knot = 0; knot < {0}u; ++knot)",
                 sizeOf(any.getKnots()) - 1));
    for (auto inner : op.getBody().getOps<InterpolateS32Op>())
      line("const int32_t d{0} = {1}[knot + 1u] - {1}[knot];",
           scalars[inner.getResult()], pointer(inner.getKnots()));
    open(formatv("for (j = 0; j < {0}u; ++j)", any.getStep()));
    for (auto inner : op.getBody().getOps<InterpolateS32Op>())
      line("{0} += d{0};", scalars[inner.getResult()]);
    emitElement(op, "i");
    line("++i;");
    close();
    close();
    close();
  }

  /// Element `index` of a group's results.
  void emitElement(FusedOp op, StringRef index) {
    for (Operation &inner : op.getBody().front().without_terminator()) {
      if (isa<InterpolateS32Op>(inner))
        continue; // has its variable already
      if (auto shift = dyn_cast<RoundShiftS32Op>(inner);
          shift && isPartOfSteps(shift))
        continue;
      std::string expression =
          llvm::TypeSwitch<Operation *, std::string>(&inner)
              .Case<HighByteOp, RequantizeOp, LutS16Op, AddS32Op, SubS32Op,
                    MulS32Op, ScaleS32Op, RoundShiftS32Op, ClampS32Op,
                    EulerStepS16Op>([&](auto op) { return spell(op, index); });
      std::string variable = formatv("v{0}", variables++);
      line("const int32_t {0} = {1};", variable, expression);
      scalars[inner.getResult(0)] = variable;
    }
    for (auto [i, value] :
         llvm::enumerate(op.getBody().front().getTerminator()->getOperands()))
      line(widthOf(value) == 16 ? "{0}[{1}] = (int16_t){2};"
                                : "{0}[{1}] = {2};",
           bufferOf(op, i), index, scalar(value, index));
  }

  // ---- Operations in registers ----

  std::string spell(HighByteOp op, StringRef i) {
    use(Kernel::SignedByte);
    return formatv("dln_s8((uint32_t){0} >> 8)", scalar(op.getInput(), i));
  }

  std::string spell(RequantizeOp op, StringRef i) {
    use(Kernel::MultiplyHigh);
    std::string input = scalar(op.getInput(), i);
    if (op.getShift() != 0)
      input = formatv("{0} * {1}", input, int64_t(1) << op.getShift());
    std::string sum = perRow("bias", op.getBias(), i);
    if (op.getAddend()) {
      std::string addend = scalar(op.getAddend(), i);
      sum = sum == "0" ? addend : formatv("{0} + {1}", addend, sum).str();
    }
    std::string value =
        formatv("dln_multiply_high({0}, {1}, {2})", input,
                perRow("multiplier", op.getMultiplier(), i), sum);
    return widthOf(op.getResult()) == 16 ? saturated(value) : value;
  }

  std::string saturated(const std::string &value) {
    use(Kernel::Saturate);
    return formatv("dln_saturate16({0})", value);
  }

  std::string spell(LutS16Op op, StringRef i) {
    use(Kernel::MultiplyHigh);
    use(Kernel::Lookup);
    return formatv("dln_lookup({0}, {1}u, {2})",
                   tables.add("table", op.getTable()), op.getIndexBits(),
                   scalar(op.getInput(), i));
  }

  template <typename Op>
  std::string infix(Op op, StringRef i, const char *sign) {
    return formatv("{0} {1} {2}", scalar(op.getLhs(), i), sign,
                   scalar(op.getRhs(), i));
  }
  std::string spell(AddS32Op op, StringRef i) { return infix(op, i, "+"); }
  std::string spell(SubS32Op op, StringRef i) { return infix(op, i, "-"); }
  std::string spell(MulS32Op op, StringRef i) { return infix(op, i, "*"); }

  std::string spell(ScaleS32Op op, StringRef i) {
    return formatv("{0} * {1}", scalar(op.getInput(), i),
                   literal(op.getFactor()));
  }

  std::string spell(RoundShiftS32Op op, StringRef i) {
    if (op.getShift() == 0)
      return scalar(op.getInput(), i);
    return shiftedOnto("0", op, i);
  }

  std::string spell(ClampS32Op op, StringRef i) {
    std::string input = scalar(op.getInput(), i);
    if (op.getMin() == INT16_MIN && op.getMax() == INT16_MAX)
      return saturated(input);
    if (op.getMin() == 0 && op.getMax() == INT16_MAX) {
      use(Kernel::Positive);
      return formatv("dln_positive16({0})", input);
    }
    use(Kernel::Clamp);
    return formatv("dln_clamp({0}, {1}, {2})", input, literal(op.getMin()),
                   literal(op.getMax()));
  }

  std::string spell(EulerStepS16Op op, StringRef i) {
    if (auto shift = op.getDelta().getDefiningOp<RoundShiftS32Op>();
        shift && isPartOfSteps(shift))
      return saturated(shiftedOnto(scalar(op.getState(), i), shift, i));
    return saturated(formatv("{0} + {1}", scalar(op.getState(), i),
                             scalar(op.getDelta(), i)));
  }

  /// `sum` and the shifted value. C leaves shifts of negative numbers open, so
  /// that it is a product; by 1, -v / 2 rounded up and v, as 2^31 is no int.
  std::string shiftedOnto(const std::string &sum, RoundShiftS32Op op,
                          StringRef i) {
    use(Kernel::MultiplyHigh);
    std::string input = scalar(op.getInput(), i);
    if (op.getShift() == 1)
      return formatv("dln_multiply_high({0}, {1}, {0})", input,
                     literal(INT32_MIN));
    return formatv("dln_multiply_high({0}, {1}, {2})", input,
                   literal(int64_t(1) << (32 - op.getShift())), sum);
  }

  // ---- The files ----

  SmallVector<DictionaryAttr> arena() {
    return llvm::to_vector(model->getAttrOfType<ArrayAttr>(kArenaAttr)
                               .getAsRange<DictionaryAttr>());
  }

  std::string basisMacros();
  std::string header(const EmittedC &result);
  std::string source(const EmittedC &result);

  ModelOp model;
  const EmitOptions &options;
  std::string name, upper;
  Tables tables;
  std::string body;
  llvm::raw_string_ostream os;
  unsigned indent = 0, depth = 0, variables = 0;
  UsedKernels kernels;
  llvm::DenseMap<Value, std::string> scalars;
  std::set<std::string> loopVariables;
};

std::string CEmitter::basisMacros() {
  if (!options.basis)
    return "";
  const SohBasis &basis = *options.basis;
  auto fixedPoint = [&](double soh) {
    double units = std::ldexp(soh, int(model.getFractionBits()));
    return std::llround(std::clamp(units, 0.0, 32767.0));
  };
  std::string text =
      basis.nominalUah
          ? formatv("#define {0}_BASIS_NOMINAL 1\n"
                    "#define {0}_NOMINAL_UAH {1}u /* capacity that counts as "
                    "SOH 1.0, in uAh */\n",
                    upper, basis.nominalUah)
          : formatv("#define {0}_BASIS_INITIAL 1\n"
                    "#define {0}_INITIAL_CYCLES {1}u /* SOH 1.0: the median "
                    "capacity of the cell's first ones */\n",
                    upper, basis.initialCycles);
  text += formatv("#define {0}_TRAINED_LOW {1} /* least and greatest SOH that "
                  "training saw */\n"
                  "#define {0}_TRAINED_HIGH {2}\n",
                  upper, fixedPoint(basis.trainedLow),
                  fixedPoint(basis.trainedHigh));
  return text;
}

std::string CEmitter::header(const EmittedC &result) {
  Fields fields = commonFields(model, options, result.digest);
  fields.texts.insert({{"basis_macros", basisMacros()},
                       {"tables", std::to_string(result.tableBytes)},
                       {"state", std::to_string(result.stateBytes)},
                       {"bits", std::to_string(model.getFractionBits())},
                       {"window", std::to_string(model.getWindowSize())},
                       {"horizon", std::to_string(model.getHorizonSize())},
                       {"one", std::to_string(1 << model.getFractionBits())}});
  for (const std::string &fact : options.facts)
    fields.sections["facts"].push_back({{{"fact", fact}}, {}});
  auto &members = fields.sections["members"];
  for (DictionaryAttr buffer : arena()) {
    auto number = [&](StringRef entry) {
      return std::to_string(buffer.getAs<IntegerAttr>(entry).getInt());
    };
    members.push_back({{{"width", number("width")},
                        {"buffer", buffer.getAs<StringAttr>("name").str()},
                        {"elements", number("elements")}},
                       {}});
  }
  return apiText("model.h.in", fields);
}

std::string CEmitter::source(const EmittedC &result) {
  Fields fields = commonFields(model, options, result.digest);
  fields.texts.insert(
      {{"kernels", kernelText(kernels, name)},
       {"no_cycles", formatv("0x{0:x-8}u", result.digest.tag())},
       {"tables", tables.text()},
       {"body", body}});
  auto &counters = fields.sections["counters"];
  for (const std::string &variable : loopVariables)
    counters.push_back({{{"counter", variable}}, {}});
  return apiText("model.c.in", fields);
}

} // namespace

EmittedC dlnet::codegen::emitC(ModelOp model, const EmitOptions &options) {
  return CEmitter(model, options).emit();
}
