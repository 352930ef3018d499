// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the stages share is small: windows that were cut once, and ranges and
// errors that are recorded when the weights have settled.
#include "trainer/Train.h"

#include "trainer/engine/QuantizedNetwork.h"
#include "trainer/engine/Runtime.h"

#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace dlnet {

namespace {

void widen(Range &range, const torch::Tensor &values) {
  range.low = std::min(range.low, values.min().item<double>());
  range.high = std::max(range.high, values.max().item<double>());
}

/// Ranges over the training windows as they are, without augmentation.
Calibration calibrate(Network &network, const Samples &samples,
                      const FamilyModel &model) {
  torch::NoGradGuard guard;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Range empty{kInfinity, -kInfinity};
  Calibration ranges{empty, empty, empty, empty, empty, {}};
  ranges.coefficients.assign(size_t(model.basis), empty);
  if (!model.features.age)
    ranges.age = {};
  forSlabs(samples.size(), [&](int64_t first, int64_t count) {
    torch::Tensor features =
        makeFeatures(samples.view.narrow(first, count), model);
    widen(ranges.difference, features.select(1, 0));
    widen(ranges.relative, features.select(1, 1));
    widen(ranges.level, features.select(1, 2));
    if (model.features.age)
      widen(ranges.age, features.select(1, 3));
    torch::Tensor states = network.allStates(features);
    widen(ranges.state, states);
    torch::Tensor coefficients = network.readOut(states[states.size(0) - 1]);
    for (int64_t j = 0; j < model.basis; ++j)
      widen(ranges.coefficients[size_t(j)], coefficients[j]);
  });
  return ranges;
}

/// Appends a stage, once.
void record(FamilyModel &model, TrainingStage stage) {
  std::vector<TrainingStage> &stages = model.trained.stages;
  if (std::find(stages.begin(), stages.end(), stage) == stages.end())
    stages.push_back(stage);
  std::sort(stages.begin(), stages.end());
}

void record(FamilyModel &model, const Distillation &distillation) {
  if (!distillation.teacher)
    return;
  record(model, TrainingStage::Distilled);
  model.trained.teacher = distillation.teacher->description();
}

} // namespace

Status checkShape(const FamilyModel &shape) {
  if (shape.window % shape.block != 0)
    return Failure{fmt::format("block {} does not divide the window of {}",
                               shape.block, shape.window)};
  if (shape.basis > shape.horizon)
    return Failure{fmt::format("{} basis curves for a horizon of {}",
                               shape.basis, shape.horizon)};
  bool closedForm = shape.solver.method == SolverKind::ClosedForm;
  if (closedForm != isClosedForm(shape.cell))
    return Failure{fmt::format("cell {} is not solved by {}", name(shape.cell),
                               name(shape.solver.method))};
  return success();
}

Result<Trainer> Trainer::create(const Split &split, const Options &options) {
  WindowOptions every{options.window, options.horizon, 1}, sampled = every;
  sampled.stride = options.stride;
  return create(
      makeWindows(withSpeeds(split.train, options.augmentation), sampled),
      makeWindows(split.train, sampled), makeWindows(split.validation, every),
      makeWindows(split.test, every), options);
}

Result<Trainer> Trainer::create(const WindowSet &training,
                                const WindowSet &plain,
                                const WindowSet &validation,
                                const WindowSet &test, const Options &options) {
  prepareRuntime();
  int64_t block = 0;
  for (int64_t each : options.blocks) {
    if (options.window % each != 0)
      return Failure{fmt::format("block {} does not divide the window of {}",
                                 each, options.window)};
    block = std::gcd(block, each);
  }
  if (!plain.size() || !validation.size())
    return Failure{
        fmt::format("no window of {} cycles in and {} out on the {} batteries",
                    options.window, options.horizon,
                    plain.size() ? "validation" : "training")};
  auto samples = [&](const WindowSet &windows) {
    return makeSamples(windows, block, options.outputScale);
  };
  Trainer trainer;
  trainer.options = options;
  trainer.training = samples(training);
  trainer.plain = samples(plain);
  trainer.validation = samples(validation);
  trainer.test = samples(test);
  return trainer;
}

