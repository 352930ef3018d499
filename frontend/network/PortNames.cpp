// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/network/PortNames.h"

#include <algorithm>
#include <set>

namespace dlnet::network {

bool isPortName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxPortName && name[0] >= 'a' &&
         name[0] <= 'z' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
             std::string_view::npos;
}

bool isReservedWord(std::string_view name) {
  static const std::set<std::string_view> words = {
      "alignas",   "alignof",  "and",      "asm",       "auto",      "bool",
      "break",     "case",     "catch",    "char",      "class",     "const",
      "constexpr", "continue", "default",  "delete",    "do",        "double",
      "else",      "enum",     "explicit", "export",    "extern",    "false",
      "float",     "for",      "friend",   "goto",      "if",        "inline",
      "int",       "long",     "mutable",  "namespace", "new",       "not",
      "nullptr",   "operator", "or",       "private",   "protected", "public",
      "register",  "restrict", "return",   "short",     "signed",    "sizeof",
      "static",    "struct",   "switch",   "template",  "this",      "throw",
      "true",      "try",      "typedef",  "typename",  "typeof",    "union",
      "unsigned",  "using",    "virtual",  "void",      "volatile",  "while",
      "xor"};
  return words.count(name) > 0;
}

bool isPortUnit(std::string_view unit) {
  return unit.size() <= kMaxPortUnit &&
         unit.find("*/") == std::string_view::npos &&
         std::all_of(unit.begin(), unit.end(),
                     [](char c) { return c >= 0x20 && c < 0x7f; });
}

} // namespace dlnet::network
