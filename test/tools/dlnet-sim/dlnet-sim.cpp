// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnet-sim: runs an unmodified nRF52840 board image, as strictly as the chip
// would and then some.
#include "frontend/support/CommandLine.h"
#include "frontend/support/WriteFiles.h"
#include "test/tools/dlnet-sim/Machine.h"
#include "test/tools/dlnet-sim/Report.h"
#include "test/tools/dlnet-sim/ScriptLine.h"
#include "test/tools/dlnet-sim/StdioLine.h"

#include <fmt/format.h>

#include <ctime>
#include <fstream>

using namespace dlnet;
using namespace dlnet::sim;

namespace {

struct Arguments {
  std::string image, script, report, flashImage;
  std::string estimate = "mid";
  bool serial = false, quiet = false;
  double maxSeconds = 0;
  size_t functions = 12;
  std::vector<uint64_t> powerCuts;
  Machine::Options machine;
};

void declare(CLI::App &app, Arguments &arguments) {
  app.add_option("image", arguments.image, "the board image, an ELF file")
      ->required();
  auto *serial = app.add_flag("--serial", arguments.serial,
                              "connect UARTE0 to standard input and output");
  app.add_option("--script", arguments.script,
                 "connect UARTE0 to a script of lines and answers")
      ->excludes(serial);
  app.add_option("--report", arguments.report, "write a report, JSON, here");
  app.add_flag("--quiet", arguments.quiet, "print no report");
  app.add_option("--functions", arguments.functions,
                 "how many of the hottest functions to print")
      ->capture_default_str();
  app.add_option("--flash-wait-states", arguments.machine.flashWaitStates,
                 "cycles added to each read of data from flash")
      ->check(CLI::Range(0, 15))
      ->capture_default_str();
  app.add_option("--estimate", arguments.estimate,
                 "what the cycle model takes where Arm's manual leaves it open")
      ->check(oneOf({"low", "mid", "high"}))
      ->capture_default_str();
  app.add_option("--flash-image", arguments.flashImage,
                 "keep the flash in this file from run to run");
  app.add_option("--power-cut", arguments.powerCuts,
                 "cut the power in the midst of the N-th write or erase of "
                 "the flash (more of them: N,N,...)")
      ->delimiter(',');
  app.add_flag("--stop-at-cut", arguments.machine.stopAtCut,
               "end at a power cut instead of starting again");
  app.add_option("--seed", arguments.machine.seed,
                 "chooses what a cut leaves, and what RAM holds at power-on")
      ->capture_default_str();
  app.add_flag("!--run-idle-loops", arguments.machine.skipIdleLoops,
               "run through loops that only wait, too; changes no figure");
  app.add_option("--max-instructions", arguments.machine.maxInstructions,
                 "end after so many");
  app.add_option("--max-seconds", arguments.maxSeconds,
                 "end after so many simulated seconds")
      ->check(CLI::PositiveNumber);
}

int reportError(const std::string &message) {
  return printError("dlnet-sim", message);
}

Result<std::vector<uint8_t>> readFlash(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  if (path.empty() || !stream)
    return std::vector<uint8_t>();
  std::vector<uint8_t> bytes(size_t(Nvmc::kFlashBytes) + 1);
  stream.read(reinterpret_cast<char *>(bytes.data()),
              std::streamsize(bytes.size()));
  bytes.resize(size_t(stream.gcount()));
  if (bytes.size() != Nvmc::kFlashBytes)
    return Failure{fmt::format("{}: a flash image holds {} bytes", path,
                               Nvmc::kFlashBytes)};
  return bytes;
}

Status saveFlash(const std::string &path, Machine &machine) {
  if (path.empty())
    return success();
  std::vector<uint8_t> bytes = machine.flashContent();
  return writeFile(path, std::string(bytes.begin(), bytes.end()));
}

/// The serial line's other end, and the script if it is one.
struct Line {
  std::unique_ptr<SerialLine> end;
  ScriptLine *script = nullptr;
};

Result<Line> openLine(const Arguments &arguments) {
  if (arguments.serial)
    return Line{std::make_unique<StdioLine>()};
  if (arguments.script.empty())
    return Line{std::make_unique<OpenLine>()};
  auto script = ScriptLine::read(arguments.script);
  if (!script)
    return script.failure();
  ScriptLine *raw = script->get();
  return Line{std::move(*script), raw};
}

/// Why the run ended, and what is wrong with that, if anything.
std::string describe(Machine::End end) {
  switch (end) {
  case Machine::End::Finished:
    return "finished";
  case Machine::End::Limit:
    return "limit";
  case Machine::End::PowerCut:
    return "power cut";
  case Machine::End::Fault:
    return "fault";
  }
  return "";
}

std::string complaint(const Machine &machine, Machine::End end,
                      const ScriptLine *script) {
  if (end == Machine::End::Fault)
    return machine.problem();
  if (!script)
    return "";
  if (!script->problem().empty())
    return script->problem();
  if (end == Machine::End::Limit)
    return "the limit came before the end of the script; " + script->position();
  return "";
}

int run(Arguments arguments) {
  auto image = Image::read(arguments.image);
  if (!image)
    return reportError(image.message());
  auto model = CycleModel::create(arguments.estimate);
  if (!model)
    return reportError(model.message());
  auto line = openLine(arguments);
  if (!line)
    return reportError(line.message());
  auto flash = readFlash(arguments.flashImage);
  if (!flash)
    return reportError(flash.message());
  arguments.machine.powerCuts = {arguments.powerCuts.begin(),
                                 arguments.powerCuts.end()};
  if (arguments.maxSeconds > 0)
    arguments.machine.maxCycles =
        Cycles(arguments.maxSeconds * double(kCyclesPerSecond));
  auto created =
      Machine::create(*image, **model, *line->end, *flash, arguments.machine);
  if (!created)
    return reportError(arguments.image + ": " + created.message());
  Machine &machine = **created;
  if (line->script)
    line->script->setHands(
        {[&] { machine.pressReset(); }, [&] { machine.cutPower(); },
         [&](uint64_t count) { machine.cutPowerIn(count); }});

  std::clock_t began = std::clock();
  Machine::End end = machine.run();
  double hostSeconds = double(std::clock() - began) / CLOCKS_PER_SEC;
  std::fflush(stdout);

  nlohmann::json report = makeReport(machine, describe(end), hostSeconds);
  std::string problem = complaint(machine, end, line->script);
  if (!problem.empty())
    report["problem"] = problem;
  if (line->script)
    report["script"] = {{"lines_sent", line->script->linesSent()},
                        {"lines_received", line->script->linesReceived()}};
  if (!arguments.quiet)
    fmt::print(stderr, "{}", describeReport(report, arguments.functions));
  if (Status status = saveFlash(arguments.flashImage, machine); !status)
    return reportError(status.message());
  if (!arguments.report.empty())
    if (Status status = writeFile(arguments.report, report.dump(1) + "\n");
        !status)
      return reportError(status.message());
  return problem.empty() ? 0 : reportError(problem);
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app("Runs an nRF52840 board image.", "dlnet-sim");
  app.set_version_flag("--version", "dlnet-sim " DLNET_VERSION);
  Arguments arguments;
  declare(app, arguments);
  return runCommandLine(app, argc, argv,
                        [&] { return run(std::move(arguments)); });
}
