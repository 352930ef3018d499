// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// fork() and not posix_spawn(): only the child itself can ask to die with its
// parent. All memory is taken before the fork. A pipe that closes on exec
// brings back the reason when the program cannot be started.
#include "trainer/jobs/JobChild.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace dlnet {

namespace {

const char *const kOneThread[] = {"OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1",
                                  "MKL_NUM_THREADS=1"};

std::vector<char *> oneThreadEnvironment() {
  std::vector<char *> all;
  for (const char *entry : kOneThread)
    all.push_back(const_cast<char *>(entry));
  for (char **entry = environ; *entry; ++entry) {
    bool replaced = false;
    for (const char *ours : kOneThread)
      replaced |= std::strncmp(*entry, ours, std::strlen(ours) - 1) == 0;
    if (!replaced)
      all.push_back(*entry);
  }
  all.push_back(nullptr);
  return all;
}

/// Closes its file at the end of the scope.
struct Descriptor {
  int number = -1;
  Descriptor(int number) : number(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  void close() {
    if (number >= 0)
      ::close(number);
    number = -1;
  }
};

} // namespace

Result<pid_t> startChild(const std::vector<std::string> &command,
                         const std::string &log, const sigset_t &mask) {
  std::vector<char *> arguments, environment = oneThreadEnvironment();
  for (const std::string &word : command)
    arguments.push_back(const_cast<char *>(word.c_str()));
  arguments.push_back(nullptr);

  Descriptor input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Descriptor output(
      ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (output.number < 0)
    return Failure{
        fmt::format("cannot write the log {}: {}", log, std::strerror(errno))};
  int ends[2];
  if (input.number < 0 || pipe2(ends, O_CLOEXEC) != 0)
    return Failure{fmt::format("no pipe: {}", std::strerror(errno))};
  Descriptor reading(ends[0]), writing(ends[1]);

  pid_t parent = getpid(), child = fork();
  if (child < 0)
    return Failure{fmt::format("no child process: {}", std::strerror(errno))};
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
      _exit(127);
    setpgid(0, 0);
    if (dup2(input.number, STDIN_FILENO) >= 0 &&
        dup2(output.number, STDOUT_FILENO) >= 0 &&
        dup2(output.number, STDERR_FILENO) >= 0) {
      pthread_sigmask(SIG_SETMASK, &mask, nullptr);
      execvpe(arguments[0], arguments.data(), environment.data());
    }
    int reason = errno;
    ssize_t ignored = ::write(writing.number, &reason, sizeof reason);
    _exit(ignored < 0 ? 126 : 127);
  }
  // In both, for whichever comes first.
  setpgid(child, child);
  writing.close();
  int reason = 0;
  ssize_t got;
  do
    got = ::read(reading.number, &reason, sizeof reason);
  while (got < 0 && errno == EINTR);
  if (got != sizeof reason)
    return child;
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR)
    ;
  return Failure{
      fmt::format("cannot start {}: {}", command[0], std::strerror(reason))};
}

std::string describeExit(int status) {
  if (WIFSIGNALED(status))
    return fmt::format("was killed by signal {} ({})", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
  return fmt::format("exited with status {}", WEXITSTATUS(status));
}

std::string logTail(const std::string &log, size_t lines) {
  constexpr std::streamoff kMost = 4096;
  std::ifstream file(log, std::ios::binary | std::ios::ate);
  if (!file)
    return "";
  std::streamoff size = file.tellg(),
                 from = std::max<std::streamoff>(0, size - kMost);
  std::string text(size_t(size - from), '\0');
  file.seekg(from);
  file.read(text.data(), std::streamsize(text.size()));
  text.resize(size_t(file.gcount()));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.pop_back();
  if (text.empty())
    return "";
  size_t start = text.size();
  for (size_t i = 0; i < lines && start != std::string::npos; ++i)
    start = start ? text.rfind('\n', start - 1) : std::string::npos;
  if (start != std::string::npos)
    text.erase(0, start + 1);

  std::string tail = "\n  ";
  for (char byte : text) {
    if (byte == '\n')
      tail += "\n  ";
    else if (byte == '\t')
      tail += ' ';
    else
      tail +=
          (static_cast<unsigned char>(byte) < 32 || byte == 127) ? '?' : byte;
  }
  return tail;
}

} // namespace dlnet
