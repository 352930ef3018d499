// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One loop that waits for signals, the ends of children among them: with the
// signals blocked there is no handler and no moment between looking and
// waiting in which one could be lost.
#include "trainer/jobs/Jobs.h"

#include "frontend/series/Progress.h"
#include "trainer/jobs/JobChild.h"
#include "trainer/jobs/JobGraph.h"
#include "trainer/jobs/JobStamp.h"

#include <fmt/format.h>

#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <map>

namespace dlnet {

namespace {

namespace fs = std::filesystem;

constexpr double kGrace = 3; ///< Seconds between asking and killing.

double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Blocks what the loop waits for as long as it lives.
class BlockedSignals {
public:
  BlockedSignals() {
    sigemptyset(&waited);
    sigaddset(&waited, SIGCHLD);
    for (int number : {SIGINT, SIGTERM, SIGHUP}) {
      // What the caller ignores (nohup does) stays ignored.
      struct sigaction present{};
      sigaction(number, nullptr, &present);
      if (present.sa_handler != SIG_IGN)
        sigaddset(&waited, number);
    }
    // Who ignores it gets no exit status of any child.
    struct sigaction standard{};
    standard.sa_handler = SIG_DFL;
    sigaction(SIGCHLD, &standard, &childAction);
    pthread_sigmask(SIG_BLOCK, &waited, &before);
  }
  ~BlockedSignals() {
    // The ends of children are dealt with; nobody else wants to hear of them.
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    timespec atOnce{0, 0};
    while (sigtimedwait(&children, nullptr, &atOnce) > 0)
      ;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    sigaction(SIGCHLD, &childAction, nullptr);
  }
  BlockedSignals(const BlockedSignals &) = delete;
  BlockedSignals &operator=(const BlockedSignals &) = delete;

  /// A signal, or 0 after `seconds` (below 2) without one.
  int wait(double seconds) const {
    timespec most{time_t(seconds),
                  long((seconds - double(time_t(seconds))) * 1e9)};
    return std::max(0, sigtimedwait(&waited, nullptr, &most));
  }

  sigset_t before;

private:
  sigset_t waited;
  struct sigaction childAction;
};

class Runner {
public:
  Runner(const std::vector<Job> &jobs, const JobOptions &options)
      : jobs(jobs), options(options), hashes(jobs.size()),
        states(jobs.size(), State::waiting), results(jobs.size()) {}

  Result<std::vector<JobResult>> run();

private:
  enum class State { waiting, running, done };
  struct Child {
    pid_t id;
    size_t job;
    double start;
  };

  Status lookForStamps();
  bool isReady(size_t job) const;
  void fail(size_t job, const std::string &reason) {
    failures.emplace(job, fmt::format("job '{}' {}", jobs[job].name, reason));
  }
  void start(size_t job, const sigset_t &mask);
  /// Takes in the children that have ended.
  void reap();
  void finish(const Child &child, int status);
  void stopAll(const BlockedSignals &signals);

