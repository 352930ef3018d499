// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each model is compiled in a module of its own, so that an error can name it,
// and then joins the others in the module that lnn-select judges.
#include "frontend/compile/Candidates.h"

#include "passes/BuildPlan.h"
#include "passes/Pipelines.h"
#include "passes/targets/PlanCost.h"

#include "mlir/IR/Diagnostics.h"

#include <fmt/format.h>

#include <algorithm>

using namespace mlir;
using namespace dlnet;

namespace {

Cost readCost(lnn::ModelOp model) {
  auto cost = model->getAttrOfType<DictionaryAttr>(lnn::kCostAttr);
  auto entry = [&](llvm::StringRef name) {
    return cost.getAs<IntegerAttr>(name).getInt();
  };
  return {entry("flash"), entry("ram"), entry("stack"), entry("instructions"),
          entry("cycles")};
}

/// Tables that live in RAM take it as the state does, and budgets count both;
/// those in flash are waited for.
void addPlacement(lnn::ModelOp model, codegen::Place place,
                  const dlnet::Target &target) {
  if (place == codegen::Place::Flash && target.flashWaitStates == 0)
    return;
  plan::Plan plan = lnn::buildPlan(model).plan;
  Cost whole = readCost(model);
  if (place == codegen::Place::Ram)
    whole.ram += plan.tableBytes();
  else
    whole.cycles += target.flashWaitStates *
                    cost::countPlan(plan, *target.core).all.tableReads();
  Builder builder(model->getContext());
  NamedAttrList cost(model->getAttrOfType<DictionaryAttr>(lnn::kCostAttr));
  cost.set("ram", builder.getI64IntegerAttr(whole.ram));
  cost.set("cycles", builder.getI64IntegerAttr(whole.cycles));
  model->setAttr(lnn::kCostAttr, cost.getDictionary(model->getContext()));
}

void readVerdict(Candidate &candidate) {
  auto verdict =
      candidate.model->getAttrOfType<DictionaryAttr>(lnn::kVerdictAttr);
  candidate.status = verdict.getAs<StringAttr>("status").str();
  candidate.reason = verdict.getAs<StringAttr>("reason").str();
  if (auto by = verdict.getAs<FlatSymbolRefAttr>("by"))
    candidate.by = by.getValue().str();
}

std::string orDash(const std::map<std::string, MeasuredError> &measured,
                   const char *split) {
  auto it = measured.find(split);
  return it == measured.end() || !it->second.maeInt8
             ? "-"
             : fmt::format("{:.6f}", *it->second.maeInt8);
}

} // namespace

std::vector<size_t> dlnet::studentsOf(const Family &family) {
  std::vector<size_t> students;
  for (size_t i = 0; i < family.models.size(); ++i)
    if (family.models[i].role == "student")
      students.push_back(i);
  return students;
}

Result<Candidates> Candidates::compile(Compiler &compiler, const Family &family,
                                       const std::vector<size_t> &models,
                                       const CompileOptions &options,
                                       const Target &target) {
  Candidates candidates;
  candidates.target = target;
  candidates.printIrAfterAll = options.printIrAfterAll;
  candidates.module = ModuleOp::create(UnknownLoc::get(&compiler.context));
  for (size_t index : models) {
    const FamilyModel &source = family.models[index];
    CompileOptions own = options;
    own.prefix = source.name;
    auto compiled = compiler.compile(source, own);
    if (failed(compiled))
      return Failure{fmt::format("model {} was not compiled{}", source.name,
                                 compiler.why())};
    for (codegen::Place place : target.places)
      candidates.add(source, compiled->model(), place);
  }
  return candidates;
}

void Candidates::add(const FamilyModel &source, lnn::ModelOp compiled,
                     codegen::Place place) {
  lnn::ModelOp model = compiled.clone();
  bool alone = target.places.size() == 1;
  std::string name =
      source.name + (place == codegen::Place::Flash || alone ? "" : ".ram");
  model.setSymName(name);
  addPlacement(model, place, target);
  module->push_back(model);
  list.push_back({name, &source, place, model, readCost(model), {}, {}, {}});
}

Status Candidates::select(Compiler &compiler, const Budget &budget) {
  for (const Candidate &candidate : list)
    if (candidate.source->outdated.count("validation"))
      return Failure{fmt::format("model {}: {}; --budget compares those on "
                                 "validation cells",
                                 candidate.source->name,
                                 describeOutdated(*candidate.source))};
  std::string message;
  ScopedDiagnosticHandler handler(&compiler.context, [&](Diagnostic &diag) {
    message = diag.str();
    for (Diagnostic &note : diag.getNotes())
      message += "; " + note.str();
  });
  lnn::SelectOptions options;
  options.flash = budget.flash;
  options.ram = budget.ram;
  options.ms = budget.ms;
  options.mae = budget.mae;
  options.clockMhz = target.clockMhz;
  if (failed(compiler.select(*module, options, printIrAfterAll)))
    return Failure{message};
  for (auto [i, candidate] : llvm::enumerate(list)) {
    readVerdict(candidate);
    if (candidate.status == "selected")
      chosen = i;
  }
  return dlnet::success();
}

void Candidates::accept(const std::string &reason) {
  list.front().status = "selected";
  list.front().reason = reason;
}

std::string Candidates::table() const {
  std::vector<const Candidate *> rows;
  size_t width = 5;
  for (const Candidate &candidate : list) {
    rows.push_back(&candidate);
    width = std::max(width, candidate.name.size());
  }
  auto error = [](const Candidate &candidate) {
    return *candidate.source->measured.at("validation").maeInt8;
  };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](auto *a, auto *b) { return error(*a) < error(*b); });
  std::string text = fmt::format(
      "  {:<{}} {:>9} {:>9} {:>7} {:>6} {:>6} {:>8} {:>7}  {}\n", "model",
      width, "int8", "test", "flash", "RAM", "stack",
      target.core->modelsCycles ? "cycles" : "instr.", "ms", "verdict");
  for (const Candidate *row : rows)
    text += fmt::format(
        "{} {:<{}} {:>9.6f} {:>9} {:>7} {:>6} {:>6} {:>8} {:>7.3f}  {}\n",
        row == &selected() ? '*' : ' ', row->name, width, error(*row),
        orDash(row->source->measured, "test"), row->cost.flash, row->cost.ram,
        row->cost.stack, row->cost.cycles,
        row->cost.milliseconds(target.clockMhz), row->reason);
  return text;
}
