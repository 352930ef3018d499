// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnetc compile FAMILY -o DIR
#include "frontend/Commands.h"
#include "frontend/Compiler.h"
#include "frontend/WriteFiles.h"

#include <fmt/format.h>

#include <regex>

using namespace dlnet;

namespace {

struct Arguments {
  std::string family, model, output = ".", emit = "c";
  CompileOptions options;
};

bool isPrefix(const std::string &name) {
  static const std::regex pattern("[a-z][a-z0-9_]{0,31}");
  return std::regex_match(name, pattern);
}

int compile(const Arguments &arguments) {
  auto selected = readModel(arguments.family, arguments.model);
  if (!selected)
    return reportError(selected.message());
  const Family &family = selected->family;
  const FamilyModel &model = selected->model();
  CompileOptions options = arguments.options;
  if (options.prefix.empty())
    options.prefix = family.name;
  if (!isPrefix(options.prefix))
    return reportError(fmt::format("--name: '{}' is no prefix; expected a "
                                   "lower-case letter, then up to 31 of "
                                   "letters, digits and _",
                                   options.prefix));

  Compiler compiler;
  auto compiled = compiler.import(model, options.prefix);
  if (mlir::failed(compiled) ||
      mlir::failed(compiler.discretize(*compiled, options)))
    return reportError(fmt::format("{}: model {} was not compiled",
                                   arguments.family, model.name));
  if (arguments.emit == "lnn") {
    fmt::print("{}", compiled->text());
    return 0;
  }
  if (mlir::failed(compiler.toInt8(*compiled, options)))
    return reportError(fmt::format("{}: model {} was not compiled",
                                   arguments.family, model.name));
  if (arguments.emit == "int8") {
    fmt::print("{}", compiled->text());
    return 0;
  }
  codegen::EmittedC c = codegen::emitC(
      compiled->model(), {options.prefix, describeModel(family, model)});
  Status status =
      writeFiles(arguments.output, {{options.prefix + ".h", c.header},
                                    {options.prefix + ".c", c.source}});
  if (!status)
    return reportError(status.message());
  fmt::print("{0}/{1}.h\n{0}/{1}.c\n", arguments.output, options.prefix);
  fmt::print("tables {} B, state {} B\n", c.tableBytes, c.stateBytes);
  return 0;
}

} // namespace

void dlnet::addPipelineOptions(CLI::App &command, CompileOptions &options) {
  command
      .add_option("--state-bits", options.stateBits,
                  "Bits of the state that enter products")
      ->check(CLI::IsMember({8, 16}));
  command
      .add_option("--lut-bits", options.lutBits,
                  "log2 of the intervals of an activation table")
      ->check(CLI::Range(4, 12));
  command.add_flag("--print-ir-after-all", options.printIrAfterAll,
                   "Print the IR after each pass to standard error");
}

void dlnet::addCompile(CLI::App &app, Command &chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = app.add_subcommand(
      "compile", "Compile a model of a family to a C header and source");
  command->add_option("family", arguments->family, "Family file")->required();
  command->add_option("-o,--output", arguments->output,
                      "Folder for the two files");
  command->add_option("--model", arguments->model,
                      "Model to compile; default: the first student");
  command->add_option("--name", arguments->options.prefix,
                      "Prefix of public C names and of the files; default: "
                      "the family's name");
  command
      ->add_option("--emit", arguments->emit,
                   "Stop at: lnn (discretized, to standard output), int8 "
                   "(integer level, likewise), c (the default)")
      ->check(CLI::IsMember({"lnn", "int8", "c"}));
  addPipelineOptions(*command, arguments->options);
  command->callback([&chosen, arguments] {
    chosen = [arguments] { return compile(*arguments); };
  });
}
