// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One check, one message: what was expected, and what was found instead.
#include "frontend/family/FamilyMembers.h"

namespace dlnet {

using nlohmann::json;
using schema::kMaxMagnitude;
using schema::kMaxText;

bool isLine(const json &value) {
  if (!value.is_string())
    return false;
  const std::string &text = value.get_ref<const std::string &>();
  if (text.empty() || text.size() > kMaxText)
    return false;
  for (unsigned char c : text)
    if (c < 0x20 || c == 0x7f)
      return false;
  return true;
}

Members::Members(const json *value, std::string path, Checker &checker)
    : value(value), path(std::move(path)), checker(checker) {
  if (value && !value->is_object()) {
    checker.expect(this->path, "an object", *value);
    this->value = nullptr;
  }
}

std::string Members::pathOf(const char *key) const {
  return path.empty() ? key : path + "." + key;
}

const json *Members::optional(const char *key) {
  known.insert(key);
  if (!value)
    return nullptr;
  auto found = value->find(key);
  return found == value->end() ? nullptr : &*found;
}

const json *Members::required(const char *key) {
  const json *found = optional(key);
  if (value && !found)
    checker.fail(pathOf(key), "missing");
  return found;
}

Members Members::object(const char *key) {
  return Members(required(key), pathOf(key), checker);
}

int64_t Members::integer(const char *key, int64_t low, int64_t high) {
  const json *found = required(key);
  if (!found)
    return low;
  if (!found->is_number_integer() ||
      (found->is_number_unsigned() &&
       found->get<uint64_t>() > uint64_t(INT64_MAX)) ||
      found->get<int64_t>() < low || found->get<int64_t>() > high) {
    checker.expect(pathOf(key),
                   fmt::format("an integer in [{}, {}]", low, high), *found);
    return low;
  }
  return found->get<int64_t>();
}

uint64_t Members::seed(const char *key) {
  const json *found = required(key);
  if (!found)
    return 0;
  if (!found->is_number_unsigned()) {
    checker.expect(pathOf(key), "an unsigned 64-bit integer", *found);
    return 0;
  }
  return found->get<uint64_t>();
}

double Members::positive(const char *key, double high) {
  const json *found = required(key);
  if (!found)
    return 1;
  if (!found->is_number() || !(found->get<double>() > 0) ||
      !(found->get<double>() <= high)) {
    checker.expect(pathOf(key), fmt::format("a number in (0, {}]", high),
                   *found);
    return 1;
  }
  return found->get<double>();
}

double Members::number(const char *key, double low, double high) {
  const json *found = required(key);
  return found ? numberAt(*found, pathOf(key), low, high) : 0;
}

double Members::numberAt(const json &found, const std::string &where,
                         double low, double high) {
  if (!found.is_number() || !(found.get<double>() >= low) ||
      !(found.get<double>() <= high)) {
    checker.expect(where, fmt::format("a number in [{}, {}]", low, high),
                   found);
    return 0;
  }
  return found.get<double>();
}

bool Members::boolean(const char *key) {
  const json *found = required(key);
  if (found && !found->is_boolean())
    checker.expect(pathOf(key), "true or false", *found);
  return found && *found == true;
}

std::string Members::text(const char *key) {
  const json *found = required(key);
  if (found && !found->is_string())
    checker.expect(pathOf(key), "a string", *found);
  return found && found->is_string() ? found->get<std::string>() : "";
}

std::string Members::lineAt(const json &found, const std::string &where) {
  if (isLine(found))
    return found.get<std::string>();
  checker.expect(where,
                 fmt::format("one line of text, 1 to {} bytes long", kMaxText),
                 found);
  return {};
}

std::string Members::line(const char *key) {
  const json *found = required(key);
  return found ? lineAt(*found, pathOf(key)) : std::string();
}

std::string Members::identifier(const char *key) {
  const json *found = required(key);
  if (!found)
    return {};
  if (!found->is_string() || !isIdentifier(found->get<std::string>())) {
    checker.expect(pathOf(key), "an identifier [a-z][a-z0-9_]{0,31}", *found);
    return {};
  }
  return found->get<std::string>();
}

std::string Members::digest(const char *key) {
  const json *found = required(key);
  if (!found)
    return {};
  if (found->is_string()) {
    const std::string &text = found->get_ref<const std::string &>();
    if (text.size() == 64 &&
        text.find_first_not_of("0123456789abcdef") == std::string::npos)
      return text;
  }
  checker.expect(pathOf(key), "a SHA-256 in 64 digits 0-9a-f", *found);
  return {};
}

const json *Members::array(const char *key, size_t low, size_t high) {
  const json *found = required(key);
  if (found &&
      (!found->is_array() || found->size() < low || found->size() > high)) {
    checker.expect(pathOf(key),
                   low == high ? fmt::format("an array of {}", low)
                               : fmt::format("an array of {} to {}", low, high),
                   *found);
    return nullptr;
  }
  return found;
}

Range Members::rangeAt(const json &found, const std::string &where,
                       double most) {
  if (!found.is_array() || found.size() != 2) {
    checker.expect(where, "a range [low, high]", found);
    return {};
  }
  Range range;
  range.low = numberAt(found[0], where + "[0]", -most, most);
  range.high = numberAt(found[1], where + "[1]", -most, most);
  if (range.low > range.high)
    checker.fail(where, fmt::format("expected low <= high, found [{}, {}]",
                                    range.low, range.high));
  return range;
}

Range Members::range(const char *key) {
  const json *found = required(key);
  return found ? rangeAt(*found, pathOf(key)) : Range{};
}

void Members::finish() {
  if (!value)
    return;
  for (const auto &item : value->items())
    if (!known.count(item.key()))
      checker.fail(path.empty() ? "family" : path,
                   "unexpected key " + quote(item.key()));
}

} // namespace dlnet
