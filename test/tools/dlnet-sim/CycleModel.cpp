// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules are written for the text of a disassembler, Capstone here and
// objdump in cycles.py, and stay in that form so that both can share them.
// Each instruction is decoded once, so this need not be fast.
#include "test/tools/dlnet-sim/CycleModel.h"

#include "CycleFacts.h"

#include <capstone/capstone.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <regex>

using namespace dlnet;
using namespace dlnet::sim;
using nlohmann::json;

namespace {

const std::map<std::string, Kind> &kindNames() {
  static const std::map<std::string, Kind> names = {
      {"load", Kind::Load},
      {"store", Kind::Store},
      {"double", Kind::Double},
      {"multiple", Kind::Multiple},
      {"table", Kind::Table},
      {"branch", Kind::Branch},
      {"it", Kind::It},
      {"division", Kind::Division},
      {"mac", Kind::Mac},
      {"float_division", Kind::FloatDivision},
      {"float_mac", Kind::FloatMac}};
  return names;
}

/// The core register as a bit; 0 for all other text.
uint16_t registerBit(const std::string &name) {
  static const std::map<std::string, int> aliases = {
      {"sb", 9},  {"sl", 10}, {"fp", 11}, {"ip", 12},
      {"sp", 13}, {"lr", 14}, {"pc", 15}};
  auto alias = aliases.find(name);
  if (alias != aliases.end())
    return 1u << alias->second;
  static const std::regex numbered("r([0-9]|1[0-5])");
  std::smatch match;
  if (std::regex_match(name, match, numbered))
    return 1u << std::stoi(match[1]);
  return 0;
}

/// All names of core registers in `text`.
uint16_t registerBits(const std::string &text) {
  static const std::regex word("[a-z][a-z0-9]*");
  uint16_t bits = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end;
       ++at)
    bits |= registerBit(at->str());
  return bits;
}

std::string between(const std::string &text, char open, char close) {
  size_t first = text.find(open);
  size_t last = text.find(close, first);
  if (first == std::string::npos || last == std::string::npos)
    return "";
  return text.substr(first + 1, last - first - 1);
}

/// Registers of a list such as {r4, r5, lr}, in words: a double is two.
uint32_t listedWords(const std::string &operands) {
  std::string list = between(operands, '{', '}');
  if (list.empty())
    return 0;
  uint32_t count = 1 + std::count(list.begin(), list.end(), ',');
  return list[0] == 'd' ? 2 * count : count;
}

/// The number behind the first '#', decimal or hexadecimal; none without one.
std::optional<int32_t> immediate(const std::string &operands) {
  size_t hash = operands.find('#');
  if (hash == std::string::npos)
    return std::nullopt;
  return int32_t(std::strtol(operands.c_str() + hash + 1, nullptr, 0));
}

bool startsWith(const std::string &text, const char *with) {
  return text.rfind(with, 0) == 0;
}

class Model : public CycleModel {
public:
  Model(const json &facts, const std::string &estimate)
      : refill(facts["open"][estimate]["refill"]),
        loadAfterLoad(facts["load_after_load"]),
        addressJustMade(facts["address_just_made"]),
        noResult(facts["no_result"].get<std::string>()) {
    std::string tail = facts["condition"].get<std::string>() +
                       facts["width"].get<std::string>();
    for (const json &kind : facts["kinds"])
      kinds.emplace_back(
          kindNames().at(kind[0]),
          std::regex("(?:" + kind[1].get<std::string>() + ")" + tail + "$"));
    for (const json &kind : facts["float_kinds"])
      kinds.emplace_back(kindNames().at(kind[0]),
                         std::regex(kind[1].get<std::string>()));
    for (const auto &[name, cycles] : facts["cycles"].items())
      ownCycles[kindNames().at(name)] = cycles;
    const json &open = facts["open"][estimate];
    ownCycles[Kind::It] += open["it"].get<uint32_t>();
    ownCycles[Kind::Division] += open["division"].get<uint32_t>();
  }

  ~Model() override {
    if (handle)
      cs_close(&handle);
  }

  bool openDisassembler() {
    return cs_open(CS_ARCH_ARM, cs_mode(CS_MODE_THUMB | CS_MODE_MCLASS),
                   &handle) == CS_ERR_OK;
  }

  std::vector<Instruction> decode(uint32_t address, const uint8_t *code,
                                  size_t size) override {
    cs_insn *list = nullptr;
    size_t count = cs_disasm(handle, code, size, address, 0, &list);
    std::vector<Instruction> decoded;
    for (size_t i = 0; i < count; ++i)
      decoded.push_back(read(list[i]));
    if (list)
      cs_free(list, count);
    return decoded;
  }

