// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// <prefix>.h lies on the include path of whole programs, and <PREFIX>_MAX is
// seen by them.
#include "frontend/compile/Prefix.h"

#include <fmt/format.h>

#include <regex>
#include <set>

using namespace dlnet;

namespace {

/// <prefix>.h is a header of C or POSIX, or of Arduino where file names have no
/// case.
const std::set<std::string> kHeaders = {
    "arduino",  "assert", "complex",     "ctype",   "dirent",   "errno",
    "fcntl",    "fenv",   "float",       "glob",    "inttypes", "iso646",
    "limits",   "locale", "malloc",      "math",    "memory",   "poll",
    "pthread",  "sched",  "semaphore",   "setjmp",  "signal",   "spawn",
    "stdalign", "stdarg", "stdatomic",   "stdbool", "stddef",   "stdint",
    "stdio",    "stdlib", "stdnoreturn", "string",  "strings",  "syslog",
    "termios",  "tgmath", "threads",     "time",    "uchar",    "unistd",
    "utime",    "wchar",  "wctype"};

/// <PREFIX>_MAX is a macro of <limits.h>, <stdint.h>, <float.h> or <stdlib.h>.
const std::regex kLimits("s?char|u?(char|shrt|int|long|llong)|(flt|dbl|ldbl)|"
                         "u?int(_least|_fast)?(8|16|32|64)|u?int(ptr|max)|"
                         "ptrdiff|sig_atomic|size|ssize|wchar|wint|rand");

/// Files that Windows takes for devices, with whatever extension.
const std::regex kDevices("con|prn|aux|nul|(com|lpt)[0-9]");

} // namespace

Status dlnet::checkPrefix(const std::string &prefix) {
  static const std::regex identifier("[a-z](_?[a-z0-9])*");
  if (prefix.size() > 32 || !std::regex_match(prefix, identifier))
    return Failure{fmt::format("--name: '{}' is no prefix; expected a "
                               "lower-case letter, then up to 31 of letters, "
                               "digits and single _ between them",
                               prefix)};
  auto taken = [&](const std::string &what) {
    return Failure{
        fmt::format("--name: '{}' cannot be a prefix: {}", prefix, what)};
  };
  if (kHeaders.count(prefix))
    return taken(prefix + ".h is a header already");
  if (std::regex_match(prefix, kLimits)) {
    std::string macro = prefix;
    for (char &c : macro)
      c = c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
    return taken(macro + "_MAX is a macro of C");
  }
  if (std::regex_match(prefix, kDevices))
    return taken("no file can have that name on Windows");
  if (prefix == "dln")
    return taken("emitted C uses it for its kernels");
  return success();
}
