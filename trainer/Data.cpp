// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/Data.h"

#include "frontend/series/Clean.h"
#include "frontend/series/CleaningReport.h"
#include "frontend/series/FamilyReading.h"
#include "frontend/series/Simulate.h"
#include "frontend/series/SplitList.h"
#include "trainer/mat/MatBatteries.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace dlnet {

namespace fs = std::filesystem;

namespace {

std::string sourceOf(const DataOptions &options) {
  if (!options.source.empty())
    return options.source;
  if (options.simulated)
    return "simulated";
  std::string name =
      fs::absolute(options.path).lexically_normal().filename().string();
  return name.empty() ? "cells" : name;
}

Result<Split> chooseSplit(const std::vector<Battery> &batteries,
                          const DataOptions &options, std::string &text) {
  if (!options.splitList.empty()) {
    Result<SplitList> list = readSplitList(options.splitList);
    if (!list)
      return list.failure();
    Result<ListedSplit> listed =
        applySplitList(batteries, *list, options.splitSeed);
    if (!listed)
      return listed.failure();
    text =
        fmt::format("list {}", fs::path(options.splitList).filename().string());
    return listed->split;
  }
  if (options.folds) {
    if (options.fold >= options.folds)
      return Failure{fmt::format("fold {} of {}: the last one is {}",
                                 options.fold, options.folds,
                                 options.folds - 1)};
    text = fmt::format("fold {} of {}", options.fold, options.folds);
    return foldBatteries(batteries, size_t(options.folds), size_t(options.fold),
                         options.splitSeed);
  }
  text = "seeded 60/20/20";
  return splitBatteries(batteries, options.splitSeed);
}

} // namespace

Result<Data> loadData(const DataOptions &options) {
  Data data;
  if (options.path.empty() && !options.simulated)
    return Failure{"no batteries: give --data PATH, or --simulated to train on "
                   "simulated ones"};
  data.simulated = options.simulated;
  BatteryOptions &reading = data.reading;
  if (!options.simulated)
    reading = options.reading.over(options.base.value_or(BatteryOptions()));
  reading.minimumCycles = options.minimumCycles;
  if (options.simulated) {
    std::vector<std::string> said = options.reading.asArguments();
    if (!said.empty())
      return Failure{fmt::format("{}: goes with --data, not with --simulated",
                                 said.front())};
    data.set.batteries = simulateFleet(kSimulatedBatteries, options.splitSeed);
  } else {
    Result<BatterySet> set = readBatteriesOrMat(options.path, reading);
    if (!set)
      return set.failure();
    data.set = std::move(*set);
    Status usual = options.base
                       ? success()
                       : checkNominal(data.set, reading, options.reading);
    if (!usual)
      return Failure{options.path + ": " + usual.message()};
    data.simulated = holdsSimulated(data.set.batteries);
  }
  std::string text;
  Result<Split> split = chooseSplit(data.set.batteries, options, text);
  if (!split)
    return split.failure();
  data.split = std::move(*split);
  if (Status disjoint = checkDisjoint(data.split); !disjoint)
    return disjoint.failure();
  if (data.split.train.empty() || data.split.validation.empty() ||
      data.split.test.empty())
    return Failure{fmt::format(
        "{} batteries are too few: train, validation and test need one each{}",
        data.set.batteries.size(), listSkipped(data.set))};

  DataRecord &record = data.record;
  record.source = sourceOf(options);
  recordReading(reading, data.set.reading, record);
  record.splitSeed = options.splitSeed;
  record.split = text;
  record.train = cellNames(data.split.train);
  record.validation = cellNames(data.split.validation);
  record.test = cellNames(data.split.test);
  record.cleaning = kCleaning;
  return data;
}

Result<Split> splitAsRecorded(const std::vector<Battery> &batteries,
                              const DataRecord &record) {
  auto names = [](const std::vector<std::string> &list,
                  const Battery &battery) {
    return std::count(list.begin(), list.end(), battery.name) > 0;
  };
  Split split;
  for (const Battery &battery : batteries)
    (names(record.train, battery)        ? split.train
     : names(record.validation, battery) ? split.validation
                                         : split.test)
        .push_back(battery);
  if (Status disjoint = checkDisjoint(split); !disjoint)
    return disjoint.failure();
  return split;
}

} // namespace dlnet
