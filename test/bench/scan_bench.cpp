// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the fused scan is worth: a forward and a backward pass of the recurrence
// against the same formulas by LibTorch's own operations, on one thread and the
// same batch. Beside Google Benchmark's own report it prints the ratios, and
// writes them as JSON where --json FILE asks for it. Timed in turns, and
// compared turn by turn, so that a busy machine slows both alike.
#include "trainer/engine/Runtime.h"
#include "trainer/engine/Scan.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

using namespace dlnet;

namespace {

/// The shipped student and its batch.
constexpr int64_t kInputs = 3, kUnits = 16, kSteps = 10, kBatch = 1024;

struct Contest {
  const char *name;
  CellKind cell;
  SolverKind solver;
};

constexpr Contest kContests[] = {
    {"liquid", CellKind::Liquid, SolverKind::ExplicitEuler},
    {"ltc_explicit", CellKind::Ltc, SolverKind::ExplicitEuler},
    {"ltc_fused", CellKind::Ltc, SolverKind::Fused},
    {"ctrnn", CellKind::CtRnn, SolverKind::ExplicitEuler},
    {"cfc", CellKind::Cfc, SolverKind::ClosedForm}};

/// One training step's worth of recurrence.
class Work {
public:
  explicit Work(const Contest &contest) {
    torch::manual_seed(1);
    shape.cell = contest.cell;
    shape.solver = contest.solver;
    shape.units = kUnits;
    shape.inputs = kInputs;
    shape.steps = kSteps;
    auto parameter = [](const torch::Tensor &value) {
      return value.clone().set_requires_grad(true);
    };
    int64_t rows = shape.rows();
    tensors.w = parameter(torch::randn({rows, kUnits}) / 4);
    tensors.u = parameter(torch::randn({rows, shape.inputs}));
    tensors.b = parameter(torch::randn({rows}));
    parameters = {tensors.w, tensors.u, tensors.b};
    if (shape.numbers() > 0) {
      tensors.numbers =
          parameter(torch::rand({shape.numbers(), kUnits}) / 2 + 0.1);
      parameters.push_back(tensors.numbers);
    }
    features = torch::randn({kSteps, shape.inputs, kBatch});
    gradient = torch::randn({kUnits, kBatch});
  }

  void run(bool fused) const {
    torch::Tensor last =
        fused ? scanLast(shape, tensors, features)
              : scanEagerly(shape, tensors, features)[kSteps - 1];
    benchmark::DoNotOptimize(
        torch::autograd::grad({last}, parameters, {gradient}));
  }

  void runForward() const {
    torch::NoGradGuard guard;
    benchmark::DoNotOptimize(scanLast(shape, tensors, features));
  }

private:
  ScanShape shape;
  ScanTensors tensors;
  std::vector<torch::Tensor> parameters;
  torch::Tensor features, gradient;
};

/// Processor time, which others that run cannot lengthen much.
double seconds(const Work &work, bool fused) {
  std::clock_t start = std::clock();
  work.run(fused);
  return double(std::clock() - start) / CLOCKS_PER_SEC;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2,
                   values.end());
  return values[values.size() / 2];
}

/// Prints the ratios and returns them with their minimum.
nlohmann::json compare() {
  constexpr int kRounds = 60, kWarmUp = 10;
  nlohmann::json cells = nlohmann::json::object();
  double least = 0;
  fmt::print("\nforward and backward, {} units, {} steps, batch {}\n{:<14}"
             "{:>12}{:>12}{:>10}{:>14}\n",
             kUnits, kSteps, kBatch, "cell", "eager us", "fused us", "ratio",
             "samples/s");
  for (const Contest &contest : kContests) {
    Work work(contest);
    std::vector<double> fused, eager, ratios;
    for (int round = 0; round < kRounds + kWarmUp; ++round) {
      double slow = seconds(work, false), fast = seconds(work, true);
      if (round >= kWarmUp) {
        eager.push_back(slow);
        fused.push_back(fast);
        ratios.push_back(slow / fast);
      }
    }
    double slow = median(eager), fast = median(fused), ratio = median(ratios);
    cells[contest.name] = {{"eager_us", slow * 1e6},
                           {"fused_us", fast * 1e6},
                           {"speedup", ratio},
                           {"samples_per_second", kBatch / fast}};
    least = least > 0 ? std::min(least, ratio) : ratio;
    fmt::print("{:<14}{:>12.0f}{:>12.0f}{:>10.2f}{:>14.0f}\n", contest.name,
               slow * 1e6, fast * 1e6, ratio, kBatch / fast);
  }
  fmt::print("fused_speedup {:.2f} (liquid), at least {:.2f} (every cell)\n",
             cells["liquid"]["speedup"].get<double>(), least);
  return {{"fused_speedup", cells["liquid"]["speedup"]},
          {"fused_speedup_min", least},
          {"cells", cells}};
}

void runTraining(benchmark::State &state, const Contest &contest, bool fused) {
  Work work(contest);
  for (auto _ : state)
    work.run(fused);
  state.SetItemsProcessed(state.iterations() * kBatch);
}

void runForecast(benchmark::State &state, const Contest &contest) {
  Work work(contest);
  for (auto _ : state)
    work.runForward();
  state.SetItemsProcessed(state.iterations() * kBatch);
}

} // namespace

int main(int argc, char **argv) {
  prepareRuntime();
  for (const Contest &contest : kContests) {
    for (bool fused : {true, false})
      benchmark::RegisterBenchmark(
          fmt::format("{}/{}", contest.name, fused ? "fused" : "eager").c_str(),
          [contest, fused](benchmark::State &state) {
            runTraining(state, contest, fused);
          })
          ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark(
        fmt::format("{}/forward_only", contest.name).c_str(),
        [contest](benchmark::State &state) { runForecast(state, contest); })
        ->Unit(benchmark::kMicrosecond);
  }
  benchmark::Initialize(&argc, argv);
  std::string path;
  if (argc == 3 && std::string(argv[1]) == "--json")
    path = argv[2];
  else if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();

  nlohmann::json result = compare();
  if (path.empty())
    return 0;
  std::ofstream file(path);
  file << result.dump(2) << '\n';
  if (!file.flush()) {
    fmt::print(stderr, "scan_bench: error: {}: cannot be written\n", path);
    return 1;
  }
  return 0;
}
