// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gnuplot draws, as a program of its own: its scripts are text in which a name
// from outside must stay a name.
#ifndef DLNET_TRAINER_REPORT_GNUPLOT_H
#define DLNET_TRAINER_REPORT_GNUPLOT_H

#include "frontend/support/Result.h"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace dlnet {

/// `text` as a gnuplot string, all signs of ASCII that could mean anything as
/// octal escapes: a doubled quote is no way out, because gnuplot 5.4 takes one
/// at the start for an empty string. Control characters and bytes that are not
/// UTF-8 become `?`; more than `most` characters end in an ellipsis.
std::string quoted(const std::string &text, size_t most = 120);

/// The same for labels of tics, which gnuplot takes for formats of numbers.
std::string quotedTic(const std::string &text, size_t most = 40);

/// A number for a script; `NaN`, which is not drawn, for one that is not
/// finite or has more digits in front than any sensible figure.
std::string number(double value);

/// A picture in the making: the script of gnuplot line by line.
class Script {
public:
  /// White ground, sans-serif letters, pixels, light grid.
  Script(int width, int height);

  template <typename... Arguments>
  Script &line(fmt::format_string<Arguments...> format,
               Arguments &&...arguments) {
    text += fmt::format(format, std::forward<Arguments>(arguments)...);
    text += '\n';
    return *this;
  }

  /// Adds a block of data, a row a line, and returns its name.
  std::string data(const std::vector<std::vector<double>> &rows);
  /// Rows of one number behind `first`, `first + 1`, ...
  template <typename Numbers>
  std::string series(const Numbers &values, double first) {
    std::vector<std::vector<double>> rows;
    for (double value : values)
      rows.push_back({first + double(rows.size()), value});
    return data(rows);
  }

  /// The SVG that gnuplot draws; fails when it is not installed or complains.
  Result<std::string> draw() const;

private:
  std::string text;
  size_t blocks = 0;
};

/// Fails where gnuplot is not in PATH: to be asked before hours of work whose
/// report needs it.
Status checkGnuplot();

/// The colours of Okabe and Ito without the yellow, which fades on white: told
/// apart by nearly all eyes. Repeats.
const char *colour(size_t index);
/// Colour, width and, from the second round of colours on, dashes.
std::string lineStyle(size_t index);

} // namespace dlnet

#endif // DLNET_TRAINER_REPORT_GNUPLOT_H
