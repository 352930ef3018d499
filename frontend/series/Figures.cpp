// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One pass over the windows collects sums; the figures are made from them at
// the end.
#include "frontend/series/Figures.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>

namespace dlnet {

namespace {

/// Fall per cycle from the mean of the first tenth to that of the last tenth.
double fadeOf(const RowMatrix &series, Eigen::Index row) {
  Eigen::Index cycles = series.cols();
  Eigen::Index tenth = std::max<Eigen::Index>(1, cycles / 10);
  if (cycles <= tenth)
    return 0;
  auto values = series.row(row).cast<double>();
  return (values.head(tenth).mean() - values.tail(tenth).mean()) /
         double(cycles - tenth);
}

/// Column of the first value that is at most `end`, or nothing.
std::optional<Eigen::Index> endOf(const RowMatrix &series, Eigen::Index row,
                                  double end) {
  for (Eigen::Index h = 0; h < series.cols(); ++h)
    if (double(series(row, h)) <= end)
      return h;
  return std::nullopt;
}

EndFigures measureEnds(const RowMatrix &forecast, const WindowSet &windows,
                       double end) {
  EndFigures figures;
  double cycles = 0;
  for (Eigen::Index row = 0; row < windows.size(); ++row) {
    if (double(windows.inputs(row, windows.inputs.cols() - 1)) <= end)
      continue;
    std::optional<Eigen::Index> truth = endOf(windows.targets, row, end);
    std::optional<Eigen::Index> guess = endOf(forecast, row, end);
    figures.within += truth.has_value();
    figures.missed += truth && !guess;
    figures.falseEnds += guess && !truth;
    if (!truth || !guess)
      continue;
    ++figures.found;
    cycles += std::abs(double(*truth - *guess));
  }
  if (figures.found)
    figures.meanCycles = cycles / double(figures.found);
  return figures;
}

BatterySpread spreadOf(const std::vector<BatteryError> &batteries) {
  std::vector<double> maes;
  for (const BatteryError &battery : batteries)
    maes.push_back(battery.mae);
  BatterySpread spread;
  for (double mae : maes)
    spread.mean += mae / double(maes.size());
  double squares = 0;
  for (double mae : maes)
    squares += (mae - spread.mean) * (mae - spread.mean);
  if (maes.size() > 1)
    spread.sd = std::sqrt(squares / double(maes.size() - 1));
  std::sort(maes.begin(), maes.end());
  size_t half = maes.size() / 2;
  spread.median =
      maes.size() % 2 ? maes[half] : (maes[half - 1] + maes[half]) / 2;
  spread.max = maes.back();
  return spread;
}

} // namespace

std::vector<bool> findKnees(const WindowSet &windows) {
  constexpr double kTimes = 2, kLeast = 0.005;
  std::vector<bool> knees;
  double horizon = double(windows.targets.cols());
  for (Eigen::Index row = 0; row < windows.size(); ++row) {
    double expected = std::max(0.0, fadeOf(windows.inputs, row)) * horizon;
    double actual = fadeOf(windows.targets, row) * horizon;
    knees.push_back(actual > kTimes * expected && actual - expected >= kLeast);
  }
  return knees;
}

Figures measureFigures(const RowMatrix &forecast, const WindowSet &windows,
                       const FigureOptions &options) {
  assert(windows.size() > 0 && forecast.rows() == windows.size() &&
         forecast.cols() == windows.targets.cols() &&
         "a forecast for every window, and at least one");
  Eigen::Index horizon = forecast.cols();
  double count = double(forecast.size());
  std::vector<bool> knees = findKnees(windows);

  Figures figures;
  figures.windows = size_t(windows.size());
  figures.maeByHorizon.assign(size_t(horizon), 0);
  double squares = 0, relative = 0, raw = 0, knee = 0, noKnee = 0, all = 0;
  std::map<int, size_t> places; // windows of a battery may lie apart
  for (Eigen::Index row = 0; row < windows.size(); ++row) {
    double sum = 0;
    for (Eigen::Index h = 0; h < horizon; ++h) {
      double target = double(windows.targets(row, h));
      double error = std::abs(double(forecast(row, h)) - target);
      sum += error;
      squares += error * error;
      relative += error / target;
      raw += std::abs(double(forecast(row, h)) -
                      double(windows.rawTargets(row, h)));
      figures.maeByHorizon[size_t(h)] += error;
    }
    all += sum;
    (knees[size_t(row)] ? knee : noKnee) += sum;
    figures.kneeWindows += knees[size_t(row)];
    int battery = windows.battery[size_t(row)];
    auto [place, isNew] = places.try_emplace(battery, figures.batteries.size());
    if (isNew)
      figures.batteries.push_back({windows.names[size_t(battery)], 0, 0});
    BatteryError &figure = figures.batteries[place->second];
    ++figure.windows;
    figure.mae += sum;
  }

  figures.mae = all / count;
  figures.rmse = std::sqrt(squares / count);
  figures.mape = relative / count;
  figures.maeRaw = raw / count;
  size_t straight = figures.windows - figures.kneeWindows;
  if (figures.kneeWindows)
    figures.maeKnee = knee / (double(figures.kneeWindows) * double(horizon));
  if (straight)
    figures.maeNoKnee = noKnee / (double(straight) * double(horizon));
  for (double &error : figures.maeByHorizon)
    error /= double(windows.size());
  for (int ahead : {1, 10, 50, 100})
    if (ahead <= horizon)
      figures.maeAt.push_back({ahead, figures.maeByHorizon[size_t(ahead - 1)]});
  for (BatteryError &figure : figures.batteries)
    figure.mae /= double(figure.windows) * double(horizon);
  figures.spread = spreadOf(figures.batteries);
  figures.end = measureEnds(forecast, windows, options.endOfLife);
  return figures;
}

nlohmann::json toJson(const Figures &figures) {
  auto optional = [](const std::optional<double> &value) {
    return value ? nlohmann::json(*value) : nlohmann::json();
  };
  nlohmann::json json = {{"windows", figures.windows},
                         {"knee_windows", figures.kneeWindows},
                         {"mae", figures.mae},
                         {"rmse", figures.rmse},
                         {"mape", figures.mape},
                         {"mae_raw", figures.maeRaw},
                         {"mae_knee", optional(figures.maeKnee)},
                         {"mae_no_knee", optional(figures.maeNoKnee)},
                         {"cell_mae_mean", figures.spread.mean},
                         {"cell_mae_median", figures.spread.median},
                         {"cell_mae_max", figures.spread.max},
                         {"cell_mae_sd", figures.spread.sd},
                         {"end_within", figures.end.within},
                         {"end_found", figures.end.found},
                         {"end_missed", figures.end.missed},
                         {"end_false", figures.end.falseEnds},
                         {"end_mean_cycles", optional(figures.end.meanCycles)},
                         {"mae_by_horizon", figures.maeByHorizon}};
  for (const auto &[ahead, mae] : figures.maeAt)
    json[fmt::format("mae_at_{}", ahead)] = mae;
  json["cells"] = nlohmann::json::array();
  for (const BatteryError &battery : figures.batteries)
    json["cells"].push_back({{"cell", battery.battery},
                             {"windows", battery.windows},
                             {"mae", battery.mae}});
  return json;
}

} // namespace dlnet
