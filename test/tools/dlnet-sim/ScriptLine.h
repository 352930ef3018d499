// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The serial line for tests: sends lines, waits for answers, presses the
// button and pulls the plug, all in simulated time, so that every run is the
// same. README.md has the commands.
#ifndef DLNET_SIM_SCRIPTLINE_H
#define DLNET_SIM_SCRIPTLINE_H

#include "frontend/support/Result.h"
#include "test/tools/dlnet-sim/SerialLine.h"

#include <deque>
#include <functional>
#include <regex>
#include <string>
#include <vector>

namespace dlnet::sim {

class ScriptLine : public SerialLine {
public:
  /// What a script can do to the board.
  struct Hands {
    std::function<void()> pressReset, cutPower;
    std::function<void(uint64_t)> cutPowerIn;
  };

  /// Reads a script; a line that it does not understand fails.
  static Result<std::unique_ptr<ScriptLine>> read(const std::string &path);

  void setHands(Hands hands) { this->hands = std::move(hands); }

  std::optional<uint8_t> next(Cycles now) override;
  void receive(uint8_t byte, Cycles now) override;
  Cycles due() const override;
  void advance(Cycles now) override;
  void restarted(ResetReason reason, Cycles now) override;
  bool finished() const override;

  /// What it waited for in vain, with the script's line; empty if nothing.
  const std::string &problem() const { return problemText; }

  /// The command that it is at, for a run that ended before the script.
  std::string position() const;

  /// Lines sent to the device and complete ones that came from it.
  uint64_t linesSent() const { return sentLines; }
  uint64_t linesReceived() const { return receivedLines; }

private:
  enum class Verb {
    Send,
    Bytes,
    Expect,
    Await,
    Quiet,
    Wait,
    Timeout,
    Cut,
    PowerCut,
    Reset,
    Restart
  };
  struct Command {
    Verb verb;
    size_t line;         // Of the script, from 1.
    std::string text;    // As it stands there.
    std::string payload; // Bytes to send.
    std::regex pattern;
    double number = 0;
  };

  Status parse(const std::string &text, size_t line);
  bool step(Cycles now);
  bool answer(const Command &command, bool skipOthers, Cycles now);
  bool elapsed(const Command &command, Cycles now);
  void fail(const Command &command, const std::string &why);
  void nextCommand(Cycles now);

  std::string path;
  std::vector<Command> commands;
  Hands hands;
  size_t at = 0;
  Cycles since = 0;    // When the present command began.
  double patience = 2; // Seconds.
  std::deque<uint8_t> outgoing;
  std::string incoming; // A line that is not complete.
  std::deque<std::string> answers;
  std::string lastAnswer;
  bool hasRestarted = false;
  bool everStarted = false;
  uint64_t sentLines = 0, receivedLines = 0;
  std::string problemText;
};

} // namespace dlnet::sim

#endif // DLNET_SIM_SCRIPTLINE_H
