// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A carriage return and spaces do on every terminal; escape codes do not.
#include "frontend/series/Progress.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace dlnet {

namespace {

constexpr double kSilence = 1, kPause = 0.1;
constexpr size_t kWidth = 24;

Progress::Output terminal() {
  if (!isatty(STDERR_FILENO))
    return {};
  return {[](const std::string &text) {
            std::fputs(text.c_str(), stderr);
            std::fflush(stderr);
          },
          [] {
            return std::chrono::duration<double>(
                       std::chrono::steady_clock::now().time_since_epoch())
                .count();
          }};
}

} // namespace

Progress::Progress(std::string label, size_t total)
    : Progress(std::move(label), total, terminal()) {}

Progress::Progress(std::string label, size_t total, Output output)
    : label(std::move(label)), total(total), output(std::move(output)) {
  if (this->output.write)
    start = last = this->output.seconds();
}

Progress::~Progress() { wipe(); }

void Progress::advance(size_t steps) {
  done += steps;
  if (!output.write)
    return;
  double now = output.seconds();
  if (now - start >= kSilence && now - last >= kPause)
    draw(now);
}

void Progress::draw(double now) {
  last = now;
  std::string line = label;
  if (total) {
    size_t shown = std::min(done, total);
    size_t filled = shown * kWidth / total;
    line += fmt::format("  [{}{}]  {}/{}", std::string(filled, '#'),
                        std::string(kWidth - filled, '.'), shown, total);
    if (shown)
      line +=
          fmt::format("  {:.0f} s left",
                      (now - start) * double(total - shown) / double(shown));
  } else {
    line += fmt::format("  {}", done);
  }
  if (!remark.empty())
    line += "  " + remark;
  size_t length = line.size();
  if (length < drawn)
    line.append(drawn - length, ' ');
  output.write("\r" + line);
  drawn = length;
}

void Progress::wipe() {
  if (!drawn)
    return;
  output.write("\r" + std::string(drawn, ' ') + "\r");
  drawn = 0;
}

} // namespace dlnet
