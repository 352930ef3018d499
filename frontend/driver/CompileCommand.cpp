// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnetc compile FAMILY -o DIR: one model, named or chosen by a budget.
#include "codegen/SelfTest.h"
#include "frontend/compile/Candidates.h"
#include "frontend/compile/Prefix.h"
#include "frontend/driver/Commands.h"
#include "frontend/package/Package.h"
#include "frontend/report/Report.h"
#include "frontend/support/WriteFiles.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <set>

using namespace dlnet;

namespace {

struct Arguments {
  std::string family, model, output = ".", emit = "c", report, certificate;
  std::vector<std::string> packages; ///< Kinds; empty: the bare files.
  std::optional<package::Publisher> publisher;
  std::optional<Budget> budget;
  std::optional<double> clockMhz;
  std::optional<int64_t> flashWaitStates;
  std::vector<codegen::Place> places = {codegen::Place::Flash};
  bool timing = false;
  CompileOptions options;

  /// Whether the result is text on standard output.
  bool printsIr() const { return emit == "lnn" || emit == "int8"; }
  Target target() const {
    const cost::Target *core = cost::findTarget(options.target);
    return {core, clockMhz.value_or(core->clockMhz),
            flashWaitStates.value_or(core->flashWaitStates), places};
  }
  /// Empty: no report.
  const std::string &reportFolder() const {
    return emit == "report" ? output : report;
  }
  Failure inFamily(const std::string &message) const {
    return Failure{fmt::format("{}: {}", family, message)};
  }
};

/// The model on the level that --emit names.
Status printIr(Compiler &compiler, const FamilyModel &model,
               const Arguments &arguments, const CompileOptions &options) {
  auto compiled = compiler.import(model, options.prefix);
  if (mlir::failed(compiled) ||
      mlir::failed(compiler.discretize(*compiled, options)) ||
      (arguments.emit == "int8" &&
       mlir::failed(compiler.toInt8(*compiled, options))))
    return arguments.inFamily(
        fmt::format("model {} was not compiled{}", model.name, compiler.why()));
  fmt::print("{}", compiled->text());
  return success();
}

/// Says which of the errors that the result rests on, or would quote, nobody
/// can rely on.
void warnOfErrors(const Candidates &candidates) {
  const FamilyModel &selected = *candidates.selected().source;
  if (!selected.outdated.empty())
    reportWarning(
        fmt::format("model {}: {}", selected.name, describeOutdated(selected)));
  std::set<std::string> unproved;
  for (const Candidate &candidate : candidates.all())
    for (const auto &[split, error] : candidate.source->measured)
      if (!error.isVerifiable())
        unproved.insert(candidate.source->name);
  if (!unproved.empty())
    reportWarning(fmt::format(
        "errors of {} cannot be verified: they were recorded without a digest "
        "of the weights (dlnetc evaluate --record adds it)",
        unproved.size() == 1 ? "model " + *unproved.begin()
                             : fmt::format("{} models", unproved.size())));
}

/// Compiles what there is to choose from, and chooses.
Result<Candidates> choose(Compiler &compiler, const Family &family,
                          const Arguments &arguments,
                          const CompileOptions &options) {
  if (!arguments.budget) {
    Result<size_t> index = findModel(family, arguments.model);
    if (!index)
      return arguments.inFamily(index.message());
    auto candidates = Candidates::compile(compiler, family, {*index}, options,
                                          arguments.target());
    if (!candidates)
      return arguments.inFamily(candidates.message());
    candidates->accept(arguments.model.empty()
                           ? "the first student of the family"
                           : "named on the command line");
    return candidates;
  }
  std::vector<size_t> students = studentsOf(family);
  if (students.empty())
    return arguments.inFamily("has no student");
  auto candidates = Candidates::compile(compiler, family, students, options,
                                        arguments.target());
  if (!candidates)
    return arguments.inFamily(candidates.message());
  Status status = candidates->select(compiler, *arguments.budget);
  if (!status)
    return arguments.inFamily(status.message());
  fmt::print(arguments.printsIr() ? stderr : stdout, "{}\n",
             candidates->table());
  return candidates;
}

/// Lines about what a candidate's C costs, for its header.
std::vector<std::string> describeCost(const Candidate &candidate,
                                      const Target &target) {
  const Cost &cost = candidate.cost;
  std::string waits =
      target.flashWaitStates == 0
          ? "without wait states"
          : fmt::format("with {} wait states on tables in flash",
                        target.flashWaitStates);
  std::string time =
      target.core->modelsCycles
          ? fmt::format(
                "{} instructions and, by a model of the core, {} cycles "
                "{}.",
                cost.instructions, cost.cycles, waits)
          : fmt::format("{} instructions; cycles are not modelled.",
                        cost.instructions);
  return {
      fmt::format("Predicted for {}, built by gcc at -O2:", target.core->title),
      fmt::format("{} bytes of flash with the tables, {} of stack; a "
                  "forecast takes",
                  cost.flash, cost.stack),
      time};
}

codegen::SohBasis basisOf(const Family &family, const FamilyModel &model) {
  codegen::SohBasis basis;
  if (family.data.soh == SohKind::Nominal)
    basis.nominalUah =
        std::max<int64_t>(1, std::llround(family.data.nominalAh * 1e6));
  else
    basis.initialCycles = kInitialCycles;
  Range trained = trainedSoh(model);
  basis.trainedLow = trained.low;
  basis.trainedHigh = trained.high;
  return basis;
}

/// The C of the selected model, bare or in packages.
Result<package::Files> makeC(Compiler &compiler, const report::Subject &subject,
                             const Arguments &arguments, std::string &sizes) {
  const CompileOptions &options = subject.options;
  const Candidate &selected = subject.candidates.selected();
  codegen::EmitOptions emit = {
      options.prefix, describeModel(subject.family, *selected.source),
      selected.place, basisOf(subject.family, *selected.source),
      *subject.candidates.forTarget().core};
  for (std::string &line :
       describeCost(selected, subject.candidates.forTarget()))
    emit.facts.push_back(std::move(line));
  codegen::EmittedC c = codegen::emitC(selected.model, emit);
  auto selfTest = codegen::emitSelfTest(selected.model, emit, c);
  if (mlir::failed(selfTest))
    return arguments.inFamily(fmt::format("no self-test was made of model {}{}",
                                          selected.source->name,
                                          compiler.why()));
  sizes = fmt::format("tables {} B{}, state {} B\n", c.tableBytes,
                      c.tableRamBytes == 0 ? "" : ", in RAM too", c.stateBytes);
  if (arguments.packages.empty())
    return package::Files{{options.prefix + ".h", c.header},
                          {options.prefix + ".c", c.source},
                          {options.prefix + "_selftest.c", *selfTest}};

  package::Library library = {options.prefix,
                              c.header,
                              c.source,
                              *selfTest,
                              emit.facts,
                              selected.source->window,
                              selected.source->horizon,
                              describeSoh(subject.family.data),
                              {}};
  if (!arguments.certificate.empty()) {
    auto certificate = package::readCertificate(arguments.certificate, library);
    if (!certificate)
      return certificate.failure();
    library.certificate = *certificate;
  }
  package::Files all;
  for (const std::string &kind : arguments.packages) {
    std::string old = arguments.output + "/" +
                      package::folderOf(library, kind) + "/certificate";
    std::error_code error;
    if (library.certificate.empty() && std::filesystem::exists(old, error))
      return Failure{fmt::format("{}: is of an earlier package; remove it, or "
                                 "give --certificate",
                                 old)};
    auto files = package::makePackage(
        kind, library, arguments.publisher.value_or(package::Publisher()));
    if (!files)
      return files.failure();
    all.insert(files->begin(), files->end());
  }
  return all;
}

Status addReport(Compiler &compiler, const report::Subject &subject,
                 const std::string &folder, OutputFiles &outputs) {
  auto report = report::makeReport(compiler, subject);
  if (mlir::failed(report))
    return Failure{fmt::format("no report was made of model {}{}",
                               subject.candidates.selected().source->name,
                               compiler.why())};
  outputs[folder + "/report.json"] = report->dump(1) + "\n";
  outputs[folder + "/report.html"] = report::renderHtml(*report);
  return success();
}

/// The C of the selected model, the report, or both.
Status writeSelected(Compiler &compiler, const report::Subject &subject,
                     const Arguments &arguments) {
  OutputFiles outputs;
  std::string said;
  if (arguments.emit == "c") {
    std::string sizes;
    auto files = makeC(compiler, subject, arguments, sizes);
    if (!files)
      return files.failure();
    for (auto &[name, content] : *files) {
      std::string path = fmt::format("{}/{}", arguments.output, name);
      said += path + "\n";
      outputs[path] = std::move(content);
    }
    said += sizes;
  }
  if (!arguments.reportFolder().empty()) {
    Status status =
        addReport(compiler, subject, arguments.reportFolder(), outputs);
    if (!status)
      return status;
    said += fmt::format("{0}/report.json\n{0}/report.html\n",
                        arguments.reportFolder());
  }
  if (Status status = writeFiles(outputs); !status)
    return status;
  fmt::print("{}", said);
  return success();
}

Status compile(const Family &family, const Arguments &arguments,
               const CompileOptions &options) {
  auto start = PassTimes::Clock::now();
  auto seconds = [start] {
    return std::chrono::duration<double>(PassTimes::Clock::now() - start)
        .count();
  };
  Compiler compiler;
  Status status = success();
  if (arguments.printsIr() && !arguments.budget) {
    Result<size_t> index = findModel(family, arguments.model);
    status = index
                 ? printIr(compiler, family.models[*index], arguments, options)
                 : arguments.inFamily(index.message());
  } else if (auto candidates = choose(compiler, family, arguments, options);
             !candidates) {
    status = candidates.failure();
  } else if (warnOfErrors(*candidates); arguments.printsIr()) {
    status =
        printIr(compiler, *candidates->selected().source, arguments, options);
  } else {
    status = writeSelected(compiler,
                           {family, *candidates, options,
                            arguments.budget.value_or(Budget()), seconds()},
                           arguments);
  }
  if (status && arguments.timing)
    fmt::print(stderr, "{}", compiler.times.table(seconds()));
  return status;
}

int run(const Arguments &arguments) {
  if (arguments.emit != "c" && !arguments.report.empty())
    return reportError("--report: goes with C, not with --emit=" +
                       arguments.emit);
  if (!arguments.budget && arguments.reportFolder().empty())
    for (auto [name, given] :
         {std::pair("--clock-mhz", arguments.clockMhz.has_value()),
          std::pair("--flash-wait-states",
                    arguments.flashWaitStates.has_value())})
      if (given)
        return reportError(fmt::format(
            "{}: goes with --budget or a report, which tell time", name));
  if (arguments.places.size() > 1 && !arguments.budget)
    return reportError("--place: both goes with --budget, which chooses");
  if (arguments.emit != "c" && !arguments.packages.empty())
    return reportError("--package: goes with C, not with --emit=" +
                       arguments.emit);
  if (arguments.packages.empty() && !arguments.certificate.empty())
    return reportError("--certificate: goes with --package");
  if (arguments.publisher) {
    if (arguments.packages.empty())
      return reportError("--package-version, --package-author and "
                         "--package-url: go with --package");
    if (Status status = arguments.publisher->check(); !status)
      return reportError(status.message());
  }
  auto family = readFamily(arguments.family);
  if (!family)
    return reportError(family.message());
  CompileOptions options = arguments.options;
  if (options.prefix.empty())
    options.prefix = family->name;
  if (Status status = checkPrefix(options.prefix); !status)
    return reportError(status.message());
  Status status = compile(*family, arguments, options);
  return status ? 0 : reportError(status.message());
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
  command
      .add_option("--knot-tolerance", options.knotTolerance,
                  "Mean change of a forecast, in SOH, for which fewer rows and "
                  "interpolation may make it; 0: none")
      ->check(CLI::Range(0.0, 1.0));
  command
      .add_option("--calibrate", options.calibrate,
                  "Safetensors file of sequences, a tensor for each input of "
                  "the model: 16 bits are chosen for the ranges of values "
                  "that are seen on them")
      ->check(CLI::ExistingFile);
  command
      .add_option("--optimize", options.objective,
                  "What products are chosen for: speed (each byte of flash "
                  "must save an instruction; the default) or size (fewest "
                  "bytes of code and tables)")
      ->check(oneOf({"speed", "size"}));
  command
      .add_option("--unroll-flash", options.unrollFlash,
                  "Bytes of flash that products without loops may add; "
                  "default: 2048 for speed, 0 for size")
      ->check(CLI::Range(0, 1 << 20));
  command.add_flag("--print-ir-after-all", options.printIrAfterAll,
                   "Print the IR after each pass to standard error");
}

namespace {

/// What is compiled, and for which core and memory.
void addTargetOptions(CLI::App &command, const std::shared_ptr<Arguments> &to) {
  std::vector<std::string> names;
  for (const cost::Target &target : cost::targets())
    names.push_back(target.name);
  command
      .add_option("--target", to->options.target,
                  "Core to compile for: " + cost::targetNames() +
                      "; default: " + cost::kDefaultTarget)
      ->check(oneOf(names));
  command
      .add_option("--clock-mhz", to->clockMhz,
                  "Clock that turns cycles into time; default: the target's, "
                  "64 for cortex_m4")
      ->check(CLI::Range(1e-3, 1e5));
  command
      .add_option_function<std::string>(
          "--place",
          [to](const std::string &place) {
            to->places.clear();
            if (place != "ram")
              to->places.push_back(codegen::Place::Flash);
            if (place != "flash")
              to->places.push_back(codegen::Place::Ram);
          },
          "Where the constant tables live: flash (the default), ram, where "
          "reading them costs no wait states, or both: each student is a "
          "candidate for the budget twice")
      ->check(oneOf({"flash", "ram", "both"}));
  command
      .add_option("--flash-wait-states", to->flashWaitStates,
                  "Cycles that each read of a table in flash waits for the "
                  "memory; default: 0")
      ->check(CLI::Range(0, 15));
}

void addSelectionOptions(CLI::App &command,
                         const std::shared_ptr<Arguments> &to) {
  CLI::Option *model = command.add_option(
      "--model", to->model, "Model to compile; default: the first student");
  command
      .add_option_function<std::string>(
          "--budget",
          [to](const std::string &text) {
            auto budget = parseBudget(text);
            if (!budget)
              throw CLI::ValidationError("--budget", budget.message());
            to->budget = *budget;
          },
          "Compile every student and choose the most accurate within limits: "
          "flash=8k,ram=1.5k,ms=1,mae=0.0012, or some of them")
      ->excludes(model);
}

void addOutputOptions(CLI::App &command, const std::shared_ptr<Arguments> &to) {
  command.add_option("-o,--output", to->output, "Folder for the files");
  command.add_option("--name", to->options.prefix,
                     "Prefix of public C names and of the files; default: "
                     "the family's name");
  command
      .add_option("--emit", to->emit,
                  "Stop at: lnn (discretized, to standard output), int8 "
                  "(integer level, likewise), c (the default), report "
                  "(report.json and report.html instead of C)")
      ->check(oneOf({"lnn", "int8", "c", "report"}));
  command.add_option("--report", to->report,
                     "Besides C, write report.json and report.html to "
                     "this folder");
  command.add_flag("--timing", to->timing,
                   "Print the time of each pass to standard error");
}

void addPackageOptions(CLI::App &command,
                       const std::shared_ptr<Arguments> &to) {
  command
      .add_option_function<std::string>(
          "--package",
          [to](const std::string &text) {
            auto kinds = package::parseKinds(text);
            if (!kinds)
              throw CLI::ValidationError("--package", kinds.message());
            to->packages = *kinds;
          },
          "Write the C as packages, each in a folder of its own: cmake, "
          "arduino (a .zip too), platformio, zephyr, or some of them")
      ->option_text("KIND[,KIND...]");
  auto publisherOption = [&](const char *name, auto member, const char *help) {
    command.add_option_function<std::string>(
        name,
        [to, member](const std::string &text) {
          if (!to->publisher)
            to->publisher.emplace();
          *to->publisher.*member = text;
        },
        help);
  };
  publisherOption("--package-version", &package::Publisher::version,
                  "Version of the packages, X.Y.Z; default: that of dlnetc");
  publisherOption("--package-author", &package::Publisher::author,
                  "Who stands behind the packages: \"Name <name@mail>\"");
  publisherOption("--package-url", &package::Publisher::url,
                  "Where a person reads about the packages");
  command.add_option("--certificate", to->certificate,
                     "Folder of ./dlnet certify, for exactly this C: put its "
                     "certificate into the packages");
}

} // namespace

void dlnet::addCompile(CLI::App &app, Command &chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = app.add_subcommand(
      "compile", "Compile a model of a family to a C header and source");
  command->add_option("family", arguments->family, "Family file")->required();
  addSelectionOptions(*command, arguments);
  addTargetOptions(*command, arguments);
  addOutputOptions(*command, arguments);
  addPackageOptions(*command, arguments);
  addPipelineOptions(*command, arguments->options);
  command->callback([&chosen, arguments] {
    chosen = [arguments] { return run(*arguments); };
  });
}