  int32_t pairCycles(const Instruction &previous,
                     const Instruction &now) const override {
    bool waits = previous.result & now.addresses;
    int32_t cycles = 0;
    if (now.kind == Kind::Load && previous.kind == Kind::Load && !waits)
      cycles += loadAfterLoad;
    if ((now.kind == Kind::Load || now.kind == Kind::Store ||
         now.kind == Kind::Double) &&
        (previous.kind == Kind::Other || previous.kind == Kind::Mac) &&
        !previous.makesNoResult && waits)
      cycles += addressJustMade;
    return cycles;
  }

private:
  /// What of an instruction hangs on its mnemonic alone.
  struct Class {
    Kind kind;
    bool makesNoResult;
  };

  const Class &classOf(const std::string &mnemonic) {
    auto [found, isNew] = classes.try_emplace(mnemonic);
    if (!isNew)
      return found->second;
    auto matches = [&](const std::regex &pattern) {
      return std::regex_search(mnemonic, pattern,
                               std::regex_constants::match_continuous);
    };
    Kind kind = mnemonic[0] == 'v' ? Kind::Float : Kind::Other;
    for (const auto &[candidate, pattern] : kinds) {
      if (matches(pattern)) {
        kind = candidate;
        break;
      }
    }
    found->second = {kind, matches(noResult)};
    return found->second;
  }

  Instruction read(const cs_insn &from) {
    std::string mnemonic = from.mnemonic, operands = from.op_str;
    const Class &kind = classOf(mnemonic);
    Instruction now;
    now.address = uint32_t(from.address);
    now.size = uint8_t(from.size);
    now.kind = kind.kind;
    now.makesNoResult = kind.makesNoResult;
    now.isCall = from.id == ARM_INS_BL || from.id == ARM_INS_BLX;
    now.sleeps = startsWith(mnemonic, "wfi") || startsWith(mnemonic, "wfe");
    now.usesFpu = mnemonic[0] == 'v';
    now.result = registerBit(operands.substr(0, operands.find(',')));
    now.addresses = registerBits(between(operands, '[', ']'));
    price(now, operands);
    followStack(now, mnemonic, operands);
    return now;
  }

  void price(Instruction &now, const std::string &operands) const {
    constexpr uint16_t pc = 1u << 15;
    auto own = ownCycles.find(now.kind);
    now.cycles = own == ownCycles.end() ? 1 : own->second;
    if (now.kind == Kind::Multiple)
      now.cycles += listedWords(operands);
    bool loadsPc = (now.kind == Kind::Multiple &&
                    registerBits(between(operands, '{', '}')) & pc) ||
                   (now.kind == Kind::Load && now.result == pc);
    if (now.kind == Kind::Table || loadsPc)
      now.cycles += refill;
    if (now.kind == Kind::Branch)
      now.refill = refill;
  }

  /// Compilers move SP by few instructions; all others that write it are left
  /// to be read from the CPU.
  static void followStack(Instruction &now, const std::string &mnemonic,
                          const std::string &operands) {
    constexpr uint16_t sp = 1u << 13;
    auto is = [&](const char *name) { return startsWith(mnemonic, name); };
    bool writesBack = operands.find("]!") != std::string::npos ||
                      operands.find("], #") != std::string::npos;
    int32_t words = 4 * int32_t(listedWords(operands));
    if (is("push") || is("vpush")) {
      now.stackStep = -words;
    } else if (is("pop") || is("vpop")) {
      now.stackStep = words;
    } else if (now.kind == Kind::Multiple && startsWith(operands, "sp!")) {
      now.stackStep = is("stm") || is("vstm") ? -words : words;
    } else if ((now.kind == Kind::Load || now.kind == Kind::Store ||
                now.kind == Kind::Double) &&
               writesBack && (now.addresses & sp)) {
      now.stackStep = immediate(operands).value_or(0);
    } else if (now.result == sp && (is("add") || is("sub")) &&
               immediate(operands) &&
               (registerBits(operands.substr(0, operands.find('#'))) == sp)) {
      now.stackStep = (is("sub") ? -1 : 1) * *immediate(operands);
    } else if (now.result == sp && now.kind != Kind::Store && !is("cmp") &&
               !is("cmn") && !is("tst")) {
      now.setsStackPointer = true;
    } else if (is("msr")) {
      now.setsStackPointer = true;
    }
  }

  csh handle = 0;
  uint32_t refill;
  int32_t loadAfterLoad, addressJustMade;
  std::regex noResult;
  std::vector<std::pair<Kind, std::regex>> kinds;
  std::map<Kind, uint32_t> ownCycles;
  std::map<std::string, Class> classes;
};

} // namespace

Result<std::unique_ptr<CycleModel>>
CycleModel::create(const std::string &estimate) {
  json facts = json::parse(kCycleFacts);
  if (!facts["open"].contains(estimate))
    return Failure{"there is no estimate '" + estimate + "'"};
  auto model = std::make_unique<Model>(facts, estimate);
  if (!model->openDisassembler())
    return Failure{"Capstone does not disassemble Thumb code"};
  return std::unique_ptr<CycleModel>(std::move(model));
}
