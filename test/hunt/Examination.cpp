// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Examination.h"

#include "IntegerProof.h"
#include "codegen/SelfTest.h"
#include "frontend/family/SohFormat.h"
#include "test/tools/proof/Proof.h"
#include "test/tools/random-models/RandomModels.h"

#include "mlir/IR/Diagnostics.h"

using namespace dlnet;
using namespace dlnet::hunt;

namespace {

constexpr int kDrawn = 24, kClimbed = 24, kKept = 32;

class Examiner {
public:
  Examiner(HostileNetwork network, const std::string &prefix)
      : network(std::move(network)), prefix(prefix),
        handler(&compiler.context, [this](mlir::Diagnostic &diagnostic) {
          if (firstError.empty())
            firstError = diagnostic.str();
          return mlir::success();
        }) {}

  Examination examine() {
    if (throughFile() && compile())
      tryWindows();
    return std::move(result);
  }

private:
  FamilyModel &model() { return network.model; }
  bool refuse() {
    result.refusal = firstError.empty() ? "without a word" : firstError;
    if (firstError.empty())
      find("refused without a word");
    return false;
  }
  void find(const std::string &what) { result.findings.push_back(what); }

  /// Writes the family and reads it, so that the network is what a file holds.
  bool throughFile() {
    Family family;
    family.name = "soh";
    family.producer = "dlnet_hunt";
    family.data.source = "hostile weights";
    family.data.train = {"none"};
    family.data.cleaning = "none";
    model().masks.clear();
    family.models = {model()};
    Result<std::string> bytes = serializeFamily(family);
    if (!bytes) {
      result.refusal = bytes.message();
      return false;
    }
    result.familyBytes = *bytes;
    Result<Family> again = parseFamily(*bytes, "");
    if (!again) {
      find("a family that was written cannot be read: " + again.message());
      return false;
    }
    model() = again->models.front();
    return true;
  }

  bool compile() {
    const CompileOptions &options = network.options;
    auto imported = compiler.import(model(), prefix);
    if (mlir::failed(imported))
      return refuse();
    compiled.emplace(std::move(*imported));
    if (mlir::failed(compiler.discretize(*compiled, options)))
      return refuse();
    // Before the integers, which may refuse more than the proof needs.
    proof.emplace(compiler, *compiled, options);
    if (mlir::failed(compiler.toInt8(*compiled, options)))
      return refuse();
    auto made =
        lnn::IntegerExecutor::compile(compiled->model(), integers.observer());
    codegen::EmitOptions emit{
        prefix, {}, network.place, {}, *cost::findTarget(options.target)};
    result.c = codegen::emitC(compiled->model(), emit);
    auto selfTest = codegen::emitSelfTest(compiled->model(), emit, result.c);
    if (mlir::failed(made) || mlir::failed(selfTest)) {
      find("compiles, and then has no executor: " + firstError);
      return false;
    }
    executor.emplace(std::move(*made));
    result.selfTest = std::move(*selfTest);
    return true;
  }

  void tryWindows() {
    Random random(network.seed + 99);
    for (int i = 0; i < kDrawn; ++i) {
      Case one = blank();
      if (i % 4 == 0) {
        SohFormat format;
        std::vector<float> soh = test::randomWindow(one.window.size(), random);
        for (size_t k = 0; k < soh.size(); ++k)
          one.window[k] = format.toInteger(soh[k]);
      } else {
        fillHostile(one.window, random);
      }
      one.age = someAge(random);
      judge(one);
      result.cases.push_back(one);
    }
    climb(random);
    if (!integers.fault().empty())
      find("proved of no value: " + integers.fault());
  }

  /// Changes a window as long as its error, in parts of the bound, grows.
  void climb(Random &random) {
    Case best = result.cases[random() % result.cases.size()];
    double height = judge(best);
    for (int i = 0; i < kClimbed; ++i) {
      Case next = best;
      for (unsigned changes = 1 + random() % 6; changes > 0; --changes)
        next.window[random() % next.window.size()] = pick<int16_t>(
            random, {0, 32767, int16_t(random() & 0xffff), 16384});
      if (random() % 3 == 0)
        next.age = someAge(random);
      double reached = judge(next);
      if (reached < height)
        continue;
      best = next;
      height = reached;
      if (result.cases.size() < kKept)
        result.cases.push_back(best);
    }
  }

  Case blank() {
    Case one;
    one.window.resize(model().window);
    one.forecast.resize(model().horizon);
    return one;
  }

  uint32_t someAge(Random &random) {
    if (!model().features.age)
      return 0;
    return random() % 2 ? test::extremeAge(random)
                        : test::randomAge(model(), random);
  }

  /// Fills in the forecast; returns the error over its bound, or 0.
  double judge(Case &one) {
    executor->run(one.window.data(), one.forecast.data(), one.age);
    if (!proof->holds())
      return 0;
    test::Proof::Verdict verdict =
        proof->judge(one.window, one.age, one.forecast);
    if (!verdict.applies)
      return 0;
    ++result.judged;
    result.worst = std::max(result.worst, verdict.greatest);
    if (!verdict.violation.empty() && !violated) {
      violated = true;
      find("beyond its error bound: " + verdict.violation);
    }
    return verdict.greatest;
  }

  HostileNetwork network;
  std::string prefix, firstError;
  Compiler compiler;
  mlir::ScopedDiagnosticHandler handler;
  std::optional<CompiledModel> compiled;
  std::optional<test::Proof> proof;
  std::optional<lnn::IntegerExecutor> executor;
  IntegerProof integers;
  bool violated = false;
  Examination result;
};

} // namespace

Examination dlnet::hunt::examine(HostileNetwork network,
                                 const std::string &prefix) {
  return Examiner(std::move(network), prefix).examine();
}
