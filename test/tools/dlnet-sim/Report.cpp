// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/tools/dlnet-sim/Report.h"

#include <fmt/format.h>

#include <algorithm>

using namespace dlnet;
using namespace dlnet::sim;
using nlohmann::json;

namespace {

double seconds(Cycles cycles) { return double(cycles) / kCyclesPerSecond; }

/// Functions that ran, those with the most cycles of their own first.
json functionsOf(const Profile &profile) {
  std::vector<const Profile::Function *> ran;
  for (const Profile::Function &function : profile.all())
    if (function.instructions > 0)
      ran.push_back(&function);
  std::stable_sort(ran.begin(), ran.end(), [](auto *a, auto *b) {
    return a->exclusive > b->exclusive;
  });
  json list = json::array();
  for (const Profile::Function *function : ran) {
    json entry = {{"name", function->name},
                  {"calls", function->calls},
                  {"instructions", function->instructions},
                  {"cycles_exclusive", function->exclusive}};
    if (function->calls > 0)
      entry.update(
          {{"cycles_inclusive", function->inclusive},
           {"cycles_of_a_call", {function->leastCycles, function->mostCycles}},
           {"instructions_of_a_call",
            {function->leastInstructions, function->mostInstructions}}});
    list.push_back(std::move(entry));
  }
  return list;
}

json resetsOf(const Machine &machine) {
  json list = json::array();
  for (const Machine::Reset &reset : machine.resets())
    list.push_back({{"reason", name(reset.reason)},
                    {"seconds", seconds(reset.time)},
                    {"power_cut", reset.powerCut}});
  return list;
}

json flashOf(const Nvmc &nvmc) {
  json pages = json::object();
  uint64_t writes = 0, erases = 0;
  for (const auto &[address, counts] : nvmc.pages()) {
    pages[fmt::format("0x{:08x}", address)] = {{"writes", counts.writes},
                                               {"erases", counts.erases}};
    writes += counts.writes;
    erases += counts.erases;
  }
  return {{"writes", writes}, {"erases", erases}, {"pages", pages}};
}

} // namespace

json sim::makeReport(const Machine &machine, const std::string &ended,
                     double hostSeconds) {
  const Uarte::Counts &serial = machine.serialPort().counts();
  return {
      {"ended", ended},
      {"instructions", machine.instructions()},
      {"instructions_skipped", machine.skippedInstructions()},
      {"cycles", machine.cycles()},
      {"seconds", seconds(machine.cycles())},
      {"cycles_without_cache", machine.cyclesWithoutCache()},
      {"vector_table", machine.vectorTable()},
      {"stack",
       {{"bytes", machine.profile().stackBytes()},
        {"function", machine.profile().stackFunction()}}},
      {"resets", resetsOf(machine)},
      {"flash", flashOf(machine.flashController())},
      {"serial",
       {{"received", serial.received},
        {"sent", serial.sent},
        {"overrun", serial.overrun},
        {"unheard", serial.unheard}}},
      {"functions", functionsOf(machine.profile())},
      {"host_seconds", hostSeconds},
  };
}

std::string sim::describeReport(const json &report, size_t functions) {
  uint64_t instructions = report["instructions"].get<uint64_t>();
  uint64_t skipped = report["instructions_skipped"].get<uint64_t>();
  double rate = double(instructions - skipped) / 1e6 /
                report["host_seconds"].get<double>();
  std::string text = fmt::format(
      "ended: {}\n"
      "{} instructions, {} cycles by the model, {:.6f} s at 64 MHz\n"
      "of those {} in idle loops were skipped, the others run at {:.1f} M "
      "a second\n"
      "stack: {} bytes, in {}\n",
      report["ended"].get<std::string>(), instructions,
      report["cycles"].get<uint64_t>(), report["seconds"].get<double>(),
      skipped, rate, report["stack"]["bytes"].get<uint32_t>(),
      report["stack"]["function"].get<std::string>());
  for (const json &reset : report["resets"])
    text += fmt::format("reset: {}{} at {:.6f} s\n",
                        reset["reason"].get<std::string>(),
                        reset["power_cut"].get<bool>() ? " after a cut" : "",
                        reset["seconds"].get<double>());
  const json &serial = report["serial"];
  text += fmt::format(
      "serial: {} bytes received, {} sent, {} lost by overrun, {} while the "
      "receiver was off\n",
      serial["received"].get<uint64_t>(), serial["sent"].get<uint64_t>(),
      serial["overrun"].get<uint64_t>(), serial["unheard"].get<uint64_t>());
  for (const auto &[page, counts] : report["flash"]["pages"].items())
    text += fmt::format("flash page {}: {} words written, {} erases\n", page,
                        counts["writes"].get<uint64_t>(),
                        counts["erases"].get<uint64_t>());
  text += fmt::format("{:>14} {:>14} {:>8} {:>21}  {}\n", "cycles, own",
                      "with callees", "calls", "cycles of a call", "function");
  for (const json &function : report["functions"]) {
    if (functions-- == 0)
      break;
    std::string inclusive, ofCall;
    if (function.contains("cycles_inclusive")) {
      inclusive = std::to_string(function["cycles_inclusive"].get<uint64_t>());
      ofCall = fmt::format("{} .. {}",
                           function["cycles_of_a_call"][0].get<uint64_t>(),
                           function["cycles_of_a_call"][1].get<uint64_t>());
    }
    text += fmt::format("{:>14} {:>14} {:>8} {:>21}  {}\n",
                        function["cycles_exclusive"].get<uint64_t>(), inclusive,
                        function["calls"].get<uint64_t>(), ofCall,
                        function["name"].get<std::string>());
  }
  return text;
}
