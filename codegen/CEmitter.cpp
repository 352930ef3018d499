// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One visitor over the plan of the C (passes/plan/Plan.h), over an indented
// stream. The plan has decided everything; this file only spells.
#include "codegen/CEmitter.h"

#include "codegen/Kernels.h"
#include "codegen/PortsApi.h"
#include "codegen/Templates.h"
#include "passes/BuildPlan.h"
#include "passes/OutputPorts.h"
#include "passes/targets/Packing.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::codegen;
using llvm::formatv;
using plan::Expr;
using plan::Home;
using Kind = plan::Expr::Kind;

namespace {

/// A 32-bit literal that is an int in C.
std::string literal(int64_t value) {
  return value == INT32_MIN ? "(-2147483647 - 1)" : std::to_string(value);
}

const char *spellName(plan::Type type) {
  switch (type) {
  case plan::Type::S8:
    return "int8_t";
  case plan::Type::U8:
    return "uint8_t";
  case plan::Type::S16:
    return "int16_t";
  case plan::Type::S32:
    return "int32_t";
  case plan::Type::U32:
    return "uint32_t";
  }
  llvm_unreachable("every type has a name");
}

std::string spellName(const plan::Index &index) {
  if (index.isConstant())
    return std::to_string(index.offset);
  std::string text = index.counter;
  if (index.factor != 1)
    return formatv("{0}u * {1} + {2}u", index.factor, text, index.offset);
  if (index.offset != 0)
    text += formatv(" {0} {1}u", index.offset < 0 ? "-" : "+",
                    std::abs(index.offset));
  return text;
}

std::string variable(int64_t number) { return "v" + std::to_string(number); }

class CEmitter {
public:
  CEmitter(ModelOp model, const EmitOptions &options)
      : model(model), plan(buildPlan(model).plan), options(options),
        name(options.name), upper(StringRef(options.name).upper()), os(body) {}

  EmittedC emit() {
    if (!hasOwnPorts(model))
      use(Kernel::Positive); // by what is pushed
    // What windows keep is cleared and moved by loops of the interface.
    kernels.keepsLoops = !model.isStream();
    print(plan.body);
    bodyText = std::exchange(body, "");
    bodyCounters = counters;
    print(plan.reset);
    EmittedC result;
    result.tableBytes = plan.tableBytes();
    result.tableRamBytes = options.place == Place::Ram ? plan.tableBytes() : 0;
    result.stateBytes = plan.stateBytes();
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
    line("{0}{1}", text, text.empty() ? "{" : " {");
    ++indent;
  }
  void close() {
    --indent;
    line("}");
  }

  void use(Kernel kernel) { kernels.common.insert(kernel); }

  // ---- Statements ----

  void print(const plan::Block &block) {
    for (const plan::Statement &statement : block)
      plan::visit(statement, [&](const auto &s) { print(s); });
  }

  void print(const plan::Comment &s) { line("/* {0} */", s.text); }
  void print(const plan::KeepLoop &) {
    kernels.keepsLoops = true;
    line("dln_keep_loop();");
  }
  void print(const plan::Part &s) { print(s.body); }

  void print(const plan::Define &s) {
    line("{0}int32_t {1} = {2};", s.grows ? "" : "const ", variable(s.variable),
         spell(s.value));
  }

  void print(const plan::Grow &s) {
    line("{0} += {1};", variable(s.variable), spell(s.by));
  }

  void print(const plan::Store &s) {
    bool narrows = plan.vectors[s.to].type == plan::Type::S16 &&
                   s.value.kind == Kind::Variable;
    line("{0}[{1}] = {2}{3};", pointer(s.to), spellName(s.index),
         narrows ? "(int16_t)" : "", spell(s.value));
  }

  void print(const plan::Point &s) {
    line("{0}int16_t *const {1} = &{2}[{3}u * {4}];", s.writes ? "" : "const ",
         plan.vectors[s.row].name, pointer(s.into), s.index.factor,
         s.index.counter);
  }

