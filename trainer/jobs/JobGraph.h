// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mistake in a list of jobs should show before the first hour of work, not
// after it.
#ifndef DLNET_TRAINER_JOBS_JOBGRAPH_H
#define DLNET_TRAINER_JOBS_JOBGRAPH_H

#include "trainer/jobs/Jobs.h"

namespace dlnet {

/// The indices of `jobs`, each behind all that it depends on, lower ones
/// first; fewer than all of them if there is a cycle.
std::vector<size_t> sortJobs(const std::vector<Job> &jobs);

/// Fails for a job without command, output or log, for one that waits for no
/// job of the list, for a cycle, and for two that write the same file.
Status checkJobs(const std::vector<Job> &jobs);

} // namespace dlnet

#endif // DLNET_TRAINER_JOBS_JOBGRAPH_H
