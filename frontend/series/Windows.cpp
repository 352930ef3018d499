// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Windows are copied out: at 300 floats each, a whole data set is a few dozen
// megabytes, and everything after this is dense matrices.
#include "frontend/series/Windows.h"

#include <cassert>

namespace dlnet {

WindowSet makeWindows(const std::vector<Battery> &batteries,
                      const WindowOptions &options) {
  assert(options.window > 0 && options.horizon > 0 && options.stride > 0 &&
         "a window, a horizon and a stride have cycles");
  auto countOf = [&](const Battery &battery) {
    Eigen::Index spare =
        Eigen::Index(battery.soh.size()) - options.window - options.horizon;
    return spare < 0 ? 0 : spare / options.stride + 1;
  };
  Eigen::Index total = 0;
  for (const Battery &battery : batteries)
    total += countOf(battery);

  WindowSet set;
  set.inputs.resize(total, options.window);
  set.targets.resize(total, options.horizon);
  set.rawTargets.resize(total, options.horizon);
  set.battery.reserve(size_t(total));
  set.first.reserve(size_t(total));
  for (const Battery &battery : batteries)
    set.names.push_back(battery.name);
  auto row = [](const std::vector<double> &series, Eigen::Index first,
                Eigen::Index count) {
    return Eigen::Map<const Eigen::RowVectorXd>(series.data() + first, count)
        .cast<float>();
  };
  Eigen::Index next = 0;
  for (size_t c = 0; c < batteries.size(); ++c) {
    for (Eigen::Index i = 0, n = countOf(batteries[c]); i < n; ++i, ++next) {
      Eigen::Index first = i * options.stride, future = first + options.window;
      set.inputs.row(next) = row(batteries[c].soh, first, options.window);
      set.targets.row(next) = row(batteries[c].target, future, options.horizon);
      set.rawTargets.row(next) = row(batteries[c].raw, future, options.horizon);
      set.battery.push_back(int(c));
      set.first.push_back(int(first));
    }
  }
  return set;
}

} // namespace dlnet
