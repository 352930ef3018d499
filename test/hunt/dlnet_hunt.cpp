// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The half of the hunt that needs dlnet: makes hostile networks, compiles and
// examines them, and leaves C with the windows to try it on. hunt.py has the
// other half, which needs compilers of C. Each network is examined in a process
// of its own, so that a crash is a finding.
#include "Corrupt.h"
#include "Examination.h"

#include "frontend/support/WriteFiles.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace dlnet;
using namespace dlnet::hunt;

namespace {

constexpr rlim_t kMostSeconds = 100; ///< Of processor time, for one network.

struct Arguments {
  std::string folder;
  uint32_t seed = 1, count = 1;
  bool corrupt = false;
};

template <typename T> void append(std::string &bytes, const T &value) {
  bytes.append(reinterpret_cast<const char *>(&value), sizeof value);
}

/// What hunt_main.c reads: their number, then each as window, age, forecast.
std::string serializeCases(const std::vector<Case> &cases) {
  std::string bytes;
  append(bytes, uint32_t(cases.size()));
  for (const Case &one : cases) {
    for (int16_t value : one.window)
      append(bytes, value);
    append(bytes, one.age);
    for (int16_t value : one.forecast)
      append(bytes, value);
  }
  return bytes;
}

/// The translation unit of a network: its C as it is emitted, and what makes it
/// one of several in a program.
std::string unitText(const std::string &name, bool readsAge) {
  std::string macro = name;
  macro.front() = 'N';
  return fmt::format("#include \"{0}.c\"\n#include \"{0}_selftest.c\"\n"
                     "#define NAME {0}\n#define MACRO {1}\n{2}"
                     "#include \"test/hunt/network_unit.h\"\n",
                     name, macro, readsAge ? "#define READS_AGE\n" : "");
}

/// Examines one network and writes its files; what hunt.py is told of it.
nlohmann::json work(const HostileNetwork &network, const Arguments &arguments) {
  std::string name = fmt::format("n{}", network.seed);
  Examination found = examine(network, name);
  std::map<std::string, std::string> files;
  if (!found.familyBytes.empty())
    files[name + ".safetensors"] = found.familyBytes;
  bool compiled = !found.c.source.empty();
  if (compiled) {
    if (arguments.corrupt)
      corruptWeights(found.c.source, name);
    files[name + ".h"] = found.c.header;
    files[name + ".c"] = found.c.source;
    files[name + "_selftest.c"] = found.selfTest;
    files[name + "_unit.c"] =
        unitText(name, network.model.features.age.has_value());
    files[name + ".bin"] = serializeCases(found.cases);
  }
  if (Status status = writeFiles(arguments.folder, files); !status)
    found.findings.push_back(status.message());
  return {{"compiled", compiled},       {"refusal", found.refusal},
          {"findings", found.findings}, {"cases", found.cases.size()},
          {"judged", found.judged},     {"worst", found.worst}};
}

/// The same in a child process.
nlohmann::json workApart(const HostileNetwork &network,
                         const Arguments &arguments) {
  auto died = [](const std::string &how) {
    return nlohmann::json{{"compiled", false}, {"refusal", ""},
                          {"findings", {how}}, {"cases", 0},
                          {"judged", 0},       {"worst", 0}};
  };
  int ends[2];
  if (pipe(ends) != 0)
    return died("no pipe");
  pid_t child = fork();
  if (child < 0)
    return died("no process");
  if (child == 0) {
    close(ends[0]);
    rlimit limit{kMostSeconds, kMostSeconds};
    setrlimit(RLIMIT_CPU, &limit);
    std::string text = work(network, arguments).dump();
    bool sent = write(ends[1], text.data(), text.size()) ==
                static_cast<ssize_t>(text.size());
    _exit(sent ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  char chunk[4096];
  for (ssize_t size; (size = read(ends[0], chunk, sizeof chunk)) > 0;)
    text.append(chunk, size_t(size));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status))
    return died(
        fmt::format("the compiler died of signal {}", WTERMSIG(status)));
  nlohmann::json result = nlohmann::json::parse(text, nullptr, false);
  return result.is_object() ? result : died("the compiler ended early");
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app{"Compiles hostile networks, and leaves C and windows in a "
               "folder, with networks.json about them."};
  Arguments arguments;
  app.add_option("folder", arguments.folder)->required();
  app.add_option("--seed", arguments.seed, "of the first network");
  app.add_option("--count", arguments.count, "of networks, seed by seed");
  app.add_flag("--corrupt", arguments.corrupt,
               "change a weight in each C, to see that it is found");
  CLI11_PARSE(app, argc, argv);

  nlohmann::json all = nlohmann::json::array();
  for (uint32_t i = 0; i < arguments.count; ++i) {
    HostileNetwork network = hostileNetwork(arguments.seed + i);
    nlohmann::json one = workApart(network, arguments);
    one["seed"] = network.seed;
    one["name"] = fmt::format("n{}", network.seed);
    one["network"] = network.describe();
    all.push_back(std::move(one));
  }
  Status status =
      writeFile(arguments.folder + "/networks.json", all.dump(1) + "\n");
  if (!status) {
    fmt::print(stderr, "dlnet_hunt: error: {}\n", status.message());
    return 1;
  }
}
