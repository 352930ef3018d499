// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/tools/dlnet-sim/ScriptLine.h"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

using namespace dlnet;
using namespace dlnet::sim;

namespace {

Cycles cyclesOf(double seconds) {
  return Cycles(std::llround(seconds * double(kCyclesPerSecond)));
}

/// "00 ff 41" as bytes; none if it is anything else.
std::optional<std::string> hexBytes(const std::string &text) {
  std::istringstream words(text);
  std::string word, bytes;
  while (words >> word) {
    size_t used = 0;
    if (word.size() > 2 ||
        word.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
      return std::nullopt;
    bytes.push_back(char(std::stoi(word, &used, 16)));
  }
  if (bytes.empty())
    return std::nullopt;
  return bytes;
}

std::optional<double> number(const std::string &text) {
  std::istringstream words(text);
  double value;
  std::string rest;
  if (!(words >> value) || words >> rest || !(value >= 0) || value > 1e9)
    return std::nullopt;
  return value;
}

} // namespace

Result<std::unique_ptr<ScriptLine>> ScriptLine::read(const std::string &path) {
  std::ifstream stream(path);
  if (!stream)
    return Failure{path + ": cannot be read"};
  auto script = std::make_unique<ScriptLine>();
  script->path = path;
  std::string text;
  for (size_t line = 1; std::getline(stream, text); ++line)
    if (Status status = script->parse(text, line); !status)
      return Failure{fmt::format("{}:{}: {}", path, line, status.message())};
  return script;
}

Status ScriptLine::parse(const std::string &text, size_t line) {
  static const std::map<std::string, Verb> verbs = {
      {"send", Verb::Send},          {"bytes", Verb::Bytes},
      {"expect", Verb::Expect},      {"await", Verb::Await},
      {"quiet", Verb::Quiet},        {"wait", Verb::Wait},
      {"timeout", Verb::Timeout},    {"cut", Verb::Cut},
      {"power-cut", Verb::PowerCut}, {"reset", Verb::Reset},
      {"restart", Verb::Restart}};
  if (text.empty() || text[0] == '#')
    return success();
  size_t blank = std::min(text.find(' '), text.size());
  std::string word = text.substr(0, blank);
  std::string rest = blank < text.size() ? text.substr(blank + 1) : "";
  auto verb = verbs.find(word);
  if (verb == verbs.end())
    return Failure{fmt::format("there is no command '{}'", word)};
  Command command;
  command.verb = verb->second;
  command.line = line;
  command.text = text;
  switch (command.verb) {
  case Verb::Send:
    command.payload = rest + "\n";
    break;
  case Verb::Bytes:
    if (auto bytes = hexBytes(rest))
      command.payload = *bytes;
    else
      return Failure{"'bytes' takes bytes in hexadecimal"};
    break;
  case Verb::Expect:
  case Verb::Await:
    try {
      command.pattern = std::regex(rest);
    } catch (const std::regex_error &) {
      return Failure{fmt::format("'{}' is no regular expression", rest)};
    }
    break;
  case Verb::Quiet:
  case Verb::Wait:
  case Verb::Timeout:
  case Verb::Cut:
    if (auto value = number(rest))
      command.number = *value;
    else
      return Failure{fmt::format("'{}' takes a number", word)};
    if (command.verb == Verb::Cut &&
        (command.number < 1 || command.number != std::floor(command.number)))
      return Failure{"'cut' takes a number of writes and erases, from 1"};
    break;
  default:
    if (!rest.empty())
      return Failure{fmt::format("'{}' takes no argument", word)};
  }
  commands.push_back(std::move(command));
  return success();
}

std::optional<uint8_t> ScriptLine::next(Cycles) {
  if (outgoing.empty())
    return std::nullopt;
  uint8_t byte = outgoing.front();
  outgoing.pop_front();
  return byte;
}

void ScriptLine::receive(uint8_t byte, Cycles now) {
  if (byte != '\n') {
    incoming.push_back(char(byte));
    return;
  }
  if (!incoming.empty() && incoming.back() == '\r')
    incoming.pop_back();
  answers.push_back(std::move(incoming));
  incoming.clear();
  ++receivedLines;
  advance(now);
}

Cycles ScriptLine::due() const {
  if (finished())
    return 0;
  const Command &command = commands[at];
  switch (command.verb) {
  case Verb::Expect:
  case Verb::Await:
  case Verb::Restart:
    return answers.empty() ? since + cyclesOf(patience) : 0;
  case Verb::Quiet:
  case Verb::Wait:
    return since + cyclesOf(command.number);
  default:
    return 0;
  }
}

void ScriptLine::advance(Cycles now) {
  while (!finished() && step(now)) {
  }
}

void ScriptLine::restarted(ResetReason, Cycles) {
  outgoing.clear();
  incoming.clear();
  hasRestarted = everStarted;
  everStarted = true;
}

bool ScriptLine::finished() const {
  return !problemText.empty() || (at == commands.size() && outgoing.empty());
}

std::string ScriptLine::position() const {
  if (at == commands.size())
    return fmt::format("{}: at the end", path);
  return fmt::format("{}:{}: at '{}'", path, commands[at].line,
                     commands[at].text);
}

/// Does what can be done of the present command; true when it is done.
bool ScriptLine::step(Cycles now) {
  if (at == commands.size())
    return false;
  const Command &command = commands[at];
  switch (command.verb) {
  case Verb::Send:
    ++sentLines;
    [[fallthrough]];
  case Verb::Bytes:
    outgoing.insert(outgoing.end(), command.payload.begin(),
                    command.payload.end());
    break;
  case Verb::Expect:
    if (!answer(command, false, now))
      return false;
    break;
  case Verb::Await:
    if (!answer(command, true, now))
      return false;
    break;
  case Verb::Quiet:
    if (!answers.empty()) {
      fail(command, fmt::format("'{}' came", answers[0]));
      return false;
    }
    [[fallthrough]];
  case Verb::Wait:
    if (!elapsed(command, now))
      return false;
    break;
  case Verb::Timeout:
    patience = command.number;
    break;
  case Verb::Cut:
    hasRestarted = false;
    hands.cutPowerIn(uint64_t(command.number));
    break;
  case Verb::PowerCut:
    hasRestarted = false;
    hands.cutPower();
    break;
  case Verb::Reset:
    hasRestarted = false;
    hands.pressReset();
    break;
  case Verb::Restart:
    if (!hasRestarted) {
      answers.clear();
      if (now >= since + cyclesOf(patience))
        fail(command, "the device did not start anew");
      return false;
    }
    hasRestarted = false;
    break;
  }
  nextCommand(now);
  return true;
}

/// Whether the answer is there; of others, the first fails or all are skipped.
bool ScriptLine::answer(const Command &command, bool skipOthers, Cycles now) {
  while (!answers.empty()) {
    lastAnswer = std::move(answers.front());
    answers.pop_front();
    if (std::regex_match(lastAnswer, command.pattern))
      return true;
    if (!skipOthers) {
      fail(command, fmt::format("'{}' came", lastAnswer));
      return false;
    }
  }
  if (now >= since + cyclesOf(patience))
    fail(command, fmt::format("no answer within {} s; the line before was '{}'",
                              patience, lastAnswer));
  return false;
}

bool ScriptLine::elapsed(const Command &command, Cycles now) {
  return now >= since + cyclesOf(command.number);
}

void ScriptLine::fail(const Command &command, const std::string &why) {
  problemText =
      fmt::format("{}:{}: '{}': {}", path, command.line, command.text, why);
}

void ScriptLine::nextCommand(Cycles now) {
  ++at;
  since = now;
}
