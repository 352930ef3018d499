// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnet-train family: everything from a folder of batteries to a family and a
// report, as many processes at once as there are cores. Stopped and started
// again it goes on where it was.
#include "frontend/support/WriteFiles.h"
#include "trainer/commands/Commands.h"
#include "trainer/family/FamilyReport.h"
#include "trainer/report/Gnuplot.h"
#include "trainer/tasks/battery_soh/BatteryPlan.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

using namespace dlnet;
namespace fs = std::filesystem;

namespace {

struct Arguments {
  std::string output, family = "soh", speedup, design;
  DataOptions data;
  PlanOptions plan;
  FigureOptions figures;
  size_t jobs = std::max(1u, std::thread::hardware_concurrency());
};

/// The options of addDataOptions, back as arguments for the jobs.
std::vector<std::string> argumentsOf(const DataOptions &data) {
  std::vector<std::string> list;
  if (data.simulated)
    list = {"--simulated"};
  else
    list = {"--data", data.path};
  if (!data.source.empty())
    list.insert(list.end(), {"--source", data.source});
  std::vector<std::string> reading = data.reading.asArguments();
  list.insert(list.end(), reading.begin(), reading.end());
  return list;
}

/// Changes whenever a battery does.
std::string fingerprint(const Data &data) {
  uint64_t hash = 1469598103934665603u; // FNV-1a
  auto mix = [&](const void *bytes, size_t count) {
    for (size_t i = 0; i < count; ++i)
      hash = (hash ^ static_cast<const unsigned char *>(bytes)[i]) *
             1099511628211u;
  };
  for (const Battery &battery : data.set.batteries) {
    mix(battery.name.data(), battery.name.size());
    mix(battery.raw.data(), battery.raw.size() * sizeof(double));
  }
  return fmt::format("{:016x} dlnet-train {}", hash, DLNET_VERSION);
}

Result<std::optional<double>> readSpeedup(const std::string &path) {
  if (path.empty())
    return std::optional<double>();
  std::ifstream stream(path);
  nlohmann::json json = nlohmann::json::parse(stream, nullptr, false);
  if (!json.is_object() || !json.contains("fused_speedup") ||
      !json["fused_speedup"].is_number())
    return Failure{fmt::format("{}: no number 'fused_speedup'", path)};
  return std::optional<double>(json["fused_speedup"].get<double>());
}

/// The design in a file, or the one that the shipped family was made by.
Result<FamilyDesign> loadDesign(const std::string &path) {
  std::string text = kBatteryPlan;
  if (!path.empty()) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
      return Failure{path + ": cannot be read"};
    text.assign(std::istreambuf_iterator<char>(stream), {});
  }
  Result<FamilyDesign> design = readDesign(text);
  if (!design)
    return Failure{fmt::format("{}: {}", path.empty() ? "built-in plan" : path,
                               design.message())};
  return design;
}

