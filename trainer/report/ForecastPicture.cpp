// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A grid of small plots with one title and one legend, and the choice of the
// windows that are worth a look.
#include "trainer/report/Layout.h"
#include "trainer/report/Pictures.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace dlnet {

namespace {

void addAll(AxisRange &range, const std::vector<float> &values) {
  // Beyond this a forecast has failed; the rest should still be seen.
  for (float value : values)
    if (std::abs(value) < 10)
      range.add(value);
}

/// The script's part for one window; only the first has legend texts.
void drawPanel(Script &script, const ForecastPanel &panel,
               const ForecastPicture &picture, bool withLegend) {
  size_t shown = std::min<size_t>(100, panel.past.size());
  std::vector<float> past(panel.past.end() - ptrdiff_t(shown),
                          panel.past.end());
  double start = panel.firstCycle + double(panel.past.size());
  double first = start - double(shown);
  size_t horizon = std::max({panel.truth.size(), panel.forecast.size(),
                             panel.baseline.size(), size_t(1)});
  AxisRange range;
  addAll(range, past);
  addAll(range, panel.truth);
  addAll(range, panel.forecast);
  // A baseline that runs off the scale would flatten everything else, so it
  // only gets the margin.
  double margin = std::max(0.002, 0.15 * (range.high - range.low));
  double low = range.low - margin, high = range.high + margin;
  setAxis(script, 'y', low, high);
  script.line("set xrange [{}:{}]", number(first),
              number(start + double(horizon)));
  script.line("set xtics {},{}", number(std::ceil(first / 50) * 50),
              number(50 * std::ceil((double(shown) + double(horizon)) / 250)));
  script.line("set title {} offset 0,-0.7 font ',12'", quoted(panel.title, 34));
  // A dashed arrow would do, but some come out solid.
  std::vector<std::string> plots = {
      fmt::format("{} with lines lc rgb '#808080' lw 1 dt 3 notitle",
                  script.data({{start, low}, {start, high}}))};
  auto add = [&](const std::vector<float> &values, double from,
                 const std::string &style, const std::string &name) {
    if (!values.empty())
      plots.push_back(fmt::format("{} with lines {} notitle",
                                  script.series(values, from), style));
    if (withLegend)
      plots.push_back(
          fmt::format("keyentry with lines {} title {}", style, name));
  };
  add(past, first, "lc rgb '#888888' lw 2", "'seen'");
  add(panel.truth, start, "lc rgb '#000000' lw 2", "'truth'");
  add(panel.baseline, start, "lc rgb '#E69F00' lw 2 dt 2",
      quoted(picture.baselineName, kLongestName));
  add(panel.forecast, start, "lc rgb '#0072B2' lw 2",
      quoted(picture.modelName, kLongestName));
  script.line("plot {}", join(plots));
}

} // namespace

Result<std::string> drawForecasts(const Heading &heading,
                                  const ForecastPicture &picture) {
  constexpr size_t kColumns = 3;
  constexpr int kTop = 44, kRow = 196, kGroup = 26;
  auto rows = [](size_t panels) {
    return int((panels + kColumns - 1) / kColumns);
  };
  struct Group {
    const char *name;
    const std::vector<ForecastPanel> &panels;
  };
  std::vector<Group> groups;
  Legend legend({"seen", "truth", picture.baselineName, picture.modelName});
  int height = kTop + legend.height;
  for (Group group : {Group{"typical windows", picture.typical},
                      Group{"worst windows", picture.worst}})
    if (!group.panels.empty()) {
      groups.push_back(group);
      height += kGroup + kRow * rows(group.panels.size());
    }
  if (groups.empty())
    return Failure{"there are no forecasts to draw"};

  Script script(kPictureWidth, height);
  script.line("set multiplot");
  script.line("set label 1 {} at screen 0.5,{} center font ',15'",
              quoted(titleOf(heading)), number(1 - 18.0 / height));
  legend.set(script, height);
  script.line("set ytics font ',11'");
  script.line("set xtics font ',11'");
  double top = kTop;
  bool first = true;
  for (const Group &group : groups) {
    script.line("set label 2 '{}' at screen {},{} left textcolor rgb '#404040'",
                group.name, number(14.0 / kPictureWidth),
                number(1 - (top + 8) / height));
    top += kGroup;
    for (size_t i = 0; i < group.panels.size(); ++i) {
      size_t column = i % kColumns;
      double left = 62 + 220.0 * double(column);
      double upper = top + kRow * double(i / kColumns) + 16;
      setFrame(script, height, left, upper, left + 168, upper + 132);
      script.line("set ylabel '{}' offset 1.5", column ? "" : "SOH");
      script.line("set xlabel 'cycle' offset 0,0.7 font ',12'");
      drawPanel(script, group.panels[i], picture, first);
      if (first)
        script.line("unset label 1").line("set key off");
      script.line("unset label 2");
      first = false;
    }
    top += kRow * rows(group.panels.size());
  }
  script.line("unset multiplot");
  return script.draw();
}

PickedWindows pickWindows(const std::vector<double> &errors,
                          const std::vector<int> &batteries, size_t count) {
  std::vector<size_t> order;
  for (size_t i = 0; i < std::min(errors.size(), batteries.size()); ++i)
    if (std::isfinite(errors[i]))
      order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](size_t left, size_t right) {
    return errors[left] < errors[right];
  });
  PickedWindows picked;
  if (order.empty())
    return picked;
  std::set<size_t> used;
  // First one window of each battery, then, if those are too few, any.
  auto take = [&](const std::vector<size_t> &candidates,
                  std::vector<size_t> &into) {
    std::set<int> seen;
    for (bool repeat : {false, true})
      for (size_t window : candidates)
        if (into.size() < count && !used.count(window) &&
            (seen.insert(batteries[window]).second || repeat)) {
          used.insert(window);
          into.push_back(window);
        }
  };
  double median = errors[order[(order.size() - 1) / 2]];
  std::vector<size_t> worst = order, typical = order;
  std::stable_sort(worst.begin(), worst.end(), [&](size_t left, size_t right) {
    return errors[left] > errors[right];
  });
  std::stable_sort(typical.begin(), typical.end(),
                   [&](size_t left, size_t right) {
                     return std::abs(errors[left] - median) <
                            std::abs(errors[right] - median);
                   });
  take(typical, picked.typical);
  take(worst, picked.worst);
  return picked;
}

} // namespace dlnet
