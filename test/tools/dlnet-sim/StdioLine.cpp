// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/tools/dlnet-sim/StdioLine.h"

#include <cstdio>
#include <poll.h>
#include <unistd.h>

using namespace dlnet::sim;

namespace {
constexpr Cycles kLookEvery = kCyclesPerSecond / 1000;
/// After the end of the input the device may still answer for so long.
constexpr Cycles kQuiet = kCyclesPerSecond;
} // namespace

std::optional<uint8_t> StdioLine::next(Cycles now) {
  if (typed.empty())
    return std::nullopt;
  uint8_t byte = typed.front();
  typed.pop_front();
  lastByte = now;
  return byte;
}

void StdioLine::receive(uint8_t byte, Cycles now) {
  std::putchar(byte);
  if (byte == '\n')
    std::fflush(stdout);
  lastByte = now;
}

void StdioLine::advance(Cycles now) {
  if (now < nextLook)
    return;
  nextLook = now + kLookEvery;
  if (!inputOpen) {
    ended = typed.empty() && now - lastByte > kQuiet;
    return;
  }
  if (!typed.empty())
    return;
  auto real = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  int64_t ahead = int64_t(now / (kCyclesPerSecond / 1000)) - real.count();
  std::fflush(stdout);
  look(ahead > 0 ? int(ahead) : 0);
}

/// Takes what was typed, and waits so long for it.
void StdioLine::look(int milliseconds) {
  pollfd input = {STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, milliseconds) <= 0)
    return;
  uint8_t bytes[4096];
  ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
  if (count > 0)
    typed.insert(typed.end(), bytes, bytes + count);
  else
    inputOpen = false;
}