int run(Arguments arguments) {
  Result<FamilyDesign> design = loadDesign(arguments.design);
  if (!design)
    return reportError(design.message());
  if (Status named = checkName("--family", arguments.family); !named)
    return reportError(named.message());
  if (Status drawn = checkGnuplot(); !drawn)
    return reportError(drawn.message());
  Result<std::optional<double>> speedup = readSpeedup(arguments.speedup);
  if (!speedup)
    return reportError(speedup.message());
  if (arguments.plan.quick) {
    arguments.plan.seeds = 1;
    arguments.plan.folds = 0;
  }
  arguments.data.minimumCycles = 200;
  arguments.data.splitSeed = arguments.plan.splitSeed;
  Result<Data> data = loadAndReport(arguments.data);
  if (!data)
    return reportError(data.message());

  const std::string path =
      (fs::path(arguments.output) / (arguments.family + ".safetensors"))
          .string();
  std::error_code error;
  fs::create_directories(arguments.output, error);
  if (error)
    return reportError(
        fmt::format("{}: {}", arguments.output, error.message()));
  if (Status outputs = checkOutputs({path}); !outputs)
    return reportError(outputs.message());
  PlanOptions &options = arguments.plan;
  options.program = fs::read_symlink("/proc/self/exe", error).string();
  if (error)
    return reportError("cannot find the path of this program");
  options.data = argumentsOf(arguments.data);
  options.directory = (fs::path(arguments.output) / "work").string();
  Plan plan = makePlan(options, *design);
  FamilyRun run{
      options,        std::move(*design), std::move(plan),   {},
      arguments.jobs, arguments.data,     arguments.figures, *speedup};
  std::vector<Job> jobs;
  for (const PlannedJob &planned : run.plan.jobs) {
    jobs.push_back(planned.job);
    fs::create_directories(fs::path(planned.job.output).parent_path(), error);
    if (error)
      return reportError(
          fmt::format("{}: {}", options.directory, error.message()));
  }
  fmt::print("{} networks to train, {} at once; logs in {}\n", jobs.size(),
             arguments.jobs, options.directory);
  Result<std::vector<JobResult>> results =
      runJobs(jobs, {arguments.jobs, fingerprint(*data), "networks"});
  if (!results)
    return reportError(results.message());
  run.results = std::move(*results);

  Result<FamilyOutcome> outcome = reportFamily(run, arguments.family);
  if (!outcome)
    return reportError(outcome.message());
  Result<std::string> bytes = serializeFamily(outcome->family);
  if (!bytes)
    return reportError(fmt::format("{}: {}", path, bytes.message()));
  OutputFiles files = outcome->files;
  files[fs::path(path).filename().string()] = std::move(*bytes);
  if (Status written = writeFiles(arguments.output, files); !written)
    return reportError(fmt::format(
        "{}; the trained networks are kept in {}, and the same command goes on "
        "from them",
        written.message(), options.directory));
  fmt::print("{}", outcome->files.at("report.txt"));
  fmt::print("\nwrote {}, and report.json and pictures beside it\n", path);
  return 0;
}

} // namespace

void dlnet::addFamily(CLI::App &app, Command &chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = app.add_subcommand(
      "family",
      "train a teacher and thirteen students, prune, recover, tune for "
      "int8, cross-validate, and report");
  command
      ->add_option("-o,--output", arguments->output,
                   "folder for the family, its report and the work")
      ->required();
  addDataOptions(*command, arguments->data);
  command
      ->add_option("--split-seed", arguments->plan.splitSeed,
                   "which batteries train, choose and judge")
      ->capture_default_str();
  command->add_option("--plan", arguments->design,
                      "JSON file of the networks to train and their stages "
                      "(default: those of the shipped family)");
  command->add_option("--family", arguments->family, "name of the family")
      ->capture_default_str();
  command
      ->add_option("--seeds", arguments->plan.seeds,
                   "networks of each kind, from seed 1 on")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command
      ->add_option("--folds", arguments->plan.folds,
                   "of the cross-validation; 0 for none")
      ->check(CLI::IsMember({0, 2, 3, 4, 5, 6, 7, 8, 9, 10}))
      ->capture_default_str();
  command->add_flag("--family-only", arguments->plan.familyOnly,
                    "train on the first of the folds alone, without the "
                    "cross-validation; it can follow by another call");
  command
      ->add_option("--end-of-life", arguments->figures.endOfLife,
                   "SOH at which a battery has ended, in the report")
      ->check(CLI::Range(0.01, 1.5))
      ->capture_default_str();
  command->add_option("--jobs", arguments->jobs, "processes at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->add_option("--fused-speedup", arguments->speedup,
                      "JSON of the benchmark dlnet_scan_bench, to put into the "
                      "report");
  command->add_flag("--quick", arguments->plan.quick,
                    "one seed, no folds, two epochs on every tenth window: to "
                    "try things out");
  command->callback([&chosen, arguments] {
    chosen = [arguments] { return run(*arguments); };
  });
}
