// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The recipe: absolute loss, AdamW under a warm-up and a cosine, and many more
// cells than there are. A few dozen cells are soon known by heart, so training
// also shows them living faster and slower, fading more and less, and at other
// levels of SOH.
#include "trainer/Train.h"

#include "trainer/Basis.h"
#include "trainer/LiquidNetwork.h"
#include "trainer/cells/Clean.h"
#include "trainer/cells/Random.h"
#include "trainer/cells/Split.h"
#include "trainer/cells/Windows.h"

#include <fmt/format.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>
#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>

namespace dlnet {

namespace {

/// Factors by which SOH is scaled about the newest cycle in training.
constexpr std::array<double, 3> kAmplitudes = {1.0, 0.75, 1.3};

/// Cycles of a training cell that make one cycle of its resampled copy.
constexpr std::array<double, 2> kSpeeds = {1 / 1.3, 1.3};

/// Standard deviation of the shift that a training window's SOH is given as a
/// whole. Without it the level tells the training cells apart.
constexpr double kLevelShift = 0.015;

/// The cell as it would be if it aged `speed` times as fast.
Cell resample(const Cell &cell, double speed) {
  auto stretched = [&](const std::vector<double> &series) {
    std::vector<double> result;
    if (series.size() < 2)
      return result;
    for (size_t i = 0; double(i) * speed <= double(series.size() - 1); ++i) {
      double position = double(i) * speed;
      size_t before = std::min(size_t(position), series.size() - 2);
      double share = position - double(before);
      result.push_back(series[before] * (1 - share) +
                       series[before + 1] * share);
    }
    return result;
  };
  return {cell.name, cell.batch, stretched(cell.soh), stretched(cell.target),
          stretched(cell.raw)};
}

torch::Tensor toTensor(const RowMatrix &matrix) {
  torch::Tensor tensor = torch::empty({matrix.rows(), matrix.cols()});
  std::copy_n(matrix.data(), matrix.size(), tensor.data_ptr<float>());
  return tensor;
}

RowMatrix toMatrix(const torch::Tensor &tensor) {
  torch::Tensor dense = tensor.contiguous();
  return Eigen::Map<const RowMatrix>(dense.data_ptr<float>(), dense.size(0),
                                     dense.size(1));
}

/// Windows as the network needs them.
struct Samples {
  torch::Tensor relative; // [N, T], block means less the newest SOH
  torch::Tensor last;     // [N, 1], the newest SOH
  torch::Tensor deltas;   // [N, H], targets less the newest SOH, scaled

