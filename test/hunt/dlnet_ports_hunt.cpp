// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random networks between ports through the compiler. Each leaves C with a
// self-test of many golden vectors, which are the integer executor's; with a
// program around it ports_hunt.py tries them under compilers of C.
#include "Corrupt.h"
#include "PortsNetwork.h"

#include "codegen/SelfTest.h"
#include "frontend/compile/Compiler.h"
#include "frontend/support/WriteFiles.h"

#include "mlir/Parser/Parser.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace dlnet;

namespace {

constexpr unsigned kVectors = 48;

struct Made {
  std::string refusal, finding;
  codegen::EmittedC c;
  std::string selfTest;
};

Made make(const std::string &text, uint32_t seed, const std::string &name) {
  Made made;
  Compiler compiler;
  CompiledModel model(
      mlir::parseSourceString<mlir::ModuleOp>(text, &compiler.context));
  if (!model.module) {
    made.finding = "is no valid text";
    return made;
  }
  CompileOptions options;
  options.stateBits = seed % 3 == 0 ? 16 : 8;
  options.objective = seed % 5 == 0 ? "size" : "speed";
  if (failed(compiler.discretize(model, options)) ||
      failed(compiler.toInt8(model, options))) {
    made.refusal = compiler.why();
    if (made.refusal.empty())
      made.finding = "is refused without a word";
    return made;
  }
  codegen::EmitOptions emit;
  emit.name = name;
  if (seed % 7 == 0)
    emit.place = codegen::Place::Ram;
  made.c = codegen::emitC(model.model(), emit);
  auto selfTest = codegen::emitSelfTest(model.model(), emit, made.c, kVectors);
  if (failed(selfTest))
    made.finding = "has no self-test";
  else
    made.selfTest = *selfTest;
  return made;
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app{"Compiles random networks between ports, and leaves C and "
               "self-tests in a folder, with networks.json about them."};
  std::string folder;
  uint32_t seed = 1, count = 1;
  bool corrupt = false;
  app.add_option("folder", folder)->required();
  app.add_option("--seed", seed, "of the first network");
  app.add_option("--count", count, "of networks, seed by seed");
  app.add_flag("--corrupt", corrupt,
               "change a weight in each C, to see that it is found");
  CLI11_PARSE(app, argc, argv);

  nlohmann::json all = nlohmann::json::array();
  std::map<std::string, std::string> files;
  for (uint32_t each = seed; each < seed + count; ++each) {
    std::string name = fmt::format("p{}", each);
    std::string text = hunt::portsNetwork(each, name);
    Made made = make(text, each, name);
    bool compiled = !made.selfTest.empty();
    files[name + ".mlir"] = text;
    if (compiled) {
      if (corrupt)
        hunt::corruptWeights(made.c.source, name);
      files[name + ".h"] = made.c.header;
      files[name + ".c"] = made.c.source;
      files[name + "_selftest.c"] = made.selfTest;
    }
    nlohmann::json findings = nlohmann::json::array();
    if (!made.finding.empty())
      findings.push_back(made.finding);
    all.push_back({{"name", name},
                   {"seed", each},
                   {"network", name + ".mlir"},
                   {"compiled", compiled},
                   {"refusal", made.refusal},
                   {"findings", findings},
                   {"judged", 0}});
  }
  files["networks.json"] = all.dump(1) + "\n";
  if (Status status = writeFiles(folder, files); !status) {
    fmt::print(stderr, "dlnet_ports_hunt: error: {}\n", status.message());
    return 1;
  }
}
