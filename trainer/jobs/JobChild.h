// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program that runs for an hour must not outlive whoever started it, nor
// take more than the one core that was meant for it.
#ifndef DLNET_TRAINER_JOBS_JOBCHILD_H
#define DLNET_TRAINER_JOBS_JOBCHILD_H

#include "frontend/support/Result.h"

#include <csignal>
#include <string>
#include <sys/types.h>
#include <vector>

namespace dlnet {

/// Starts `command` (at least one word; no shell) with `log` for its standard
/// output and error, an empty standard input, the signal mask `mask` and one
/// thread for OpenBLAS and OpenMP. It leads a process group of its own, whose
/// number is returned, and dies with its parent.
Result<pid_t> startChild(const std::vector<std::string> &command,
                         const std::string &log, const sigset_t &mask);

/// "exited with status 3" or "was killed by signal 9 (Killed)".
std::string describeExit(int status);

/// The last `lines` lines of a log, at most 4 KiB, each indented by two spaces
/// and behind a line feed, without control characters; empty if there are none.
std::string logTail(const std::string &log, size_t lines = 10);

} // namespace dlnet

#endif // DLNET_TRAINER_JOBS_JOBCHILD_H
