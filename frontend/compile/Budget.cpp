// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A budget decides what is shipped, so that nothing of it is guessed: every
// part is understood completely or refused.
#include "frontend/compile/Budget.h"

#include "frontend/support/Suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>

namespace dlnet {
namespace {

/// More than any microcontroller has, and far from where integers end.
constexpr double kMaxBytes = 1 << 30;
constexpr double kMaxReal = 1e6;

/// The number that `text` begins with, and what is left behind it.
std::optional<double> readNumber(std::string_view &text) {
  double value;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc())
    return std::nullopt;
  text.remove_prefix(end - text.data());
  return value;
}

Result<int64_t> readBytes(std::string_view name, std::string_view text) {
  std::string_view unit = text;
  std::optional<double> value = readNumber(unit);
  double bytes = value.value_or(0);
  if (unit == "k" || unit == "KiB")
    bytes *= 1024;
  else if (!unit.empty())
    value.reset();
  if (!value || !(bytes >= 1) || !(bytes <= kMaxBytes))
    return Failure{fmt::format("{}='{}' is no size; expected a number of "
                               "bytes, or of KiB with k or KiB behind, from 1 "
                               "byte to 1 GiB",
                               name, text)};
  return static_cast<int64_t>(bytes);
}

Result<double> readReal(std::string_view name, std::string_view text) {
  std::string_view rest = text;
  std::optional<double> value = readNumber(rest);
  if (!value || !rest.empty() || !(*value > 0) || !(*value <= kMaxReal))
    return Failure{fmt::format("{}='{}' is no limit; expected a positive "
                               "number up to {:g}",
                               name, text, kMaxReal)};
  return *value;
}

template <typename T> Status store(Result<T> value, T &target) {
  if (!value)
    return value.failure();
  target = *value;
  return success();
}

/// One limit of a budget.
Status readLimit(std::string_view name, std::string_view value,
                 Budget &budget) {
  if (name == "flash")
    return store(readBytes(name, value), budget.flash);
  if (name == "ram")
    return store(readBytes(name, value), budget.ram);
  if (name == "ms")
    return store(readReal(name, value), budget.ms);
  if (name == "mae")
    return store(readReal(name, value), budget.mae);
  return Failure{fmt::format(
      "'{}' is no limit; expected flash=, ram=, ms= or "
      "mae=, with commas between{}",
      name, didYouMean(std::string(name), {"flash", "ram", "ms", "mae"}))};
}

} // namespace

Result<Budget> parseBudget(const std::string &text) {
  Budget budget;
  std::set<std::string_view> seen;
  std::string_view rest = text;
  for (bool more = true; more;) {
    size_t comma = std::min(rest.find(','), rest.size());
    std::string_view part = rest.substr(0, comma);
    more = comma < rest.size();
    rest.remove_prefix(comma + more);
    size_t equals = std::min(part.find('='), part.size());
    std::string_view name = part.substr(0, equals);
    Status status =
        readLimit(name, part.substr(std::min(equals + 1, part.size())), budget);
    if (!status)
      return status.failure();
    if (!seen.insert(name).second)
      return Failure{fmt::format("{} is given twice", name)};
  }
  return budget;
}

} // namespace dlnet
