// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The plain pictures: curves and bars. Sizes are in pixels, and frames are
// fixed so that axes line up.
#include "trainer/report/Pictures.h"

#include "trainer/report/Layout.h"

#include <algorithm>
#include <cmath>

namespace dlnet {

namespace {

constexpr double kLeft = 80, kRight = kPictureWidth - 20;
constexpr int kTop = 44, kUnderAxis = 54;

/// What a logarithmic axis cannot show becomes NaN, which is left out.
std::vector<double> positive(std::vector<double> values, double scale,
                             AxisRange &range) {
  for (double &value : values) {
    value = value > 0 ? value * scale : std::nan("");
    range.add(value, true);
  }
  return values;
}

void widen(AxisRange &range) {
  range.low /= 1.15;
  range.high *= 1.15;
}

} // namespace

Result<std::string> drawLosses(const Heading &heading,
                               const std::vector<LossRun> &runs) {
  constexpr int kPlot = 185, kBetween = 24;
  std::vector<std::string> names;
  for (const LossRun &run : runs)
    names.push_back(run.name);
  Legend legend(names);
  int height = kTop + 2 * kPlot + kBetween + kUnderAxis + legend.height;
  Script script(kPictureWidth, height);
  std::vector<std::string> train, validation;
  AxisRange losses, errors;
  size_t epochs = 2;
  for (size_t i = 0; i < runs.size(); ++i) {
    const LossRun &run = runs[i];
    epochs = std::max({epochs, run.train.size(), run.validationMae.size()});
    std::vector<double> loss = positive(run.train, 1, losses);
    std::vector<double> error = positive(run.validationMae, kMaeScale, errors);
    train.push_back(fmt::format("{} with lines {} notitle",
                                script.series(loss, 1), lineStyle(i)));
    validation.push_back(fmt::format("{} with lines {} notitle",
                                     script.series(error, 1), lineStyle(i)));
    // A run of one epoch, or one without any number, still has its name.
    validation.push_back(fmt::format("keyentry with lines {} title {}",
                                     lineStyle(i),
                                     quoted(run.name, kLongestName)));
    if (std::optional<size_t> best = findBest(error))
      validation.push_back(fmt::format(
          "{} with points pt 7 ps 0.6 lc rgb '{}' notitle",
          script.data({{double(*best + 1), error[*best]}}), colour(i)));
  }
  if (losses.empty || errors.empty)
    return Failure{"there are no losses to draw"};
  widen(losses);
  widen(errors);
  script.line("set multiplot");
  script.line("set xrange [1:{}]", epochs);
  setTitle(script, heading);
  setFrame(script, height, kLeft, kTop, kRight, kTop + kPlot);
  setLogAxis(script, 'y', losses, "%.0e");
  script.line("set format x ''");
  script.line("set ylabel 'training loss' offset 1.5");
  script.line("plot {}", join(train));
  script.line("unset title");
  setFrame(script, height, kLeft, kTop + kPlot + kBetween, kRight,
           kTop + 2 * kPlot + kBetween);
  legend.set(script, height);
  setLogAxis(script, 'y', errors, "%g");
  script.line("set format x '%g'");
  script.line("set xlabel 'epoch (dot: best)' offset 0,0.6");
  script.line("set ylabel {}", quoted(std::string("validation ") + kMaeLabel));
  script.line("plot {}", join(validation));
  script.line("unset multiplot");
  return script.draw();
}

Result<std::string> drawHorizons(const Heading &heading,
                                 const std::vector<Curve> &curves) {
  constexpr int kPlot = 290;
  std::vector<std::string> names;
  for (const Curve &curve : curves)
    names.push_back(curve.name);
  Legend legend(names);
  int height = kTop + kPlot + kUnderAxis + legend.height;
  Script script(kPictureWidth, height);
  std::vector<std::string> plots;
  size_t horizon = 2;
  AxisRange range;
  for (size_t i = 0; i < curves.size(); ++i) {
    std::vector<double> values = curves[i].values;
    for (double &value : values) {
      value *= kMaeScale;
      range.add(value);
    }
    horizon = std::max(horizon, values.size());
    plots.push_back(fmt::format("{} with lines {} notitle",
                                script.series(values, 1), lineStyle(i)));
    plots.push_back(fmt::format("keyentry with lines {} title {}", lineStyle(i),
                                quoted(curves[i].name, kLongestName)));
  }
  if (range.empty)
    return Failure{"there are no errors by horizon to draw"};
  setTitle(script, heading);
  setFrame(script, height, kLeft, kTop, kRight, kTop + kPlot);
  legend.set(script, height);
  setAxis(script, 'y', 0, range.high > 0 ? range.high * 1.05 : 1);
  script.line("set xrange [1:{}]", horizon);
  script.line("set xlabel 'cycles ahead' offset 0,0.6");
  script.line("set ylabel '{}'", kMaeLabel);
  script.line("plot {}", join(plots));
  return script.draw();
}

Result<std::string> drawStages(const Heading &heading,
                               const std::vector<StageBar> &stages,
                               const std::string &spreadNote) {
  std::vector<StageBar> bars;
  for (const StageBar &stage : stages)
    if (std::isfinite(stage.mae.mean))
      bars.push_back(stage);
  if (bars.empty())
    return Failure{"there are no stages to draw"};
  const int height = kTop + 34 * int(bars.size()) + kUnderAxis + 12;
  Script script(kPictureWidth, height);
  std::vector<std::vector<double>> rows;
  std::string tics;
  AxisRange range;
  range.add(0);
  size_t longest = 0;
  for (size_t i = 0; i < bars.size(); ++i) {
    const Spread mae = tidied(bars[i].mae);
    rows.push_back({mae.mean * kMaeScale, -double(i), mae.low * kMaeScale,
                    mae.high * kMaeScale});
    tics += fmt::format("{}{} {}", i ? ", " : "", quotedTic(bars[i].name, 30),
                        -double(i));
    for (double value : {mae.mean, mae.high})
      range.add(value * kMaeScale);
    longest = std::max(longest, std::min<size_t>(31, bars[i].name.size()));
  }
  std::string data = script.data(rows);
  setTitle(script, heading);
  setFrame(script, height, 20 + 7.4 * double(longest), kTop, kRight,
           height - kUnderAxis - 12);
  script.line("set key off");
  // Room for the numbers behind the bars.
  setAxis(script, 'x', 0, range.high > 0 ? range.high * 1.12 : 1);
  script.line("set yrange [{}:0.6]", number(-double(bars.size()) + 0.4));
  script.line("set ytics ({}) scale 0", tics);
  script.line("set grid noytics");
  script.line("set format x '%g'");
  script.line(
      "set xlabel {}",
      quoted(kMaeLabel + (spreadNote.empty() ? "" : "; " + spreadNote)));
  script.line("set style fill solid 1 noborder");
  script.line("plot {0} using (0):2:(0):1:($2-0.32):($2+0.32) with boxxyerror "
              "lc rgb '{1}', {0} using 1:2:3:4 with xerrorbars pt 0 lw 1.5 "
              "lc rgb '#000000', {0} using ($4 > $1 ? $4 : $1):2:"
              "(sprintf('%.2f', $1)) with labels left offset 0.7,0 font ',12'",
              data, colour(4));
  return script.draw();
}

} // namespace dlnet
