// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The prefix of emitted C names macros, functions, files and targets at once.
#ifndef DLNET_FRONTEND_COMPILE_PREFIX_H
#define DLNET_FRONTEND_COMPILE_PREFIX_H

#include "frontend/support/Result.h"

namespace dlnet {

/// Fails, with the reason, on what is no C identifier in lower case, and on
/// what would take the place of a file or a macro that C, C++, Arduino or an
/// operating system has already: `string` (string.h), `int` (INT_MAX), `aux`.
Status checkPrefix(const std::string &prefix);

} // namespace dlnet

#endif // DLNET_FRONTEND_COMPILE_PREFIX_H
