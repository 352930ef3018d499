// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shuffled batches are laid end to end and dealt out in turn, which keeps the
// proportions in each batch without rounding any of them.
#include "frontend/series/Split.h"

#include "frontend/series/Random.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <map>

namespace dlnet {

namespace {

/// Of the batteries that are left to train, one in so many validates.
constexpr size_t kValidationShare = 8;

/// Indices of the batteries, batch after batch, each batch shuffled; depends on
/// names, batches and seed only, and not on the order of `batteries`.
std::vector<size_t> dealingOrder(const std::vector<Battery> &batteries,
                                 uint64_t seed) {
  std::map<std::string, std::map<std::string, size_t>> batches;
  for (size_t i = 0; i < batteries.size(); ++i)
    batches[batteries[i].batch][batteries[i].name] = i;
  Random random(seed);
  std::vector<size_t> all;
  for (const auto &[batch, members] : batches) {
    std::vector<size_t> order;
    for (const auto &[name, index] : members)
      order.push_back(index);
    random.shuffle(order);
    all.insert(all.end(), order.begin(), order.end());
  }
  return all;
}

/// FNV-1a over the bytes of the series: equal series have equal hashes.
uint64_t hashOf(const std::vector<double> &series) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (double value : series) {
    unsigned char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    for (unsigned char byte : bytes)
      hash = (hash ^ byte) * 0x100000001b3u;
  }
  return hash;
}

} // namespace

void sortSides(Split &split) {
  for (std::vector<Battery> *side :
       {&split.train, &split.validation, &split.test})
    std::sort(
        side->begin(), side->end(),
        [](const Battery &a, const Battery &b) { return a.name < b.name; });
}

Split splitBatteries(const std::vector<Battery> &batteries, uint64_t seed) {
  Split split;
  size_t dealt = 0;
  for (size_t index : dealingOrder(batteries, seed)) {
    size_t turn = dealt++ % 5;
    auto &side = turn == 1   ? split.validation
                 : turn == 2 ? split.test
                             : split.train;
    side.push_back(batteries[index]);
  }
  sortSides(split);
  return split;
}

Split foldBatteries(const std::vector<Battery> &batteries, size_t folds,
                    size_t fold, uint64_t seed) {
  assert(folds >= 2 && fold < folds && "a fold of several");
  Split split;
  size_t dealt = 0, rest = 0;
  for (size_t index : dealingOrder(batteries, seed)) {
    auto &side = dealt++ % folds == fold          ? split.test
                 : rest++ % kValidationShare == 1 ? split.validation
                                                  : split.train;
    side.push_back(batteries[index]);
  }
  sortSides(split);
  return split;
}

void dealValidation(Split &split, uint64_t seed) {
  std::vector<Battery> batteries = std::move(split.train);
  split.train.clear();
  size_t dealt = 0;
  for (size_t index : dealingOrder(batteries, seed)) {
    auto &side =
        dealt++ % kValidationShare == 1 ? split.validation : split.train;
    side.push_back(batteries[index]);
  }
  sortSides(split);
}

Status checkDisjoint(const Split &split) {
  struct Place {
    const Battery *battery;
    const char *side;
  };
  std::map<std::string, Place> byName;
  std::multimap<uint64_t, Place> bySeries;
  for (auto [side, batteries] : {std::pair("train", &split.train),
                                 std::pair("validation", &split.validation),
                                 std::pair("test", &split.test)})
    for (const Battery &battery : *batteries) {
      auto [seen, isNew] = byName.insert({battery.name, {&battery, side}});
      if (!isNew)
        return Failure{
            fmt::format("battery {} is twice in the split: {} and {}",
                        battery.name, seen->second.side, side)};
      if (battery.raw.empty())
        continue;
      uint64_t hash = hashOf(battery.raw);
      auto [first, last] = bySeries.equal_range(hash);
      for (auto twin = first; twin != last; ++twin)
        if (twin->second.side != side &&
            twin->second.battery->raw == battery.raw)
          return Failure{fmt::format("batteries {} ({}) and {} ({}) are one "
                                     "series under two names, on "
                                     "two sides of the split",
                                     twin->second.battery->name,
                                     twin->second.side, battery.name, side)};
      bySeries.insert({hash, {&battery, side}});
    }
  return success();
}

std::vector<std::string> cellNames(const std::vector<Battery> &batteries) {
  std::vector<std::string> names;
  for (const Battery &battery : batteries)
    names.push_back(battery.name);
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace dlnet
