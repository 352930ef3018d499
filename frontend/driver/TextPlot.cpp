// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Plain ASCII: it must look the same over a serial console.
#include "frontend/driver/TextPlot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

std::string dlnet::drawPlot(const std::vector<PlotSeries> &series, int width,
                            int height) {
  double left = INFINITY, right = -INFINITY, low = INFINITY, high = -INFINITY;
  for (const PlotSeries &s : series)
    for (size_t i = 0; i < s.x.size(); ++i) {
      left = std::min(left, s.x[i]), right = std::max(right, s.x[i]);
      low = std::min(low, s.y[i]), high = std::max(high, s.y[i]);
    }
  if (!(left <= right))
    return "";
  double spanX = std::max(right - left, 1e-12);
  double spanY = std::max(high - low, 1e-12);
  std::vector<std::string> rows(height, std::string(width, ' '));
  for (const PlotSeries &s : series)
    for (size_t i = 0; i < s.x.size(); ++i) {
      auto column =
          static_cast<int>((s.x[i] - left) / spanX * (width - 1) + 0.5);
      auto row = static_cast<int>((high - s.y[i]) / spanY * (height - 1) + 0.5);
      char &cell = rows[row][column];
      cell = cell == ' ' || cell == s.mark ? s.mark : '@';
    }
  std::string text;
  for (int row = 0; row < height; ++row) {
    double value = high - spanY * row / std::max(height - 1, 1);
    bool labelled = row % 4 == 0 || row == height - 1;
    text += fmt::format(
        "{:>8} |{}\n", labelled ? fmt::format("{:.4f}", value) : "", rows[row]);
  }
  text += fmt::format("{:>8} +{}\n", "", std::string(width, '-'));
  std::string from = fmt::format("{:.0f}", left),
              to = fmt::format("{:.0f}", right);
  text += fmt::format("{:>10}{}{:>{}}\n", "", from, to,
                      width - static_cast<int>(from.size()));
  text += fmt::format("{:>10}", "");
  for (const PlotSeries &s : series)
    text += fmt::format("{} {}   ", s.mark, s.label);
  return text + "@ both\n";
}
