// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network's error beside that of everything simpler on the same windows:
// without that it says how smooth the data is, not how good the network.
#ifndef DLNET_TRAINER_COMPARISON_H
#define DLNET_TRAINER_COMPARISON_H

#include "frontend/family/Family.h"
#include "frontend/series/Figures.h"
#include "frontend/support/Result.h"
#include "trainer/Train.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace dlnet {

struct Contender {
  std::string name;
  int64_t parameters = 0; ///< Numbers that were fitted; 0 for none.
  RowMatrix forecast;     ///< [N, H]
  Figures figures;
};

struct Comparison {
  std::string protocol; ///< How windows to train on and to judge differ.
  WindowSet windows;    ///< Those that judge.
  std::vector<std::string> batteries; ///< Of which those are.
  std::vector<Contender> contenders;

  const Contender *find(const std::string &name) const;
};

struct ComparisonOptions {
  int64_t stride = 1; ///< Cycles between judging windows of a battery.
  FigureOptions figures;
  FitOptions fit; ///< For networks that are trained for the comparison.
  /// Also trains the published DLNet block: some 180,000 parameters, minutes.
  bool published = false;
};

/// Judges models on the test batteries: each in float and in int8, beside the
/// polynomial baselines and, where training batteries are at hand, ridge,
/// absolute loss, an MLP of the size of the first model, and the published
/// network if asked for, fitted on those.
Result<Comparison> compareByBattery(const std::vector<FamilyModel> &models,
                                    const Split &split,
                                    const ComparisonOptions &options);

/// The protocol of the paper: windows of all batteries are dealt at random, 70
/// % to train, 10 % to choose and 20 % to judge, so that nearly every judging
/// window overlaps training windows of its own battery. All contenders are
/// trained anew for it.
Result<Comparison> compareByWindow(const FamilyModel &shape,
                                   const std::vector<Battery> &batteries,
                                   const ComparisonOptions &options);

/// A table, and the same for programs: an object a contender.
std::string printComparison(const Comparison &comparison);
nlohmann::json toJson(const Comparison &comparison);

} // namespace dlnet

#endif // DLNET_TRAINER_COMPARISON_H
