// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/support/Suggest.h"

#include <fmt/format.h>

#include <algorithm>

namespace dlnet {

namespace {

std::string inLowerCase(std::string text) {
  for (char &c : text)
    c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c == '-' ? '_' : c;
  return text;
}

/// Letters added, left out, changed or swapped with their neighbour (the
/// optimal string alignment distance).
size_t editDistance(const std::string &a, const std::string &b) {
  std::vector<size_t> older(b.size() + 1), previous(older), row(older);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    older = previous;
    previous = row;
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1,
                         previous[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], older[j - 2] + 1);
    }
  }
  return row[b.size()];
}

} // namespace

std::string nearest(const std::string &word,
                    const std::vector<std::string> &known) {
  constexpr size_t kLongest = 64; // Nobody mistypes more.
  std::string meant, lower = inLowerCase(word);
  size_t least = std::max<size_t>(1, word.size() / 3) + 1;
  if (word.empty() || word.size() > kLongest)
    return meant;
  for (const std::string &each : known) {
    std::string candidate = inLowerCase(each);
    // Who stops early means the whole word.
    bool begins = lower.size() >= 3 && candidate.rfind(lower, 0) == 0;
    size_t distance = begins ? 1 : editDistance(lower, candidate);
    if (distance < least && distance < std::max(lower.size(), each.size())) {
      least = distance;
      meant = each;
    }
  }
  return meant;
}

std::string didYouMean(const std::string &word,
                       const std::vector<std::string> &known) {
  std::string meant = nearest(word, known);
  return meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant);
}

} // namespace dlnet
