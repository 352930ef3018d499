// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A list is read on its own before any battery is, so that its faults are told
// by line.
#include "frontend/series/SplitList.h"

#include "frontend/series/Table.h"
#include "frontend/series/Text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

namespace dlnet {

namespace {

std::optional<size_t> columnOf(const std::vector<std::string> &header,
                               std::string_view name) {
  auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end())
    return std::nullopt;
  return size_t(found - header.begin());
}

bool isTest(const std::string &side) { return side.rfind("test", 0) == 0; }

} // namespace

Result<SplitList> readSplitList(const std::string &path) {
  Result<Table> table =
      readTable(path, [](const std::vector<std::string> &header) {
        return columnOf(header, "cell") && columnOf(header, "side") ? 1 : 0;
      });
  if (!table)
    return table.failure();
  std::optional<size_t> columns[2];
  for (size_t i = 0; i < 2; ++i) {
    const char *name = i ? "side" : "cell";
    columns[i] = columnOf(table->header(), name);
    if (!columns[i])
      return table->fail(table->headerLine(),
                         fmt::format("no column '{}' in the header", name));
  }

  SplitList list{path, {}};
  std::map<std::string, size_t> lines;
  bool train = false, test = false;
  std::vector<std::string_view> fields;
  for (size_t row = 0; row < table->rows(); ++row) {
    size_t line = table->line(row);
    if (!table->split(row, fields))
      return table->fail(line, fmt::format("not the {} fields of the header",
                                           table->header().size()));
    std::string battery(fields[*columns[0]]), side(fields[*columns[1]]);
    if (!isPlainName(battery))
      return table->fail(line, fmt::format("'{}' is no name for a battery",
                                           shownText(battery)));
    if (!isPlainName(side) ||
        (side != "train" && side != "validation" && !isTest(side)))
      return table->fail(line,
                         fmt::format("side '{}' is not train, validation or "
                                     "test...",
                                     shownText(side)));
    auto [first, isNew] = lines.insert({battery, line});
    if (!isNew)
      return table->fail(
          line, fmt::format("battery '{}' was listed on line {} before",
                            battery, first->second));
    train |= side == "train";
    test |= isTest(side);
    list.entries.push_back({battery, side, line});
  }
  if (!train || !test)
    return Failure{
        fmt::format("{}: lists no {} battery", path, train ? "test" : "train")};
  return list;
}

Result<ListedSplit> applySplitList(const std::vector<Battery> &batteries,
                                   const SplitList &list, uint64_t seed) {
  std::map<std::string, const Battery *> byName;
  for (const Battery &battery : batteries)
    byName[battery.name] = &battery;

  ListedSplit listed;
  for (const SplitList::Entry &entry : list.entries) {
    auto found = byName.find(entry.battery);
    if (found == byName.end()) {
      listed.absent.push_back(entry.battery);
      continue;
    }
    const Battery &battery = *found->second;
    byName.erase(found);
    if (entry.side == "train")
      listed.split.train.push_back(battery);
    else if (entry.side == "validation")
      listed.split.validation.push_back(battery);
    else {
      listed.split.test.push_back(battery);
      auto side = std::find_if(
          listed.tests.begin(), listed.tests.end(),
          [&](const auto &test) { return test.first == entry.side; });
      if (side == listed.tests.end())
        side = listed.tests.insert(side, {entry.side, {}});
      side->second.push_back(battery);
    }
  }
  for (const auto &[name, battery] : byName)
    listed.unlisted.push_back(name);

  bool chosenByList =
      std::any_of(list.entries.begin(), list.entries.end(),
                  [](const auto &entry) { return entry.side == "validation"; });
  if (!chosenByList)
    dealValidation(listed.split, seed);
  for (auto [side, members] :
       {std::pair("train", &listed.split.train),
        std::pair("validation", &listed.split.validation),
        std::pair("test", &listed.split.test)})
    if (members->empty())
      return Failure{
          fmt::format("{}: of the {} batteries at hand, none is left for {}",
                      list.path, batteries.size(), side)};
  sortSides(listed.split);
  for (auto &[side, members] : listed.tests)
    std::sort(
        members.begin(), members.end(),
        [](const Battery &a, const Battery &b) { return a.name < b.name; });
  return listed;
}

} // namespace dlnet
