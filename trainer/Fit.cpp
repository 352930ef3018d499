// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every epoch draws from a generator of its own, seeded by the run and the
// epoch's number. So the weights, the optimizer's moments and that number are
// the whole state of training.
#include "trainer/Fit.h"

#include "frontend/support/Sha256.h"
#include "trainer/Checkpoint.h"
#include "trainer/Prune.h"

#include <fmt/format.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>
#include <torch/utils.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace dlnet {

namespace {

using torch::optim::AdamWOptions;
using torch::optim::OptimizerParamGroup;

/// Linear over the first 3 % of the steps, then a cosine down to 2 %.
double rateAt(int64_t step, int64_t total) {
  constexpr double kWarmUp = 0.03, kLowest = 0.02, kPi = 3.14159265358979;
  double warm = std::max(1.0, kWarmUp * double(total));
  if (double(step) < warm)
    return double(step + 1) / warm;
  double past = (double(step) - warm) / std::max(1.0, double(total) - warm);
  return kLowest + (1 - kLowest) * 0.5 * (1 + std::cos(kPi * past));
}

/// The student's states mapped onto the teacher's, at the steps that end at
/// the same cycle.
class TrajectoryTerm {
public:
  TrajectoryTerm(int64_t studentUnits, int64_t teacherUnits, uint64_t seed)
      : map(torch::empty({teacherUnits, studentUnits})),
        offset(torch::zeros({teacherUnits, 1})) {
    Random random(seed ^ 0x7ea5e7u);
    double bound = 1 / std::sqrt(double(studentUnits));
    for (int64_t i = 0; i < map.numel(); ++i)
      map.data_ptr<float>()[i] = float(random.uniform(-bound, bound));
    map.requires_grad_();
    offset.requires_grad_();
  }

  torch::Tensor loss(torch::Tensor student, torch::Tensor teacher) const {
    int64_t common = std::min(student.size(0), teacher.size(0));
    return (torch::matmul(map, everyLast(student, common)) + offset -
            everyLast(teacher, common))
        .square()
        .mean();
  }

  std::vector<torch::Tensor> parameters() const { return {map, offset}; }

private:
  static torch::Tensor everyLast(const torch::Tensor &states, int64_t count) {
    int64_t every = states.size(0) / count;
    assert(every * count == states.size(0) &&
           "one network's steps are made of whole ones of the other");
    return states.slice(0, every - 1, states.size(0), every);
  }

  torch::Tensor map, offset;
};

OptimizerParamGroup group(std::vector<torch::Tensor> parameters, double rate,
                          double decay) {
  return OptimizerParamGroup(
      std::move(parameters),
      std::make_unique<AdamWOptions>(AdamWOptions(rate).weight_decay(decay)));
}

/// Of models whose names and sizes may be those of others.
std::string digestOf(const std::vector<FamilyModel> &models) {
  std::string bytes;
  for (const FamilyModel &model : models)
    for (const auto *tensors : {&model.tensors, &model.masks})
      for (const auto &[key, tensor] : *tensors) {
        bytes += key;
        bytes.append(reinterpret_cast<const char *>(tensor.values.data()),
                     tensor.values.size() * sizeof(float));
      }
  return sha256(bytes);
}

/// All that decides a run's weights, as text.
std::string describe(const FamilyModel &model, const Samples &train,
                     const Distillation &distillation,
                     const FitOptions &options) {
  const Augmentation &shown = options.augmentation;
  std::string teacher = distillation.teacher
                            ? distillation.teacher->description() + " " +
                                  digestOf(distillation.teacher->members())
                            : "none";
  return fmt::format(
      "{} {} {} {} {} {} {} {}; teacher {} {} {} {}; {} {} {} {} {}; augmented "
      "{} {} {} {} {} {} {}; pruned {} {}; data {} {:.17g}; from {}",
      model.name, name(model.cell), name(model.solver.method), model.units,
      model.block, model.basis, model.seed, model.featureCount(), teacher,
      distillation.firstShare, distillation.lastShare, distillation.trajectory,
      options.epochs, options.batch, options.rate, options.decay, options.seed,
      shown.amplitudeLow, shown.amplitudeHigh, shown.levelShift,
      shown.ageSpread, shown.dipShare, shown.dipDepth, shown.dipCycles,
      options.pruning.share, options.pruning.epochs, train.size(),
      train.deltas.sum(torch::kDouble).item<double>(), digestOf({model}));
}

} // namespace

double Pruning::shareAt(int64_t epoch) const {
  if (epoch + 1 >= epochs)
    return share;
  double left = 1 - double(epoch + 1) / double(epochs);
  return share * (1 - left * left * left);
}

double measureMae(const std::function<torch::Tensor(const View &)> &forecast,
                  const Samples &samples, double outputScale) {
  torch::NoGradGuard guard;
  double sum = 0;
  forSlabs(samples.size(), [&](int64_t first, int64_t count) {
    torch::Tensor error = forecast(samples.view.narrow(first, count)) -
                          samples.deltas.narrow(0, first, count);
    sum += error.abs().sum(torch::kDouble).item<double>();
  });
  return sum / double(samples.deltas.numel()) / outputScale;
}

double measureMae(Forecaster &network, const FamilyModel &model,
                  const Samples &samples) {
  return measureMae(
      [&](const View &view) {
        return network.forward(makeFeatures(view, model));
      },
      samples, model.outputScale);
}

