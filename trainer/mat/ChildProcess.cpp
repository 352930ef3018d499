// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The child's answer comes through a pipe: the text behind one letter, `v` for
// a value and `f` for a failure. A child that dies halfway through its answer
// shows in its exit status.
#include "trainer/mat/ChildProcess.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace dlnet {

namespace {

bool writeAll(int pipe, const char *data, size_t size) {
  while (size) {
    ssize_t written = ::write(pipe, data, size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    data += written;
    size -= size_t(written);
  }
  return true;
}

std::string readAll(int pipe) {
  std::string text;
  char buffer[1 << 16];
  for (;;) {
    ssize_t got = ::read(pipe, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return text;
    text.append(buffer, size_t(got));
  }
}

[[noreturn]] void runChild(int pipe,
                           const std::function<Result<std::string>()> &work) {
  rlimit noCore{0, 0}, oneMinute{60, 60};
  setrlimit(RLIMIT_CORE, &noCore);
  setrlimit(RLIMIT_CPU, &oneMinute);
  bool written = false;
  try {
    Result<std::string> result = work();
    const std::string &text = result ? *result : result.message();
    written = writeAll(pipe, result ? "v" : "f", 1) &&
              writeAll(pipe, text.data(), text.size());
  } catch (...) {
    // The parent sees the exit status.
  }
  // Not exit(): the parent's buffers and handlers are the parent's.
  _exit(written ? 0 : 1);
}

} // namespace

Result<std::string> runApart(const std::function<Result<std::string>()> &work) {
  int ends[2];
  if (pipe(ends) != 0)
    return Failure{"no pipe to a child process"};
  pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return Failure{"no child process"};
  }
  if (child == 0) {
    close(ends[0]);
    runChild(ends[1], work);
  }
  close(ends[1]);
  std::string answer = readAll(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || answer.empty())
    return Failure{""};
  std::string text = answer.substr(1);
  if (answer[0] == 'f')
    return Failure{text};
  return text;
}

} // namespace dlnet
