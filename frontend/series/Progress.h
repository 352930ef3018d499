// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whoever waits longer than a second wants to see that something moves; logs
// and pipes want none of it.
#ifndef DLNET_FRONTEND_SERIES_PROGRESS_H
#define DLNET_FRONTEND_SERIES_PROGRESS_H

#include <cstddef>
#include <cstdio>
#include <functional>
#include <string>

namespace dlnet {

/// One line on a terminal, drawn once a second has passed and then at most ten
/// times a second, and wiped when the object goes:
///
///   reading batteries  [############............]  61/124  3 s left
class Progress {
public:
  /// Where the line goes and what time it is, so that tests can stand in.
  struct Output {
    std::function<void(const std::string &)> write; ///< Empty: nothing shows.
    std::function<double()> seconds;
  };

  /// `total` steps are to come; 0 when nobody knows how many. Shows on stderr
  /// when that is a terminal.
  explicit Progress(std::string label, size_t total = 0);
  Progress(std::string label, size_t total, Output output);
  ~Progress();
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  void advance(size_t steps = 1);
  /// Shown behind the bar from now on, such as the loss of the last epoch.
  void note(std::string text) { remark = std::move(text); }
  /// Clears the line, for something else to be printed; the next advance()
  /// may draw it again.
  void wipe();

private:
  void draw(double now);

  std::string label, remark;
  size_t total, done = 0, drawn = 0;
  Output output;
  double start = 0, last = 0;
};

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_PROGRESS_H