  int64_t size() const { return last.size(0); }
};

Samples makeSamples(const RowMatrix &inputs, const RowMatrix &targets,
                    const FamilyModel &model) {
  torch::Tensor windows = toTensor(inputs);
  Samples samples;
  samples.last = windows.narrow(1, model.window - 1, 1).contiguous();
  samples.relative = (windows - samples.last)
                         .view({windows.size(0), model.blocks(), model.block})
                         .mean(2);
  samples.deltas = (toTensor(targets) - samples.last) * model.outputScale;
  return samples;
}

/// The normalised inputs of each step, [T, 3, N].
torch::Tensor makeFeatures(const torch::Tensor &relative,
                           const torch::Tensor &last, const Features &scales) {
  int64_t blocks = relative.size(1);
  torch::Tensor difference = torch::zeros_like(relative);
  difference.narrow(1, 1, blocks - 1)
      .copy_(relative.narrow(1, 1, blocks - 1) -
             relative.narrow(1, 0, blocks - 1));
  difference.mul_(scales.differenceScale)
      .clamp_(-scales.differenceClip, scales.differenceClip);
  torch::Tensor level =
      (relative + last - scales.levelOffset) * scales.levelScale;
  return torch::stack({difference, relative * scales.relativeScale, level}, 0)
      .permute({2, 0, 1})
      .contiguous();
}

/// Calls `visit(first, count)` over slabs small enough to stay in the cache.
template <typename Visit> void forSlabs(int64_t size, Visit visit) {
  constexpr int64_t kSlab = 2048;
  for (int64_t first = 0; first < size; first += kSlab)
    visit(first, std::min(kSlab, size - first));
}

torch::Tensor featuresOf(const Samples &samples, int64_t first, int64_t count,
                         const Features &scales) {
  return makeFeatures(samples.relative.narrow(0, first, count),
                      samples.last.narrow(0, first, count), scales);
}

/// SOH forecasts, [N, H].
RowMatrix forecast(LiquidNetwork &network, const Samples &samples,
                   const FamilyModel &model) {
  torch::NoGradGuard guard;
  torch::Tensor result = torch::empty({samples.size(), model.horizon});
  forSlabs(samples.size(), [&](int64_t first, int64_t count) {
    torch::Tensor delta =
        network.forward(featuresOf(samples, first, count, model.features));
    result.narrow(0, first, count)
        .copy_(delta / model.outputScale +
               samples.last.narrow(0, first, count));
  });
  return toMatrix(result);
}

double validate(LiquidNetwork &network, const Samples &samples,
                const FamilyModel &model) {
  torch::NoGradGuard guard;
  double sum = 0;
  forSlabs(samples.size(), [&](int64_t first, int64_t count) {
    torch::Tensor error =
        network.forward(featuresOf(samples, first, count, model.features)) -
        samples.deltas.narrow(0, first, count);
    sum += error.abs().sum(torch::kDouble).item<double>();
  });
  return sum / double(samples.deltas.numel()) / model.outputScale;
}

void widen(Range &range, const torch::Tensor &values) {
  range.low = std::min(range.low, values.min().item<double>());
  range.high = std::max(range.high, values.max().item<double>());
}

/// Ranges over the training windows as they are, without augmentation.
Calibration calibrate(LiquidNetwork &network, const Samples &samples,
                      const FamilyModel &model) {
  torch::NoGradGuard guard;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Range empty{kInfinity, -kInfinity};
  Calibration ranges{empty, empty, empty, empty, {}};
  ranges.coefficients.assign(size_t(model.basis), empty);
  forSlabs(samples.size(), [&](int64_t first, int64_t count) {
    torch::Tensor features = featuresOf(samples, first, count, model.features);
    widen(ranges.difference, features.select(1, 0));
    widen(ranges.relative, features.select(1, 1));
    widen(ranges.level, features.select(1, 2));
    widen(ranges.state, network.states(features));
    torch::Tensor coefficients = network.coefficients(features);
    for (int64_t j = 0; j < model.basis; ++j)
      widen(ranges.coefficients[size_t(j)], coefficients[j]);
  });
  return ranges;
}

/// Networks whose mean forecast the student follows beside the data.
using Teachers = std::vector<std::shared_ptr<LiquidNetwork>>;

/// Builds the teachers. Fails on one that reads or writes something else than
/// the student, or that has seen a cell on which the student is judged.
Result<Teachers> makeTeachers(const TrainOptions &options,
                              const FamilyModel &student, const Split &split) {
  Teachers teachers;
  for (const Family &family : options.teachers) {
    std::vector<std::string> hidden = cellNames(split.test);
    for (const Cell &cell : split.validation)
      hidden.push_back(cell.name);
    for (const std::string &name : family.data.train)
      if (std::count(hidden.begin(), hidden.end(), name))
        return Failure{fmt::format("teacher family {} was trained on {}, on "
                                   "which the student is judged",
                                   family.name, name)};
    for (const FamilyModel &model : family.models) {
      if (model.cell != CellKind::Liquid || model.window != student.window ||
          model.horizon != student.horizon || model.block != student.block ||
          model.outputScale != student.outputScale)
        return Failure{fmt::format("teacher {} of family {} does not read and "
                                   "forecast what the student does",
                                   model.name, family.name)};
      Basis basis{RowMatrix::Zero(model.horizon, model.basis),
                  Eigen::VectorXf::Zero(model.horizon)};
      teachers.push_back(
          std::make_shared<LiquidNetwork>(model, basis, model.seed));
      teachers.back()->load(model);
    }
  }
  return teachers;
}

/// Mean forecast of the teachers, without gradients.
torch::Tensor teach(const Teachers &teachers, const torch::Tensor &features) {
  torch::NoGradGuard guard;
  torch::Tensor sum = teachers.front()->forward(features);
  for (size_t i = 1; i < teachers.size(); ++i)
    sum = sum + teachers[i]->forward(features);
  return sum / double(teachers.size());
}

/// Linear over the first 3 % of the steps, then a cosine down to 2 %.
double rateAt(int64_t step, int64_t total) {
  constexpr double kWarmUp = 0.03, kLowest = 0.02, kPi = 3.14159265358979;
  double warm = std::max(1.0, kWarmUp * double(total));
  if (double(step) < warm)
    return double(step + 1) / warm;
  double past = (double(step) - warm) / std::max(1.0, double(total) - warm);
  return kLowest + (1 - kLowest) * 0.5 * (1 + std::cos(kPi * past));
}

/// Trains in place and leaves the weights of the best epoch, which it returns.
int64_t fit(LiquidNetwork &network, const Samples &train,
            const Samples &validation, const FamilyModel &model,
            const Teachers &teachers, const TrainOptions &options,
            const Progress &progress) {
  using torch::optim::AdamWOptions;
  auto group = [&](std::vector<torch::Tensor> parameters, double decay) {
    return torch::optim::OptimizerParamGroup(
        std::move(parameters),
        std::make_unique<AdamWOptions>(
            AdamWOptions(options.rate).weight_decay(decay)));
  };
  torch::optim::AdamW optimizer(
      std::vector<torch::optim::OptimizerParamGroup>{
          group(network.matrices(), options.decay),
          group(network.vectors(), 0)},
      AdamWOptions(options.rate));

  // A sample is a window at one of the amplitudes.
  int64_t windows = train.size();
  std::vector<int64_t> order(size_t(windows) * kAmplitudes.size());
  for (size_t i = 0; i < order.size(); ++i)
    order[i] = int64_t(i);
  int64_t samples = int64_t(order.size());
  int64_t batches = (samples + options.batch - 1) / options.batch;
  Random random(options.seed ^ 0x5eed0fba7c4e5u);

  double best = std::numeric_limits<double>::infinity();
  int64_t bestEpoch = 0, step = 0;
  std::vector<torch::Tensor> bestWeights = network.snapshot();
  for (int64_t epoch = 1; epoch <= options.epochs; ++epoch) {
    random.shuffle(order);
    double lossSum = 0;
    for (int64_t first = 0; first < samples; first += options.batch, ++step) {
      int64_t count = std::min(options.batch, samples - first);
      torch::Tensor rows = torch::empty({count}, torch::kLong);
      torch::Tensor amplitude = torch::empty({count, 1});
      torch::Tensor shift = torch::empty({count, 1});
      for (int64_t i = 0; i < count; ++i) {
        int64_t sample = order[size_t(first + i)];
        rows.data_ptr<int64_t>()[i] = sample % windows;
        amplitude.data_ptr<float>()[i] =
            float(kAmplitudes[size_t(sample / windows)]);
        shift.data_ptr<float>()[i] = float(kLevelShift * random.normal());
      }
      torch::Tensor features = makeFeatures(
          train.relative.index_select(0, rows) * amplitude,
          train.last.index_select(0, rows) + shift, model.features);
      torch::Tensor target = train.deltas.index_select(0, rows) * amplitude;

      for (auto &each : optimizer.param_groups())
        static_cast<AdamWOptions &>(each.options())
            .lr(options.rate * rateAt(step, batches * options.epochs));
      optimizer.zero_grad();
      torch::Tensor output = network.forward(features);
      torch::Tensor loss = (output - target).abs().mean();
      if (!teachers.empty())
        loss = (1 - options.teacherShare) * loss +
               options.teacherShare *
                   (output - teach(teachers, features)).abs().mean();
      loss.backward();
      torch::nn::utils::clip_grad_norm_(network.parameters(), 1.0);
      optimizer.step();
      lossSum += loss.item<double>() * double(count);
    }
    double mae = validate(network, validation, model);
    if (mae < best) {
      best = mae;
      bestEpoch = epoch;
      bestWeights = network.snapshot();
    }
    progress(epoch, lossSum / double(samples), mae);
  }
  network.restore(bestWeights);
  return bestEpoch;
}

Judgement judge(LiquidNetwork &network, const std::string &side,
                const std::vector<Cell> &cells, const FamilyModel &model) {
  WindowSet set = makeWindows(cells, {model.window, model.horizon, 1});
  auto maeFor = [&](const RowMatrix &inputs, const RowMatrix &targets) {
    return maeOf(forecast(network, makeSamples(inputs, targets, model), model),
                 targets);
  };
  Judgement judgement;
  judgement.side = side;
  judgement.cells = cells.size();
  judgement.windows = size_t(set.size());
  judgement.mae = maeFor(set.inputs, set.targets);
  judgement.maeRaw = maeFor(set.inputs, set.rawTargets);
  RowMatrix rounded =
      ((set.inputs.array() * 16384 + 0.5f).floor() / 16384).matrix();
  judgement.maeRoundedInputs = maeFor(rounded, set.targets);
  std::vector<torch::Tensor> exact = network.snapshot();
  network.roundRowsToInt8();
  judgement.maeRoundedWeights = maeFor(set.inputs, set.targets);
  network.restore(exact);
  judgement.floors = measureFloors(set.inputs, set.targets);
  judgement.floorsRaw = measureFloors(set.inputs, set.rawTargets);
  return judgement;
}

} // namespace

Result<TrainResult> trainFamily(const std::vector<Cell> &cells,
                                const TrainOptions &options,
                                const Progress &progress) {
  if (options.window % options.block != 0)
    return Failure{fmt::format("block {} does not divide the window of {}",
                               options.block, options.window)};
  if (options.basis > options.horizon)
    return Failure{fmt::format("{} basis curves for a horizon of {}",
                               options.basis, options.horizon)};
  Split split = splitCells(cells, options.splitSeed);
  std::vector<Cell> trained = split.train;
  for (double speed : kSpeeds)
    for (const Cell &cell : split.train)
      trained.push_back(resample(cell, speed));
  WindowOptions sampling{options.window, options.horizon, options.stride};
  WindowSet plainSet = makeWindows(split.train, sampling);
  WindowSet trainSet = makeWindows(trained, sampling);
  WindowSet validationSet =
      makeWindows(split.validation, {options.window, options.horizon, 1});
  if (!plainSet.size() || !validationSet.size() || split.test.empty())
    return Failure{fmt::format(
        "{} cells are too few: train, validation and test need one each",
        cells.size())};

  torch::set_num_threads(1);
  FamilyModel model;
  model.name = fmt::format("liquid{}", options.units);
  model.role = "student";
  model.units = options.units;
  model.window = options.window;
  model.horizon = options.horizon;
  model.block = options.block;
  model.basis = options.basis;
  model.seed = options.seed;
  model.macs =
      model.blocks() * 2 * model.units * (model.units + kFeatureCount) +
      model.basis * (model.units + model.horizon);

  Samples train = makeSamples(trainSet.inputs, trainSet.targets, model);
  Samples validation =
      makeSamples(validationSet.inputs, validationSet.targets, model);
  LiquidNetwork network(
      model, principalCurves(toMatrix(train.deltas), model.basis), model.seed);

  TrainResult result;
  Result<Teachers> teachers = makeTeachers(options, model, split);
  if (!teachers)
    return teachers.failure();
  result.bestEpoch =
      fit(network, train, validation, model, *teachers, options, progress);
  network.store(model);
  model.ranges = calibrate(
      network, makeSamples(plainSet.inputs, plainSet.targets, model), model);
  result.judgements.push_back(
      judge(network, "validation", split.validation, model));
  result.judgements.push_back(judge(network, "test", split.test, model));
  for (const Judgement &judgement : result.judgements)
    model.measured[judgement.side].maeFloat = judgement.mae;

  Family &family = result.family;
  family.name = options.familyName;
  family.producer = "dlnet-train " DLNET_VERSION;
  family.data = {options.source,
                 options.nominalAh,
                 options.splitSeed,
                 cellNames(split.train),
                 cellNames(split.validation),
                 cellNames(split.test),
                 kCleaning};
  family.models.push_back(std::move(model));
  return result;
}

} // namespace dlnet
