// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Access to JSON that someone else wrote: every member is checked when it is
// taken, and only the first problem is kept, with the path of its key.
#ifndef DLNET_FRONTEND_FAMILY_FAMILYMEMBERS_H
#define DLNET_FRONTEND_FAMILY_FAMILYMEMBERS_H

#include "frontend/family/FamilySchema.h"
#include "frontend/family/Safetensors.h"
#include "frontend/support/Result.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <set>
#include <string>

namespace dlnet {

/// Keeps the first problem: later ones are mostly its consequences.
class Checker {
public:
  bool failed() const { return !problem.empty(); }
  Failure failure() const { return Failure{problem}; }
  void fail(const std::string &path, const std::string &text) {
    if (!failed())
      problem = path + ": " + text;
  }
  /// Keeps a whole message unless it is empty.
  void refuse(const std::string &message) {
    if (!failed())
      problem = message;
  }
  void expect(const std::string &path, const std::string &expected,
              const nlohmann::json &found) {
    fail(path, fmt::format("expected {}, found {}", expected, quote(found)));
  }

private:
  std::string problem;
};

/// Whether `value` is one line of text that may be printed or put into a
/// generated comment.
bool isLine(const nlohmann::json &value);

/// The members of a JSON object. After a failure they read as defaults, so
/// that callers need no branches.
class Members {
public:
  Members(const nlohmann::json *value, std::string path, Checker &checker);

  std::string pathOf(const char *key) const;

  /// Whether the key is there, which it need not be.
  const nlohmann::json *optional(const char *key);
  const nlohmann::json *required(const char *key);
  Members object(const char *key);
  int64_t integer(const char *key, int64_t low, int64_t high);
  uint64_t seed(const char *key);
  /// A number in (0, high].
  double positive(const char *key, double high = schema::kMaxMagnitude);
  double number(const char *key, double low, double high);
  double numberAt(const nlohmann::json &found, const std::string &where,
                  double low, double high);
  bool boolean(const char *key);
  std::string text(const char *key);
  std::string line(const char *key);
  std::string lineAt(const nlohmann::json &found, const std::string &where);
  std::string identifier(const char *key);
  /// A SHA-256 in 64 lower-case hexadecimal digits.
  std::string digest(const char *key);
  const nlohmann::json *array(const char *key, size_t low, size_t high);
  Range range(const char *key);
  Range rangeAt(const nlohmann::json &found, const std::string &where,
                double most = schema::kMaxMagnitude);

  /// What a word of `table` stands for.
  template <typename Kind, size_t N>
  Kind choice(const char *key, const schema::Named<Kind> (&table)[N]) {
    const nlohmann::json *found = required(key);
    return found ? choiceAt(*found, pathOf(key), table) : table[0].kind;
  }
  template <typename Kind, size_t N>
  Kind choiceAt(const nlohmann::json &found, const std::string &where,
                const schema::Named<Kind> (&table)[N]) {
    std::string names;
    for (const schema::Named<Kind> &entry : table) {
      if (found == entry.text)
        return entry.kind;
      names += (names.empty() ? "" : ", ") + std::string(entry.text);
    }
    checker.expect(where, "one of " + names, found);
    return table[0].kind;
  }

  /// To be called when all members are taken: what is left is a mistake.
  void finish();

private:
  const nlohmann::json *value;
  std::string path;
  Checker &checker;
  std::set<std::string> known;
};

} // namespace dlnet

#endif // DLNET_FRONTEND_FAMILY_FAMILYMEMBERS_H
