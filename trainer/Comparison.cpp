// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every contender ends as a matrix of forecasts, so that all are measured by
// the same code.
#include "trainer/Comparison.h"

#include "frontend/series/Baselines.h"
#include "frontend/series/LinearBaselines.h"
#include "trainer/engine/DlnetBlock.h"
#include "trainer/engine/Mlp.h"
#include "trainer/engine/QuantizedNetwork.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <set>

namespace dlnet {

namespace {

void add(Comparison &comparison, const std::string &name, int64_t parameters,
         RowMatrix forecast, const ComparisonOptions &options) {
  Figures figures =
      measureFigures(forecast, comparison.windows, options.figures);
  comparison.contenders.push_back(
      {name, parameters, std::move(forecast), std::move(figures)});
}

void addPolynomials(Comparison &comparison, const ComparisonOptions &options) {
  const RowMatrix &inputs = comparison.windows.inputs;
  Eigen::Index horizon = comparison.windows.targets.cols();
  for (const PolynomialBaseline &baseline : polynomialBaselines(inputs.cols()))
    add(comparison, baseline.name, 0,
        forecastPolynomial(inputs, horizon, baseline.degree, baseline.points),
        options);
}

void addLinear(Comparison &comparison, const WindowSet &train,
               const WindowSet &validation, const ComparisonOptions &options) {
  const RowMatrix &inputs = comparison.windows.inputs;
  auto addBaseline = [&](const LinearBaseline &baseline) {
    add(comparison, baseline.name, baseline.map.size() + baseline.offset.size(),
        baseline.forecast(inputs), options);
  };
  addBaseline(fitRidge(train, validation));
  addBaseline(fitAbsolute(train));
}

Status addModel(Comparison &comparison, const FamilyModel &model,
                const ComparisonOptions &options) {
  Result<std::shared_ptr<Network>> network = loadNetwork(model);
  if (!network)
    return network.failure();
  add(comparison, model.name, countParameters(model),
      forecastSoh(**network, model, comparison.windows), options);
  QuantizedNetwork quantized(*network, model);
  if (Status possible = quantized.check(); !possible)
    return possible;
  add(comparison, model.name + " int8", countParameters(model),
      forecastSoh(quantized, model, comparison.windows), options);
  return success();
}

/// What training for the comparison needs to know of `model`.
Trainer::Options trainingFor(const FamilyModel &model,
                             const ComparisonOptions &options) {
  Trainer::Options training;
  training.window = model.window;
  training.horizon = model.horizon;
  training.outputScale = model.outputScale;
  training.blocks = {options.published ? 1 : model.block};
  training.augmentation = options.fit.augmentation;
  return training;
}

/// Networks of other kinds, trained on the windows of `trainer`.
Status addNetworks(Comparison &comparison, const FamilyModel &model,
                   Trainer &trainer, const ComparisonOptions &options) {
  auto addNetwork = [&](const char *name, Forecaster &network,
                        const FamilyModel &reads) -> Status {
    auto epochs = trainer.trainBaseline(network, reads, options.fit);
    if (!epochs)
      return epochs.failure();
    add(comparison, name, network.parameterCount(),
        forecastSoh(network, reads, comparison.windows), options);
    return success();
  };
  Mlp mlp(model, trainer.curves(model.basis), countParameters(model),
          model.seed);
  if (Status added = addNetwork("MLP", mlp, model); !added)
    return added;
  if (!options.published)
    return success();
  DlnetOptions shape;
  shape.window = model.window;
  shape.horizon = model.horizon;
  FamilyModel byCycle = model;
  byCycle.block = 1;
  DlnetBlock block(shape, model.seed);
  return addNetwork("DLNet block, published", block, byCycle);
}

void nameBatteries(Comparison &comparison) {
  std::set<int> seen(comparison.windows.battery.begin(),
                     comparison.windows.battery.end());
  for (int index : seen)
    comparison.batteries.push_back(comparison.windows.names[size_t(index)]);
}

/// The windows at `rows`.
WindowSet takeRows(const WindowSet &from, const std::vector<size_t> &rows) {
  WindowSet set;
  auto take = [&](const RowMatrix &matrix) {
    RowMatrix result(Eigen::Index(rows.size()), matrix.cols());
    for (size_t i = 0; i < rows.size(); ++i)
      result.row(Eigen::Index(i)) = matrix.row(Eigen::Index(rows[i]));
    return result;
  };
  set.inputs = take(from.inputs);
  set.targets = take(from.targets);
  set.rawTargets = take(from.rawTargets);
  for (size_t row : rows) {
    set.battery.push_back(from.battery[row]);
    set.first.push_back(from.first[row]);
  }
  set.names = from.names;
  return set;
}

} // namespace

const Contender *Comparison::find(const std::string &name) const {
  auto found =
      std::find_if(contenders.begin(), contenders.end(),
                   [&](const Contender &each) { return each.name == name; });
  return found == contenders.end() ? nullptr : &*found;
}

Result<Comparison> compareByBattery(const std::vector<FamilyModel> &models,
                                    const Split &split,
                                    const ComparisonOptions &options) {
  const FamilyModel &first = models.front();
  WindowOptions every{first.window, first.horizon, 1}, sampled = every;
  sampled.stride = options.stride;
  Comparison comparison;
  comparison.protocol = "unseen batteries";
  comparison.windows = makeWindows(split.test, sampled);
  if (!comparison.windows.size())
    return Failure{
        fmt::format("no window of {} cycles in and {} out on a battery "
                    "that the family has not seen",
                    first.window, first.horizon)};
  nameBatteries(comparison);

  for (const FamilyModel &model : models)
    if (Status added = addModel(comparison, model, options); !added)
      return added.failure();
  addPolynomials(comparison, options);
  if (split.train.empty() || split.validation.empty())
    return comparison;
  addLinear(comparison, makeWindows(split.train, every),
            makeWindows(split.validation, every), options);

  Result<Trainer> trainer = Trainer::create(split, trainingFor(first, options));
  if (!trainer)
    return trainer.failure();
  if (Status added = addNetworks(comparison, first, *trainer, options); !added)
    return added.failure();
  return comparison;
}

Result<Comparison> compareByWindow(const FamilyModel &shape,
                                   const std::vector<Battery> &batteries,
                                   const ComparisonOptions &options) {
  WindowSet all = makeWindows(batteries, {shape.window, shape.horizon, 1});
  std::vector<size_t> order(size_t(all.size()));
  for (size_t i = 0; i < order.size(); ++i)
    order[i] = i;
  Random random(options.fit.seed);
  random.shuffle(order);
  size_t judged = order.size() / 5;
  if (judged < 2)
    return Failure{
        fmt::format("{} windows are too few to deal out", order.size())};
  auto judgedEnd = order.begin() + long(judged);
  auto chosenEnd = judgedEnd + long(judged / 2);
  WindowSet choose = takeRows(all, {judgedEnd, chosenEnd});
  WindowSet train = takeRows(all, {chosenEnd, order.end()});
  Comparison comparison;
  comparison.protocol = "random windows of known batteries";
  comparison.windows = takeRows(all, {order.begin(), judgedEnd});
  nameBatteries(comparison);

  Result<Trainer> trainer = Trainer::create(
      train, train, choose, comparison.windows, trainingFor(shape, options));
  if (!trainer)
    return trainer.failure();
  Result<Trained> trained =
      trainer->train(shape, {}, options.fit, [](int64_t, const Epoch &) {});
  if (!trained)
    return trained.failure();
  if (Status added = addModel(comparison, trained->model, options); !added)
    return added.failure();
  addPolynomials(comparison, options);
  addLinear(comparison, train, choose, options);
  if (Status added = addNetworks(comparison, shape, *trainer, options); !added)
    return added.failure();
  return comparison;
}

std::string printComparison(const Comparison &comparison) {
  const Contender *ridge = comparison.find("ridge");
  auto out = std::string();
  auto line = std::back_inserter(out);
  fmt::format_to(line,
                 "{}: {} windows of {} batteries; errors x 10^-3 of SOH\n\n",
                 comparison.protocol, comparison.windows.size(),
                 comparison.batteries.size());
  fmt::format_to(line, "{:<24}{:>7}{:>9}{:>9}{:>8}", "", "params", "MAE",
                 "RMSE", "MAPE %");
  for (const auto &[ahead, error] : comparison.contenders.front().figures.maeAt)
    fmt::format_to(line, "{:>8}", fmt::format("@{}", ahead));
  fmt::format_to(line, "{:>8}{:>8}{:>9}{:>8}{:>9}\n", "knee", "no knee",
                 "spread", "worst", "of ridge");
  for (const Contender &each : comparison.contenders) {
    const Figures &f = each.figures;
    fmt::format_to(line, "{:<24}{:>7}{:>9.4f}{:>9.4f}{:>8.3f}", each.name,
                   each.parameters ? std::to_string(each.parameters) : "",
                   f.mae * 1e3, f.rmse * 1e3, f.mape * 100);
    for (const auto &[ahead, error] : f.maeAt)
      fmt::format_to(line, "{:>8.3f}", error * 1e3);
    auto optional = [&](const std::optional<double> &value) {
      return value ? fmt::format("{:.3f}", *value * 1e3) : "-";
    };
    fmt::format_to(line, "{:>8}{:>8}{:>9.3f}{:>8.3f}", optional(f.maeKnee),
                   optional(f.maeNoKnee), f.spread.sd * 1e3,
                   f.spread.max * 1e3);
    fmt::format_to(line, "{:>9}\n",
                   ridge ? fmt::format("{:.3f}", f.mae / ridge->figures.mae)
                         : "-");
  }
  const Figures &first = comparison.contenders.front().figures;
  fmt::format_to(line,
                 "\nAs measured, glitches included, the first has {:.4f}. "
                 "Knee windows: {} of {}.\n",
                 first.maeRaw * 1e3, first.kneeWindows, first.windows);
  const EndFigures &end = first.end;
  if (end.within)
    fmt::format_to(line,
                   "End of life within the horizon: {} windows, found in {} "
                   "(off by {:.1f} cycles on average), missed in {}, wrongly "
                   "forecast in {}.\n",
                   end.within, end.found, end.meanCycles.value_or(0),
                   end.missed, end.falseEnds);
  else
    fmt::format_to(line,
                   "No window has its end of life within the horizon "
                   "(wrongly forecast in {}).\n",
                   end.falseEnds);
  if (!ridge)
    fmt::format_to(line,
                   "Baselines that are fitted (ridge, absolute loss, MLP) "
                   "need the batteries that trained the family.\n");
  return out;
}

nlohmann::json toJson(const Comparison &comparison) {
  nlohmann::json json = {{"protocol", comparison.protocol},
                         {"windows", comparison.windows.size()},
                         {"cells", comparison.batteries}};
  for (const Contender &each : comparison.contenders) {
    nlohmann::json figures = toJson(each.figures);
    figures["name"] = each.name;
    figures["parameters"] = each.parameters;
    json["contenders"].push_back(std::move(figures));
  }
  return json;
}

} // namespace dlnet
