// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A port's name goes into C, its unit into comments.
#include "frontend/network/Ports.h"

#include <fmt/format.h>

#include <cmath>

#include <set>

namespace dlnet::network {

namespace {

/// Words of C (up to C23) and of C++ that could be names of ports.
bool isReserved(const std::string &name) {
  static const std::set<std::string> words = {
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

} // namespace

Status verify(const Port &port) {
  const std::string &name = port.name;
  if (name.empty() || name.size() > 24 || name[0] < 'a' || name[0] > 'z' ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") !=
          std::string::npos)
    return Failure{"expected a name [a-z][a-z0-9_]{0,23}"};
  if (isReserved(name))
    return Failure{"expected a name that is no word of C or C++"};
  bool isPrintable = port.unit.size() <= 24;
  for (char c : port.unit)
    isPrintable &= c >= 0x20 && c < 0x7f;
  if (!isPrintable || port.unit.find("*/") != std::string::npos)
    return Failure{"expected as unit at most 24 printable characters without "
                   "*/"};
  constexpr double kMost = 1e6; // of low, high and scale
  if (!(port.low >= -kMost) || !(port.low < port.high) || !(port.high <= kMost))
    return Failure{fmt::format("expected limits low < high of at most {}, "
                               "found [{}, {}]",
                               kMost, port.low, port.high)};
  if (!(port.scale > 0) || !(port.scale <= kMost))
    return Failure{fmt::format("expected a positive scale of at most {}, found "
                               "{}",
                               kMost, port.scale)};
  double least = std::fmax(std::ceil(port.low / port.scale), -32768);
  double greatest = std::fmin(std::floor(port.high / port.scale), 32767);
  if (!(least < greatest))
    return Failure{fmt::format("fewer than two int16 in units of {} lie in "
                               "[{}, {}]",
                               port.scale, port.low, port.high)};
  if (port.rate == Rate::Count && (port.low != 0 || port.scale != 1))
    return Failure{"what is counted has the scale 1 and the lower limit 0"};
  return success();
}

} // namespace dlnet::network
