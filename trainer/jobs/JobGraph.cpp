// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Always the lowest job that waits for nothing any more, so that one list of
// jobs has one order.
#include "trainer/jobs/JobGraph.h"

#include "trainer/jobs/JobStamp.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <set>

namespace dlnet {

namespace fs = std::filesystem;

std::vector<size_t> sortJobs(const std::vector<Job> &jobs) {
  std::vector<size_t> order, missing(jobs.size());
  std::vector<std::vector<size_t>> before(jobs.size());
  std::set<size_t> ready;
  for (size_t i = 0; i < jobs.size(); ++i) {
    missing[i] = jobs[i].after.size();
    for (size_t other : jobs[i].after)
      before[other].push_back(i);
    if (!missing[i])
      ready.insert(i);
  }
  while (!ready.empty()) {
    size_t job = *ready.begin();
    ready.erase(ready.begin());
    order.push_back(job);
    for (size_t next : before[job])
      if (--missing[next] == 0)
        ready.insert(next);
  }
  return order;
}

Status checkJobs(const std::vector<Job> &jobs) {
  std::map<std::string, const Job *> owners;
  for (const Job &job : jobs) {
    if (job.command.empty() || job.command[0].empty())
      return Failure{fmt::format("job '{}' has no command", job.name)};
    if (job.output.empty() || job.log.empty())
      return Failure{fmt::format("job '{}' has no output or no log", job.name)};
    for (const std::string &word : job.command)
      if (word.find('\0') != std::string::npos)
        return Failure{
            fmt::format("the command of job '{}' holds a zero byte", job.name)};
    for (size_t other : job.after)
      if (other >= jobs.size())
        return Failure{fmt::format("job '{}' waits for job {} of {}", job.name,
                                   other, jobs.size())};
    for (const std::string &file :
         {job.output, stampPath(job.output), job.log}) {
      std::string path = fs::path(file).lexically_normal().string();
      auto [owner, fresh] = owners.emplace(path, &job);
      if (!fresh)
        return Failure{fmt::format("jobs '{}' and '{}' both write {}",
                                   owner->second->name, job.name, path)};
    }
  }
  if (sortJobs(jobs).size() != jobs.size())
    return Failure{"the jobs wait for each other in a circle"};
  return success();
}

} // namespace dlnet
