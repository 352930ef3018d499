// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A list is read on its own before any cell is, so that its faults are told
// by line.
#include "trainer/cells/SplitList.h"

#include "trainer/cells/CsvFile.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace dlnet {

namespace {

bool isTest(const std::string &side) { return side.rfind("test", 0) == 0; }

} // namespace

Result<SplitList> readSplitList(const std::string &path) {
  Result<CsvFile> file = CsvFile::open(path);
  if (!file)
    return file.failure();
  Result<size_t> cellColumn = file->column("cell");
  if (!cellColumn)
    return cellColumn.failure();
  Result<size_t> sideColumn = file->column("side");
  if (!sideColumn)
    return sideColumn.failure();

  SplitList list{path, {}};
  std::map<std::string, size_t> lines;
  bool train = false, test = false;
  for (;;) {
    Result<bool> row = file->next();
    if (!row)
      return row.failure();
    if (!*row)
      break;
    std::string cell(file->field(*cellColumn)), side(file->field(*sideColumn));
    if (!isPlainName(cell))
      return file->fail(
          fmt::format("'{}' is no name for a cell", shownText(cell)));
    if (!isPlainName(side) ||
        (side != "train" && side != "validation" && !isTest(side)))
      return file->fail(fmt::format("side '{}' is not train, validation or "
                                    "test...",
                                    shownText(side)));
    auto [first, isNew] = lines.insert({cell, file->line()});
    if (!isNew)
      return file->fail(fmt::format("cell '{}' was listed on line {} before",
                                    cell, first->second));
    train |= side == "train";
    test |= isTest(side);
    list.entries.push_back({cell, side, file->line()});
  }
  if (!train || !test)
    return Failure{
        fmt::format("{}: lists no {} cell", path, train ? "test" : "train")};
  return list;
}

Result<ListedSplit> applySplitList(const std::vector<Cell> &cells,
                                   const SplitList &list, uint64_t seed) {
  std::map<std::string, const Cell *> byName;
  for (const Cell &cell : cells)
    byName[cell.name] = &cell;

  ListedSplit listed;
  for (const SplitList::Entry &entry : list.entries) {
    auto found = byName.find(entry.cell);
    if (found == byName.end()) {
      listed.absent.push_back(entry.cell);
      continue;
    }
    const Cell &cell = *found->second;
    byName.erase(found);
    if (entry.side == "train")
      listed.split.train.push_back(cell);
    else if (entry.side == "validation")
      listed.split.validation.push_back(cell);
    else {
      listed.split.test.push_back(cell);
      auto side = std::find_if(
          listed.tests.begin(), listed.tests.end(),
          [&](const auto &test) { return test.first == entry.side; });
      if (side == listed.tests.end())
        side = listed.tests.insert(side, {entry.side, {}});
      side->second.push_back(cell);
    }
  }
  for (const auto &[name, cell] : byName)
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
          fmt::format("{}: of the {} cells at hand, none is left for {}",
                      list.path, cells.size(), side)};
  sortSides(listed.split);
  for (auto &[side, members] : listed.tests)
    std::sort(members.begin(), members.end(),
              [](const Cell &a, const Cell &b) { return a.name < b.name; });
  return listed;
}

} // namespace dlnet
