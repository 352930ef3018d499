// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One mean absolute error hides where a forecast fails: far ahead, past the
// knee, or on one odd battery. Every forecast, of a network or of a baseline,
// is judged by the same figures on the same windows.
#ifndef DLNET_FRONTEND_SERIES_FIGURES_H
#define DLNET_FRONTEND_SERIES_FIGURES_H

#include "frontend/series/Windows.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dlnet {

struct FigureOptions {
  double endOfLife = 0.8; ///< A battery has ended once its SOH is at most this.
};

/// The mean absolute error over the windows of one battery.
struct BatteryError {
  std::string battery;
  size_t windows = 0;
  double mae = 0;
};

/// How the batteries' errors spread. Each battery counts once, however long it
/// lived.
struct BatterySpread {
  double mean = 0, median = 0, max = 0;
  double sd = 0; ///< Of a sample (n - 1); 0 for a single battery.
};

/// Windows whose battery still lives (newest input above the end of life). An
/// end is the first cycle of the horizon with an SOH of at most the end of
/// life.
struct EndFigures {
  size_t within = 0;    ///< Windows whose target ends within the horizon.
  size_t found = 0;     ///< Of those: the forecast ends within it too.
  size_t missed = 0;    ///< Of those: it does not.
  size_t falseEnds = 0; ///< The forecast ends and the target does not.
  /// Mean absolute difference in cycles over the found ends.
  std::optional<double> meanCycles;
};

/// Errors are in SOH. What no window can tell is absent, never 0.
struct Figures {
  size_t windows = 0, kneeWindows = 0;
  double mae = 0, rmse = 0;
  double mape = 0;   ///< Mean of |error| / target, a fraction.
  double maeRaw = 0; ///< Against the targets as measured.
  std::optional<double> maeKnee, maeNoKnee;
  /// Cycles ahead (1, 10, 50, 100, as far as the horizon goes) and the error
  /// of that cycle alone.
  std::vector<std::pair<int, double>> maeAt;
  std::vector<double> maeByHorizon; ///< [H]; element 0 is one cycle ahead.
  BatterySpread spread;
  std::vector<BatteryError>
      batteries; ///< In the order of the windows' batteries.
  EndFigures end;
};

/// [N], whether a knee lies in or just before the horizon: the target falls
/// over it by more than twice what the window's slope would cost, and by at
/// least 0.005 of SOH more. Slopes are taken between the means of the first
/// and of the last tenth of the window and of the horizon; a rising window
/// counts as flat.
std::vector<bool> findKnees(const WindowSet &windows);

/// Judges `forecast` [N, H] on its windows. N is at least 1. All sums are
/// taken in double in row order, so equal inputs give equal bits.
Figures measureFigures(const RowMatrix &forecast, const WindowSet &windows,
                       const FigureOptions &options = {});

/// Flat keys (`mae`, `rmse`, `mape`, `mae_raw`, `mae_at_10`, `mae_knee`,
/// `cell_mae_median`, `end_mean_cycles`, ...), null for what is absent, and
/// the two lists `mae_by_horizon` and `batteries`.
nlohmann::json toJson(const Figures &figures);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_FIGURES_H
