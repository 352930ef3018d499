// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Training a whole family is many programs with one core each: teachers before
// students, floats before integers. They run side by side, and what an earlier
// run has finished is not done again.
#ifndef DLNET_TRAINER_JOBS_JOBS_H
#define DLNET_TRAINER_JOBS_JOBS_H

#include "frontend/support/Result.h"

#include <cstddef>
#include <string>
#include <vector>

namespace dlnet {

/// A child process that leaves a file.
struct Job {
  std::string name;                 ///< For people.
  std::vector<std::string> command; ///< Program, sought in PATH; arguments.
  std::string output;               ///< The file that it leaves.
  std::string log;                  ///< Gets all that it prints.
  std::vector<size_t> after;        ///< Jobs, by index, that have to end first.
};

struct JobOptions {
  size_t atOnce = 1; ///< Jobs side by side; each is told to use one thread.
  /// Stands for what no command line shows, such as the content of the data:
  /// another fingerprint runs every job again.
  std::string fingerprint;
  std::string label = "jobs"; ///< Of the progress line.
};

struct JobResult {
  double seconds = 0; ///< Wall time, of the earlier run if it was skipped.
  bool skipped = false;
};

/// Runs `jobs` and returns their results in the same order.
///
/// A job is skipped when its output and its stamp `<output>.done` are there,
/// the output is what it was, to the last bit, and the stamp was made by the
/// same command, fingerprint and (transitively) dependencies, and everything
/// that it depends on is skipped too. Otherwise stamp and output are removed
/// before it starts.
///
/// Fails without starting anything when the jobs are no graph without cycles
/// or share a file. When a job fails, no other is started, those under way
/// come to their end and keep their stamps, and the failure names the first
/// failed job in the order of `jobs`, its status and the end of its log.
/// SIGINT, SIGTERM and SIGHUP stop all children with all that they started,
/// then act on this process as ever. The process has to have one thread.
Result<std::vector<JobResult>> runJobs(const std::vector<Job> &jobs,
                                       const JobOptions &options = {});

} // namespace dlnet

#endif // DLNET_TRAINER_JOBS_JOBS_H
