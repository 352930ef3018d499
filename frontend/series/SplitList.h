// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Papers compare on a split that was published once. A file that lists it
// makes such a figure repeatable, and shows at once where the batteries at hand
// are others than the list means.
#ifndef DLNET_FRONTEND_SERIES_SPLITLIST_H
#define DLNET_FRONTEND_SERIES_SPLITLIST_H

#include "frontend/series/Split.h"

#include <string>
#include <utility>
#include <vector>

namespace dlnet {

/// Batteries by name, each with its side.
struct SplitList {
  struct Entry {
    std::string battery, side;
    size_t line = 0; ///< Of the file.
  };
  std::string path;
  std::vector<Entry> entries;
};

/// A published split applied to the batteries at hand.
struct ListedSplit {
  /// `test` holds the batteries of every test side.
  Split split;
  /// Each test side by itself, such as test1 and test2, in the list's order.
  std::vector<std::pair<std::string, std::vector<Battery>>> tests;
  std::vector<std::string> absent;   ///< In the list, not among the batteries.
  std::vector<std::string> unlisted; ///< Among the batteries, not in the list.
};

/// Reads a CSV file with the columns `battery` and `side`; a side is `train`,
/// `validation`, or a name that starts with `test`. Lines that start with `#`
/// are remarks. Fails, naming the line, on any other side, a battery listed
/// twice, or a list without train or test batteries.
Result<SplitList> readSplitList(const std::string &path);

/// Puts the batteries on the list's sides; those that are not in it go nowhere.
/// Without validation batteries in the list, every eighth train battery, dealt
/// by `seed`, validates. Fails when train, validation or test stay empty.
Result<ListedSplit> applySplitList(const std::vector<Battery> &batteries,
                                   const SplitList &list, uint64_t seed);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_SPLITLIST_H
