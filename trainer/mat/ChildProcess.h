// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A library that parses files from strangers may be made to crash by one.
// Whoever trains overnight wants a sentence then, not a core.
#ifndef DLNET_TRAINER_MAT_CHILDPROCESS_H
#define DLNET_TRAINER_MAT_CHILDPROCESS_H

#include "frontend/support/Result.h"

#include <functional>
#include <string>

namespace dlnet {

/// Runs `work` in a child process and returns what it returned. When the child
/// does not come to its end (a crash, or more than a minute of processor time)
/// the failure's message is empty, for only the caller knows what to say.
Result<std::string> runApart(const std::function<Result<std::string>()> &work);

} // namespace dlnet

#endif // DLNET_TRAINER_MAT_CHILDPROCESS_H
