// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A small plot for terminals.
#ifndef DLNET_FRONTEND_DRIVER_TEXTPLOT_H
#define DLNET_FRONTEND_DRIVER_TEXTPLOT_H

#include <string>
#include <vector>

namespace dlnet {

/// A series of points (x, y) and the character that draws it.
struct PlotSeries {
  char mark;
  std::string label;
  std::vector<double> x, y;
};

/// Draws the series over a frame of `width` x `height` characters, later ones
/// on top; '@' where two series meet. With axis labels and a legend.
std::string drawPlot(const std::vector<PlotSeries> &series, int width,
                     int height);

} // namespace dlnet

#endif // DLNET_FRONTEND_DRIVER_TEXTPLOT_H