Basis Trainer::curves(int64_t count) const {
  return principalCurves(toMatrix(training.deltas), count);
}

void Trainer::measure(const std::shared_ptr<Network> &network,
                      FamilyModel &model) const {
  forgetErrors(model);
  QuantizedNetwork quantized(network, model);
  // A model that cannot be compiled still has its float error.
  bool compiles = bool(quantized.check());
  auto measureSide = [&](const char *side, const Samples &samples) {
    if (!samples.size())
      return;
    std::optional<double> inInt8;
    if (compiles)
      inInt8 = measureMae(quantized, model, samples);
    recordErrors(model, side, measureMae(*network, model, samples), inInt8);
  };
  measureSide("validation", validation);
  measureSide("test", test);
}

Result<Trained> Trainer::trainOn(Forecaster &forecaster,
                                 const std::shared_ptr<Network> &network,
                                 const FamilyModel &model,
                                 const Distillation &distillation,
                                 const FitOptions &fitting,
                                 const EpochDone &done) const {
  Result<std::vector<Epoch>> epochs =
      fit(forecaster, model, training, validation, distillation, fitting, done);
  if (!epochs)
    return epochs.failure();
  Trained trained{model, std::move(*epochs)};
  network->store(trained.model);
  record(trained.model, distillation);
  return trained;
}

Result<Trained> Trainer::train(const FamilyModel &shape,
                               const Distillation &distillation,
                               const FitOptions &fitting,
                               const EpochDone &done) {
  if (Status possible = checkShape(shape); !possible)
    return possible.failure();
  std::shared_ptr<Network> network =
      makeNetwork(shape, curves(shape.basis), shape.seed);
  Result<Trained> trained =
      trainOn(*network, network, shape, distillation, fitting, done);
  if (!trained)
    return trained;
  trained->model.ranges = calibrate(*network, plain, shape);
  measure(network, trained->model);
  return trained;
}

Result<Trained> Trainer::recover(const FamilyModel &model,
                                 const Distillation &distillation,
                                 const FitOptions &fitting,
                                 const EpochDone &done) {
  Result<std::shared_ptr<Network>> network = loadNetwork(model);
  if (!network)
    return network.failure();
  Result<Trained> trained =
      trainOn(**network, *network, model, distillation, fitting, done);
  if (!trained)
    return trained;
  trained->model.ranges = calibrate(**network, plain, model);
  if (!trained->model.masks.empty()) {
    record(trained->model, TrainingStage::Pruned);
    record(trained->model, TrainingStage::Recovered);
  }
  measure(*network, trained->model);
  return trained;
}

Result<Trained> Trainer::tuneQuantized(const FamilyModel &model,
                                       const Distillation &distillation,
                                       const FitOptions &fitting,
                                       const EpochDone &done) {
  Result<std::shared_ptr<Network>> network = loadNetwork(model);
  if (!network)
    return network.failure();
  QuantizedNetwork quantized(*network, model);
  if (Status possible = quantized.check(); !possible)
    return possible.failure();
  Result<Trained> trained =
      trainOn(quantized, *network, model, distillation, fitting, done);
  if (!trained)
    return trained;
  record(trained->model, TrainingStage::QuantizationAware);
  measure(*network, trained->model);
  return trained;
}

Result<std::vector<Epoch>> Trainer::trainBaseline(Forecaster &network,
                                                  const FamilyModel &reads,
                                                  const FitOptions &fitting) {
  return fit(network, reads, training, validation, {}, fitting,
             [](int64_t, const Epoch &) {});
}

RowMatrix forecastSoh(Forecaster &network, const FamilyModel &model,
                      const WindowSet &windows) {
  torch::NoGradGuard guard;
  Samples samples = makeSamples(windows, model.block, model.outputScale);
  torch::Tensor result = torch::empty({samples.size(), model.horizon});
  forSlabs(samples.size(), [&](int64_t first, int64_t count) {
    View view = samples.view.narrow(first, count);
    result.narrow(0, first, count)
        .copy_(network.forward(makeFeatures(view, model)) / model.outputScale +
               view.last);
  });
  return toMatrix(result);
}

} // namespace dlnet
