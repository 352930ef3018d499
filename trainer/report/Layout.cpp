// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes of letters are estimates on the large side: whoever shows the picture
// chooses the font.
#include "trainer/report/Layout.h"

#include <algorithm>
#include <cmath>

namespace dlnet {

std::string titleOf(const Heading &heading) {
  // The title may be cut, the words behind it must not be.
  constexpr size_t kMost = 60;
  std::string title = heading.title;
  if (title.size() > kMost) {
    size_t end = kMost;
    while (end && (static_cast<unsigned char>(title[end]) & 0xc0) == 0x80)
      --end;
    title = title.substr(0, end) + "…";
  }
  return title + (heading.simulated ? " (simulated data)" : "");
}

void setTitle(Script &script, const Heading &heading) {
  script.line("set title {} offset 0,-0.4 font ',15'",
              quoted(titleOf(heading)));
}

void setFrame(Script &script, int height, double left, double top, double right,
              double bottom) {
  script.line("set lmargin at screen {}", number(left / kPictureWidth));
  script.line("set rmargin at screen {}", number(right / kPictureWidth));
  script.line("set tmargin at screen {}", number(1 - top / height));
  script.line("set bmargin at screen {}", number(1 - bottom / height));
}

Legend::Legend(const std::vector<std::string> &names) {
  size_t longest = 1;
  for (const std::string &name : names)
    longest = std::max(longest, std::min(kLongestName, name.size()));
  size_t columns = size_t((kPictureWidth - 20) / (8.0 * double(longest) + 64));
  columns = std::max<size_t>(1, std::min(columns, names.size()));
  rows = std::max<size_t>(1, (names.size() + columns - 1) / columns);
  height = int(20 * rows) + 14;
}

void Legend::set(Script &script, int pictureHeight) const {
  script.line("set key at screen 0.5,{} center bottom vertical maxrows {}",
              number(6.0 / pictureHeight), rows);
}

void AxisRange::add(double value, bool positive) {
  if (!(std::abs(value) < 1e15) || (positive && !(value > 0)))
    return;
  low = empty ? value : std::min(low, value);
  high = empty ? value : std::max(high, value);
  empty = false;
}

void setLogAxis(Script &script, char axis, const AxisRange &range,
                const std::string &format) {
  double low = range.low, high = range.high;
  bool isShort = high < 100 * low;
  std::string tics;
  for (double power = std::pow(10, std::floor(std::log10(low)));
       power <= high * 1.0001; power *= 10)
    for (double digit : {1, 2, 5})
      if ((digit == 1 || isShort) && power * digit >= low * 0.9999 &&
          power * digit <= high * 1.0001)
        tics += (tics.empty() ? "" : ", ") + number(power * digit);
  script.line("set logscale {}", axis);
  script.line("set {}range [{}:{}]", axis, number(low), number(high));
  script.line("set format {} '{}'", axis, format);
  script.line("set {}tics ({})", axis, tics);
}

void setAxis(Script &script, char axis, double low, double high) {
  double wanted = std::max((high - low) / 4, 1e-9);
  double power = std::pow(10, std::floor(std::log10(wanted)));
  double step = power;
  for (double digit : {2, 5, 10})
    if (power * digit <= wanted * 1.2)
      step = power * digit;
  int digits = std::max(0, -int(std::floor(std::log10(step * 1.0001))));
  script.line("set {}range [{}:{}]", axis, number(low), number(high));
  script.line("set {}tics {}", axis, number(step));
  script.line("set format {} '%.{}f'", axis, digits);
}

Spread tidied(const Spread &spread) {
  double mean = spread.mean;
  return {mean, spread.low > 0 && spread.low < mean ? spread.low : mean,
          spread.high > mean && spread.high < 1e15 ? spread.high : mean};
}

std::optional<size_t> findBest(const std::vector<double> &values) {
  std::optional<size_t> best;
  for (size_t i = 0; i < values.size(); ++i)
    if (std::isfinite(values[i]) && (!best || values[i] < values[*best]))
      best = i;
  return best;
}

std::string join(const std::vector<std::string> &items) {
  std::string all;
  for (const std::string &item : items)
    all += (all.empty() ? "" : ", ") + item;
  return all;
}

} // namespace dlnet
