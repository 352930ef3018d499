// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CLI11 does the parsing. It takes an empty argument for the name of a group of
// options and never comes back, so it gets none.
#include "frontend/support/CommandLine.h"

#include "frontend/support/Suggest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>

using namespace dlnet;

namespace {

/// A closed standard stream would be the next file that is opened.
void openStandardStreams() {
  for (int number : {0, 1, 2})
    if (::fcntl(number, F_GETFD) < 0 && errno == EBADF &&
        ::open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY) < 0)
      std::_Exit(1);
}

bool isBlank(const std::string &text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

/// The name of an option that stands in front of '=' and nothing.
std::string emptyOption(const std::string &argument) {
  size_t equals = argument.find('=');
  if (argument.empty() || argument[0] != '-' || equals == std::string::npos ||
      !isBlank(argument.substr(equals + 1)))
    return "";
  return argument.substr(0, equals);
}

std::optional<std::string>
findEmptyArgument(const std::vector<std::string> &arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string option = emptyOption(arguments[i]);
    if (option.empty() && !isBlank(arguments[i]))
      continue;
    if (option.empty() && i > 0 && arguments[i - 1].rfind('-', 0) == 0)
      option = arguments[i - 1];
    return option.empty() ? fmt::format("argument {} is empty", i + 1)
                          : fmt::format("{}: the value is empty", option);
  }
  return std::nullopt;
}

/// Of `app` and its groups, which are commands without a name.
std::vector<const CLI::Option *> optionsOf(const CLI::App &app) {
  std::vector<const CLI::Option *> all = app.get_options();
  for (const CLI::App *group :
       app.get_subcommands([](const CLI::App *) { return true; }))
    if (group->get_name().empty())
      for (const CLI::Option *option : optionsOf(*group))
        all.push_back(option);
  return all;
}

std::vector<std::string> optionNames(const CLI::App &app) {
  std::vector<std::string> names;
  for (const CLI::Option *option : optionsOf(app))
    for (const std::string &name : option->get_lnames())
      names.push_back("--" + name);
  return names;
}

std::vector<std::string> commandNames(const CLI::App &app) {
  std::vector<std::string> names;
  for (const CLI::App *command :
       app.get_subcommands([](const CLI::App *) { return true; }))
    names.push_back(command->get_name());
  return names;
}

/// The command that was given, or the tool itself.
const CLI::App &commandOf(const CLI::App &app) {
  auto commands = app.get_subcommands();
  return commands.empty() ? app : *commands.front();
}

/// What CLI11 does not look at: the sign of unsigned numbers, and NaN.
std::optional<std::string> findNoNumber(const CLI::App &command) {
  for (const CLI::Option *option : optionsOf(command)) {
    std::string type = option->get_type_name();
    bool isUnsigned = type.rfind("UINT", 0) == 0;
    if (!isUnsigned && type.rfind("FLOAT", 0) != 0)
      continue;
    for (const std::string &value : option->results())
      if (isUnsigned ? value.rfind('-', 0) == 0
                     : !std::isfinite(std::strtod(value.c_str(), nullptr)))
        return fmt::format(
            "{}: expected {}, found '{}'", option->get_name(false, true),
            isUnsigned ? "a number from 0 on" : "a finite number", value);
  }
  return std::nullopt;
}

std::optional<std::string> findUnknown(const CLI::App &app) {
  const CLI::App &command = commandOf(app);
  std::vector<std::string> unknown = app.remaining(true);
  // A mistyped option leaves its value behind; the option is the mistake.
  for (const std::string &each : unknown) {
    if (each.size() < 2 || each[0] != '-')
      continue;
    std::string name = each.substr(0, each.find('='));
    return fmt::format("unknown option '{}'{}", name,
                       didYouMean(name, optionNames(command)));
  }
  if (unknown.empty())
    return std::nullopt;
  if (&command == &app)
    return fmt::format("unknown command '{}'{}", unknown.front(),
                       didYouMean(unknown.front(), commandNames(app)));
  return fmt::format("unexpected argument '{}'", unknown.front());
}

std::optional<std::string> findRepeated(const CLI::App &command) {
  for (const CLI::Option *option : optionsOf(command))
    if (option->get_items_expected_max() == 1 && option->count() > 1)
      return fmt::format("{}: given {} times, it takes one value",
                         option->get_name(false, true), option->count());
  return std::nullopt;
}

int misuse(const CLI::App &app, const std::string &message) {
  const CLI::App &command = commandOf(app);
  std::string call = app.get_name();
  if (&command != &app)
    call += " " + command.get_name();
  fmt::print(stderr, "{0}: error: {1}\n{0}: see `{2} --help`\n", app.get_name(),
             message, call);
  return kMisuse;
}

/// The exit code, once everything is really printed.
int closeOutput(const std::string &tool, int code) {
  errno = 0;
  if (std::fflush(stdout) == 0 && !std::ferror(stdout))
    return code;
  int reason = errno;
  std::string why = reason ? std::string(": ") + std::strerror(reason) : "";
  if (code == 0)
    return printError(tool, "standard output: cannot be written" + why);
  return code;
}

int run(CLI::App &app, std::vector<std::string> arguments,
        const Command &chosen) {
  if (auto problem = findEmptyArgument(arguments))
    return misuse(app, *problem);
  std::reverse(arguments.begin(), arguments.end()); // As CLI11 wants them.
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0)
      return app.exit(error); // Help, or the version.
    if (auto unknown = findUnknown(app))
      return misuse(app, *unknown);
    if (auto repeated = findRepeated(commandOf(app)))
      return misuse(app, *repeated);
    return misuse(app, error.what());
  }
  if (auto problem = findNoNumber(commandOf(app)))
    return misuse(app, *problem);
  return chosen();
}

} // namespace

int dlnet::printError(const std::string &tool, const std::string &message) {
  fmt::print(stderr, "{}: error: {}\n", tool, message);
  return 1;
}

void dlnet::printWarning(const std::string &tool, const std::string &message) {
  fmt::print(stderr, "{}: warning: {}\n", tool, message);
}

CLI::Validator dlnet::oneOf(std::vector<std::string> words) {
  std::string list = fmt::format("{{{}}}", fmt::join(words, ","));
  return CLI::Validator(
      [words = std::move(words)](std::string &value) {
        for (const std::string &word : words)
          if (value == word)
            return std::string();
        return fmt::format("'{}' is none of {}{}", value,
                           fmt::join(words, ", "), didYouMean(value, words));
      },
      list);
}

int dlnet::runCommandLine(CLI::App &app, int argc, char **argv,
                          const Command &chosen) {
  openStandardStreams();
  // A file that grows beyond its limit is an error like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  const std::string tool = app.get_name();
  int code;
  try {
    code = run(app, {argv + (argc > 0), argv + argc}, chosen);
  } catch (const std::bad_alloc &) {
    code = printError(tool, "out of memory");
  } catch (const std::exception &error) {
    // fmt throws where it cannot print; closeOutput() says why.
    // LibTorch adds a stack trace from the second line on.
    std::string said = error.what();
    code = std::ferror(stdout)
               ? 0
               : printError(tool, said.substr(0, said.find('\n')));
  }
  return closeOutput(tool, code);
}