namespace {

/// What fit() goes through epoch by epoch.
class Stage {
public:
  Stage(Forecaster &network, const FamilyModel &model, const Samples &train,
        const Distillation &distillation, const FitOptions &options)
      : network(network), recurrent(dynamic_cast<Network *>(&network)),
        model(model), train(train), distillation(distillation),
        options(options) {
    assert((recurrent || options.pruning.share <= 0) &&
           "only recurrent networks are pruned");
    std::vector<OptimizerParamGroup> groups;
    groups.push_back(group(network.matrices(), options.rate, options.decay));
    groups.push_back(group(network.vectors(), options.rate, 0));
    if (distillation.teacher && distillation.trajectory > 0) {
      assert(recurrent && "only recurrent networks have trajectories");
      trajectory = std::make_unique<TrajectoryTerm>(
          model.units, distillation.teacher->members().front().units,
          options.seed);
      groups.push_back(group(extra(), options.rate, 0));
    }
    adam = std::make_unique<torch::optim::AdamW>(groups,
                                                 AdamWOptions(options.rate));
  }

  torch::optim::AdamW &optimizer() { return *adam; }
  /// Parameters beside those of the network.
  std::vector<torch::Tensor> extra() const {
    return trajectory ? trajectory->parameters() : std::vector<torch::Tensor>();
  }

  /// The masks of an epoch, where weights are pruned.
  void prune(int64_t epoch) {
    if (options.pruning.share > 0)
      pruneBlocks(*recurrent, model, options.pruning.shareAt(epoch));
  }

  /// One pass over the windows. Gives the mean loss.
  double run(int64_t epoch) {
    Random random((options.seed << 20) ^ uint64_t(epoch) ^ 0x5eed0fba7c4e5u);
    int64_t windows = train.size();
    std::vector<int64_t> order(static_cast<size_t>(windows));
    for (size_t i = 0; i < order.size(); ++i)
      order[i] = int64_t(i);
    random.shuffle(order);

    double sum = 0;
    for (int64_t batch = 0; batch < batches(); ++batch) {
      int64_t first = batch * options.batch;
      int64_t count = std::min(options.batch, windows - first);
      Samples sample =
          augment(train, &order[size_t(first)], count, model.window,
                  model.outputScale, options.augmentation, random);
      sum += take(sample, epoch * batches() + batch) * double(count);
    }
    if (options.pruning.share > 0)
      recurrent->settle();
    return sum / double(windows);
  }

private:
  int64_t batches() const {
    return (train.size() + options.batch - 1) / options.batch;
  }
  int64_t steps() const { return batches() * options.epochs; }

  /// The step of the optimizer with this index. Gives the loss before it.
  double take(const Samples &sample, int64_t step) {
    for (auto &each : adam->param_groups())
      static_cast<AdamWOptions &>(each.options())
          .lr(options.rate * rateAt(step, steps()));
    adam->zero_grad();
    torch::Tensor loss = lossOf(sample, step);
    loss.backward();
    torch::nn::utils::clip_grad_norm_(network.parameters(), 1.0);
    adam->step();
    return loss.item<double>();
  }

  torch::Tensor lossOf(const Samples &sample, int64_t step) {
    torch::Tensor features = makeFeatures(sample.view, model);
    Network::Outputs outputs;
    if (trajectory)
      outputs = recurrent->run(features);
    else
      outputs.forecast = network.forward(features);
    const torch::Tensor &output = outputs.forecast;
    torch::Tensor loss = (output - sample.deltas).abs().mean();
    if (!distillation.teacher)
      return loss;
    Teacher::Lesson lesson = distillation.teacher->teach(sample.view);
    double passed = double(step) / double(std::max<int64_t>(1, steps() - 1));
    double share = distillation.firstShare +
                   passed * (distillation.lastShare - distillation.firstShare);
    loss = (1 - share) * loss + share * (output - lesson.forecast).abs().mean();
    if (trajectory)
      loss = loss + distillation.trajectory *
                        trajectory->loss(outputs.states, lesson.states);
    return loss;
  }

  Forecaster &network;
  Network *recurrent;
  const FamilyModel &model;
  const Samples &train;
  const Distillation &distillation;
  const FitOptions &options;
  std::unique_ptr<TrajectoryTerm> trajectory;
  std::unique_ptr<torch::optim::AdamW> adam;
};

} // namespace

Result<std::vector<Epoch>> fit(Forecaster &network, const FamilyModel &model,
                               const Samples &train, const Samples &validation,
                               const Distillation &distillation,
                               const FitOptions &options,
                               const EpochDone &done) {
  Stage stage(network, model, train, distillation, options);
  Checkpoint checkpoint(options.checkpoint,
                        describe(model, train, distillation, options), network,
                        stage.extra(), stage.optimizer());
  std::vector<Epoch> epochs;
  if (Status read = checkpoint.resume(epochs); !read)
    return read.failure();
  if (!epochs.empty()) // Its zeros are the masks that it had.
    stage.prune(int64_t(epochs.size()) - 1);
  for (int64_t epoch = int64_t(epochs.size()); epoch < options.epochs;
       ++epoch) {
    stage.prune(epoch);
    double loss = stage.run(epoch);
    epochs.push_back({loss, measureMae(network, model, validation)});
    // Kept, it would take the place of the last state that was of use.
    if (!std::isfinite(epochs.back().loss) ||
        !std::isfinite(epochs.back().validationMae))
      return Failure{fmt::format(
          "epoch {}: the loss is no number any more; a lower --rate may help",
          epoch + 1)};
    if (Status kept = checkpoint.keep(epochs); !kept)
      return kept.failure();
    done(epoch + 1, epochs.back());
  }
  return epochs;
}

} // namespace dlnet