  const std::vector<Job> &jobs;
  const JobOptions &options;
  std::vector<uint64_t> hashes;
  std::vector<State> states;
  std::vector<JobResult> results;
  std::vector<Child> children;
  std::map<size_t, std::string> failures;
};

Status Runner::lookForStamps() {
  for (size_t i : sortJobs(jobs)) {
    const Job &job = jobs[i];
    std::vector<std::string> parts = job.command;
    parts.push_back(job.output);
    parts.push_back(options.fingerprint);
    bool fresh = true;
    for (size_t other : job.after) {
      parts.push_back(fmt::format("{:016x}", hashes[other]));
      fresh = fresh && results[other].skipped;
    }
    hashes[i] = hashStrings(parts);
    std::error_code error;
    std::optional<JobStamp> stamp = readStamp(job.output);
    if (fresh && stamp && stamp->hash == hashes[i] &&
        fs::is_regular_file(job.output, error) &&
        digestFile(job.output) == stamp->digest) {
      results[i] = {stamp->seconds, true};
      states[i] = State::done;
      continue;
    }
    // Now and not when the job starts: if this run is cut short, the next one
    // must not take the output for one of the inputs that are there by then.
    fs::remove(stampPath(job.output), error);
    if (error)
      return Failure{fmt::format("cannot remove {}: {}", stampPath(job.output),
                                 error.message())};
  }
  return success();
}

bool Runner::isReady(size_t job) const {
  return states[job] == State::waiting &&
         std::all_of(
             jobs[job].after.begin(), jobs[job].after.end(),
             [this](size_t other) { return states[other] == State::done; });
}

void Runner::start(size_t index, const sigset_t &mask) {
  const Job &job = jobs[index];
  std::error_code error;
  for (const std::string &file : {job.output, job.log}) {
    fs::path folder = fs::path(file).parent_path();
    if (!folder.empty())
      fs::create_directories(folder, error);
    if (error)
      return fail(index, fmt::format("cannot make {}: {}", folder.string(),
                                     error.message()));
  }
  fs::remove(job.output, error);
  if (error)
    return fail(index, fmt::format("cannot replace {}: {}", job.output,
                                   error.message()));
  Result<pid_t> child = startChild(job.command, job.log, mask);
  if (!child)
    return fail(index, child.message());
  states[index] = State::running;
  children.push_back({*child, index, now()});
}

void Runner::finish(const Child &child, int status) {
  const Job &job = jobs[child.job];
  states[child.job] = State::done;
  // To the digits of the stamp, so that a resumed run reports the same.
  double seconds = std::round((now() - child.start) * 1e3) / 1e3;
  results[child.job].seconds = seconds;
  std::string reason;
  std::error_code error;
  std::optional<std::string> digest;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    reason = describeExit(status);
  else if (!fs::is_regular_file(job.output, error) ||
           !(digest = digestFile(job.output)))
    reason = fmt::format("exited without its output {}", job.output);
  if (!reason.empty()) {
    std::string tail = logTail(job.log);
    return fail(child.job,
                fmt::format("{}; {} {}{}", reason,
                            tail.empty() ? "nothing is in" : "the end of",
                            job.log, tail.empty() ? "" : ":" + tail));
  }
  Status stamped =
      writeStamp(job.output, {hashes[child.job], seconds, *digest});
  if (!stamped)
    fail(child.job, stamped.message());
}

void Runner::reap() {
  // One signal may stand for several children.
  for (size_t i = 0; i < children.size();) {
    int status = 0;
    pid_t ended = waitpid(children[i].id, &status, WNOHANG);
    if (ended != children[i].id) {
      ++i;
      continue;
    }
    Child child = children[i];
    children.erase(children.begin() + ptrdiff_t(i));
    finish(child, status);
  }
}

void Runner::stopAll(const BlockedSignals &signals) {
  std::vector<pid_t> groups;
  for (const Child &child : children)
    groups.push_back(child.id);
  for (pid_t group : groups)
    kill(-group, SIGTERM);
  for (double end = now() + kGrace; !children.empty() && now() < end;) {
    signals.wait(0.1);
    reap();
  }
  // Also what the children of children may have left.
  for (pid_t group : groups)
    kill(-group, SIGKILL);
  while (!children.empty()) {
    signals.wait(0.1);
    reap();
  }
}

Result<std::vector<JobResult>> Runner::run() {
  if (Status looked = lookForStamps(); !looked)
    return looked.failure();
  size_t left =
      size_t(std::count(states.begin(), states.end(), State::waiting));
  if (!left)
    return results;
  int stopped = 0;
  {
    BlockedSignals signals;
    Progress progress(options.label, left);
    for (;;) {
      for (size_t i = 0; i < jobs.size() && failures.empty() &&
                         children.size() < std::max<size_t>(1, options.atOnce);
           ++i)
        if (isReady(i))
          start(i, signals.before);
      if (children.empty())
        break;
      std::string names;
      for (const Child &child : children)
        names += (names.empty() ? "" : ", ") + jobs[child.job].name;
      progress.note(failures.empty() ? names
                                     : "a job failed; waiting for " + names);
      size_t before = children.size();
      // A second at most, for the time on the progress line to go on.
      stopped = signals.wait(1);
      if (stopped && stopped != SIGCHLD) {
        progress.wipe();
        stopAll(signals);
        break;
      }
      stopped = 0;
      reap();
      progress.advance(before - children.size());
    }
  }
  if (stopped) {
    // The shell has to see what ended this process; a handler of the caller
    // may still return here.
    raise(stopped);
    return Failure{
        fmt::format("stopped by signal {} ({})", stopped, strsignal(stopped))};
  }
  if (!failures.empty())
    return Failure{failures.begin()->second};
  return results;
}

} // namespace

Result<std::vector<JobResult>> runJobs(const std::vector<Job> &jobs,
                                       const JobOptions &options) {
  if (Status checked = checkJobs(jobs); !checked)
    return checked.failure();
  return Runner(jobs, options).run();
}

} // namespace dlnet
