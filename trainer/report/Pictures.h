// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A table of errors says how good a model is, a picture shows where it is not.
// These are the pictures of a report, each from plain numbers.
#ifndef DLNET_TRAINER_REPORT_PICTURES_H
#define DLNET_TRAINER_REPORT_PICTURES_H

#include "frontend/support/Result.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dlnet {

// All functions return an SVG, 700 pixels wide, of the same bytes for the same
// picture and gnuplot. They fail when there is nothing to draw or no gnuplot.
// Names and titles may hold anything. Numbers that are not finite are left out.
// Errors are in SOH, as a fraction.

/// What stands above each picture.
struct Heading {
  std::string title;
  bool simulated = false; ///< Says so behind the title.
};

struct LossRun {
  std::string name;
  std::vector<double> train;         ///< By epoch, the first is epoch 1.
  std::vector<double> validationMae; ///< By epoch.
};

/// Training loss above validation MAE, by epoch, both on logarithmic axes; a
/// dot marks the best epoch of each run. Up to about ten runs stay readable.
Result<std::string> drawLosses(const Heading &heading,
                               const std::vector<LossRun> &runs);

/// One window.
struct ForecastPanel {
  std::string title; ///< Such as battery and error.
  /// The number of the first cycle of `past`; the forecast starts behind it.
  double firstCycle = 0;
  std::vector<float> past; ///< What the model saw; its last 100 are shown.
  std::vector<float> truth, forecast, baseline; ///< By horizon.
};

struct ForecastPicture {
  std::string modelName = "forecast";
  std::string baselineName; ///< The best baseline.
  std::vector<ForecastPanel> typical, worst;
};

/// Typical windows, then the worst ones, three panels in a row.
Result<std::string> drawForecasts(const Heading &heading,
                                  const ForecastPicture &picture);

/// Windows for drawForecasts(): of each battery one at most, where there are
/// enough batteries.
struct PickedWindows {
  std::vector<size_t> typical; ///< Errors around the median, nearest first.
  std::vector<size_t> worst;   ///< Largest errors, largest first.
};
/// `errors` and `batteries` by window; of equal errors the earlier window.
PickedWindows pickWindows(const std::vector<double> &errors,
                          const std::vector<int> &batteries, size_t count);

struct Curve {
  std::string name;
  std::vector<double> values;
};

/// MAE by horizon; the first value is one cycle ahead.
Result<std::string> drawHorizons(const Heading &heading,
                                 const std::vector<Curve> &curves);

/// A mean over seeds and how far it spreads; ends that do not enclose the mean,
/// such as the zeros of a single seed, are not drawn.
struct Spread {
  double mean = 0, low = 0, high = 0;
};

struct FrontPoint {
  std::string name;
  double cost = 0; ///< In the unit of the axis, above 0.
  Spread mae;
};

struct FrontPicture {
  std::string costLabel;  ///< With its unit, such as "flash (bytes)".
  std::string spreadNote; ///< Such as "bars: range over 3 seeds".
  std::vector<FrontPoint> students;
  std::optional<FrontPoint> teacher;
  std::vector<std::pair<std::string, double>> baselines; ///< Name and MAE.
};

/// MAE against cost. A line joins the students that no other beats in both.
Result<std::string> drawFront(const Heading &heading,
                              const FrontPicture &picture);

struct StageBar {
  std::string name;
  Spread mae;
};

/// A bar for each stage, from top to bottom, with its MAE and spread.
Result<std::string> drawStages(const Heading &heading,
                               const std::vector<StageBar> &stages,
                               const std::string &spreadNote);

} // namespace dlnet

#endif // DLNET_TRAINER_REPORT_PICTURES_H