  void print(const plan::Count &s) {
    counters.insert(s.counter);
    if (s.starts)
      line("{0} = 0;", s.counter);
    else
      line("++{0};", s.counter);
  }

  void print(const plan::Loop &s) {
    counters.insert(s.counter);
    open(formatv("for ({0} = {1}; {0} < {2}u; {3})", s.counter, s.from, s.to,
                 s.step == 1
                     ? "++" + s.counter
                     : formatv("{0} += {1}u", s.counter, s.step).str()));
    print(s.body);
    close();
  }

  void print(const plan::Scope &s) {
    open("");
    print(s.body);
    close();
  }

  void print(const plan::Call &s) {
    SmallVector<std::string> arguments;
    for (plan::VectorId vector : s.vectors)
      arguments.push_back(pointer(vector));
    for (int64_t count : s.counts)
      arguments.push_back(formatv("{0}u", count));
    if (!s.product)
      use(s.kernel == "unit_norm" ? Kernel::UnitNorm : Kernel::BlockSum);
    line("{0}({1});{2}",
         s.product ? useKernel(s.kernel, *s.product) : "dln_" + s.kernel,
         llvm::join(arguments, ", "),
         s.note.empty() ? "" : " /* " + s.note + " */");
  }

  /// Uses the kernel of a product; its name.
  std::string useKernel(const std::string &kernel, const plan::Product &p) {
    auto form = static_cast<cost::ProductForm>(p.form);
    if (!p.unrolled) {
      use(kernelOf(form));
      return "dln_" + kernel;
    }
    if (cost::isDense(form)) {
      int64_t pairs = (p.columns + 1) / 2;
      kernels.unrolled.insert({kernelOf(form), pairs});
      return formatv("dln_{0}_{1}", kernel, pairs);
    }
    cost::PackedWeights packed =
        cost::packWeights(p.rows, p.columns, p.weights, form, p.unrolled);
    StraightKernel straight{kernelOf(form), packed.rowPairs, packed.blocks};
    auto it = llvm::find(kernels.straight, straight);
    size_t number = it - kernels.straight.begin();
    if (it == kernels.straight.end())
      kernels.straight.push_back(std::move(straight));
    return formatv("{0}_{1}_{2}", name, kernel, number);
  }

  // ---- Expressions ----

  /// The C of a vector, to which an index may be added.
  std::string pointer(plan::VectorId id) {
    const plan::Vector &vector = plan.vectors[id];
    switch (vector.home) {
    case Home::State:
      return "state->" + vector.name;
    case Home::Scalar:
      return "(&state->" + vector.name + ")";
    case Home::Parameter:
    case Home::Row:
      return vector.name;
    case Home::Table:
      return name + "_" + vector.name;
    }
    llvm_unreachable("every vector is somewhere");
  }

  std::string element(const Expr &expr) {
    const plan::Vector &vector = plan.vectors[expr.vector];
    if (vector.home == Home::Scalar)
      return "state->" + vector.name;
    return formatv("{0}[{1}]", pointer(expr.vector), spellName(expr.index));
  }

  std::string call(Kernel kernel, const char *function, const Expr &expr) {
    use(kernel);
    auto operands = llvm::map_range(
        expr.operands, [&](const Expr &operand) { return spell(operand); });
    return formatv("{0}({1})", function, llvm::join(operands, ", "));
  }

  std::string infix(const char *sign, const Expr &expr) {
    return formatv("{0} {1} {2}", spell(expr.operands[0]), sign,
                   spell(expr.operands[1]));
  }

