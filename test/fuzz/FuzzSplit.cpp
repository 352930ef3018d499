// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A published split. Applied to batteries, it puts each on at most one side.
#include "Fuzz.h"
#include "frontend/series/SplitList.h"

#include <set>

using namespace dlnet;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::InputFile file("split.csv");
  Result<SplitList> list = readSplitList(file.write(fuzz::text(data, size)));
  if (!list) {
    fuzz::require(!list.message().empty(), "a refusal has a reason");
    return 0;
  }
  std::vector<Battery> batteries;
  for (char name = 'a'; name <= 'p'; ++name)
    batteries.push_back({std::string(1, name), "", {1.0}, {1.0}, {1.0}});
  Result<ListedSplit> listed = applySplitList(batteries, *list, 1);
  if (!listed)
    return 0;
  std::set<std::string> seen;
  for (const auto *side :
       {&listed->split.train, &listed->split.validation, &listed->split.test})
    for (const Battery &battery : *side)
      fuzz::require(seen.insert(battery.name).second,
                    "one side for each battery");
  return 0;
}
