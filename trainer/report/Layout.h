// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gnuplot leaves little room between an axis and a legend, and labels a short
// logarithmic axis with nothing. What all pictures have in common is set here.
#ifndef DLNET_TRAINER_REPORT_LAYOUT_H
#define DLNET_TRAINER_REPORT_LAYOUT_H

#include "trainer/report/Gnuplot.h"
#include "trainer/report/Pictures.h"

namespace dlnet {

constexpr int kPictureWidth = 700;
constexpr const char *kMaeLabel = "MAE (10⁻³ SOH)";
constexpr double kMaeScale = 1e3;
constexpr size_t kLongestName = 32; ///< Letters of a name in a legend.

/// Says when the data are simulated: such numbers must not be taken for
/// measured ones, whatever page the picture ends up on.
std::string titleOf(const Heading &heading);
void setTitle(Script &script, const Heading &heading);

/// A plot in pixels from the upper left corner of a picture `height` high.
void setFrame(Script &script, int height, double left, double top, double right,
              double bottom);

/// A legend of as many columns as fit below the plots.
struct Legend {
  explicit Legend(const std::vector<std::string> &names);
  /// Puts it at the bottom of a picture `height` high.
  void set(Script &script, int height) const;
  int height = 0; ///< In pixels.
  size_t rows = 1;
};

/// The smallest and largest finite number (above 0 if `positive`).
struct AxisRange {
  double low = 0, high = 0;
  bool empty = true;
  void add(double value, bool positive = false);
};

/// A logarithmic axis ('x' or 'y') over the range, which is above 0 and not
/// empty, with labels at 1, 2 and 5 where it spans less than two decades.
void setLogAxis(Script &script, char axis, const AxisRange &range,
                const std::string &format);

/// A linear axis with about four labels, all of the digits that they need.
void setAxis(Script &script, char axis, double low, double high);

/// With ends that hold the mean, whatever came from outside.
Spread tidied(const Spread &spread);

/// The index of the smallest finite value, if any.
std::optional<size_t> findBest(const std::vector<double> &values);

/// "a, b, c".
std::string join(const std::vector<std::string> &items);

} // namespace dlnet

#endif // DLNET_TRAINER_REPORT_LAYOUT_H