  std::string spell(const Expr &expr) {
    switch (expr.kind) {
    case Kind::Literal:
      return literal(expr.number);
    case Kind::Variable:
      return variable(expr.number);
    case Kind::Element:
      return element(expr);
    case Kind::HighByte:
      use(Kernel::SignedByte);
      return formatv("dln_s8((uint32_t){0} >> 8)", spell(expr.operands[0]));
    case Kind::MultiplyHigh:
      return call(Kernel::MultiplyHigh, "dln_multiply_high", expr);
    case Kind::Saturate:
      return call(Kernel::Saturate, "dln_saturate16", expr);
    case Kind::Positive:
      return call(Kernel::Positive, "dln_positive16", expr);
    case Kind::Clamp:
      return call(Kernel::Clamp, "dln_clamp", expr);
    case Kind::Lookup:
      use(Kernel::MultiplyHigh);
      use(Kernel::Lookup);
      return formatv("dln_lookup({0}, {1}u, {2})", pointer(expr.vector),
                     expr.number, spell(expr.operands[0]));
    case Kind::Add:
      return infix("+", expr);
    case Kind::Subtract:
      return infix("-", expr);
    case Kind::Multiply:
      return infix("*", expr);
    }
    llvm_unreachable("every kind has its C");
  }

  // ---- The files ----

  std::string basisMacros();
  std::string tables();
  std::string header(const EmittedC &result);
  std::string source(const EmittedC &result);

  ModelOp model;
  plan::Plan plan;
  const EmitOptions &options;
  std::string name, upper;
  std::string body, bodyText;
  llvm::raw_string_ostream os;
  unsigned indent = 1;
  UsedKernels kernels;
  std::set<std::string> counters, bodyCounters;
};

std::string CEmitter::tables() {
  std::string text;
  for (const plan::Vector &table : plan.vectors) {
    if (table.home != Home::Table)
      continue;
    text +=
        formatv("\nstatic {0} {1} {2}_{3}[{4}] = {{",
                options.place == Place::Ram ? "DLN_IN_RAM" : "const",
                spellName(table.type), name, table.name, table.values.size());
    for (auto [i, value] : llvm::enumerate(table.values)) {
      text += i % 8 == 0 ? "\n    " : " ";
      text += table.type == plan::Type::U32 ? formatv("0x{0:x-8}u", value).str()
                                            : literal(value);
      text += ",";
    }
    text += "\n};\n";
  }
  return text;
}

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
  auto state = [&](const std::string &fact) {
    fields.sections["facts"].push_back({{{"fact", fact}}, {}});
  };
  for (const std::string &fact : options.facts)
    state(fact);
  if (model.getBody()
          .walk([](ScanOp scan) {
            return scan->hasAttr(kSaturatesAttr) ? WalkResult::interrupt()
                                                 : WalkResult::advance();
          })
          .wasInterrupted())
    state("A state saturates: that it keeps within its 16 bits is not proved.");
  auto &members = fields.sections["members"];
  for (const auto *arrays : {&plan.buffers, &plan.inputs})
    for (const plan::Buffer &buffer : *arrays)
      members.push_back(
          {{{"width", std::to_string(8 * plan::bytesOf(buffer.type))},
            {"buffer", buffer.name},
            {"elements", std::to_string(buffer.elements)}},
           {}});
  if (!hasOwnPorts(model))
    return apiText("model.h.in", fields);
  addPortFields(model, fields);
  return apiText("ports.h.in", fields);
}

std::string CEmitter::source(const EmittedC &result) {
  Fields fields = commonFields(model, options, result.digest);
  fields.texts.insert(
      {{"kernels", kernelText(kernels, name, options.target)},
       {"no_cycles", formatv("0x{0:x-8}u", result.digest.tag())},
       {"tables", tables()},
       {"tag", formatv("0x{0:x-8}u", result.digest.tag())},
       {"body", bodyText},
       {"reset", body}});
  auto &declared = fields.sections["counters"];
  for (const std::string &counter : bodyCounters)
    if (counter != "i" || hasOwnPorts(model)) // which forecasts always have
      declared.push_back({{{"counter", counter}}, {}});
  if (!hasOwnPorts(model))
    return apiText("model.c.in", fields);
  addPortFields(model, fields);
  return apiText("ports.c.in", fields);
}

} // namespace

EmittedC dlnet::codegen::emitC(ModelOp model, const EmitOptions &options) {
  return CEmitter(model, options).emit();
}
