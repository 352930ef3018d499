// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names are compared without case, blanks and signs, after their unit has been
// taken off, and only with whole names: `capacity` is known, `nominal capacity`
// is not.
#include "frontend/series/Columns.h"

#include "frontend/series/Text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace dlnet {

namespace {

using Names = std::vector<std::string_view>;

const Names kDischarge = {"dischargecapacity",
                          "dischargingcapacity",
                          "dischcapacity",
                          "dischgcapacity",
                          "dchgcapacity",
                          "dchcapacity",
                          "dcapacity",
                          "discapacity",
                          "dischargecap",
                          "dischcap",
                          "dischgcap",
                          "dchgcap",
                          "dchcap",
                          "dchacap",
                          "dcap",
                          "discap",
                          "capacityofdischarge",
                          "capacitydischarge",
                          "capacitydischarged",
                          "capacitydchg",
                          "capacitydis",
                          "capdischarge",
                          "capdischg",
                          "capdchg",
                          "capdis",
                          "dischargedcapacity",
                          "capacityd",
                          "qdischarge",
                          "qdischarged",
                          "qdisch",
                          "qdischg",
                          "qdchg",
                          "qdis",
                          "qd",
                          "dischargeq",
                          "dischargeah",
                          "ahdischarge",
                          "ahdischg",
                          "maxdischargecapacity",
                          "dischargecapacitymax",
                          "entladekapazitaet",
                          "entladekapazität"};
const Names kCapacity = {"capacity",
                         "capacities",
                         "cap",
                         "capa",
                         "q",
                         "qmax",
                         "cellcapacity",
                         "batterycapacity",
                         "capacitycell",
                         "measuredcapacity",
                         "capacitymeasured",
                         "actualcapacity",
                         "realcapacity",
                         "cyclecapacity",
                         "capacitycycle",
                         "maxcapacity",
                         "capacitymax",
                         "ah",
                         "amphr",
                         "amphours",
                         "amphrs",
                         "kapazitaet",
                         "kapazität"};
const Names kSoh = {"soh",
                    "stateofhealth",
                    "sohc",
                    "capacitysoh",
                    "sohcapacity",
                    "relativecapacity",
                    "capacityrelative",
                    "normalizedcapacity",
                    "normalisedcapacity",
                    "capacitynormalized",
                    "normcapacity",
                    "capacityretention",
                    "retention"};
const Names kCharge = {"chargecapacity",
                       "chargingcapacity",
                       "chgcapacity",
                       "chcapacity",
                       "chargecap",
                       "chgcap",
                       "chcap",
                       "capacityofcharge",
                       "capacitycharge",
                       "capacitychg",
                       "capcharge",
                       "capchg",
                       "qcharge",
                       "qchg",
                       "qch",
                       "qc",
                       "chargeah"};
const Names kCycle = {
    "cycle",        "cycles",      "cycleindex",     "cycleidx",
    "cyclenumber",  "cyclenum",    "cycleno",        "cyclenr",
    "cyclen",       "cyclecount",  "cyclecounter",   "cycleid",
    "cyc",          "cycindex",    "cycno",          "cycnum",
    "cycnumber",    "ncycle",      "ncycles",        "ncyc",
    "numcycle",     "numcycles",   "numberofcycles", "numberofcycle",
    "totalcycle",   "totalcycles", "zyklus",         "zyklen",
    "zyklusnummer", "zyklusnr",    "zykluszahl"};
const Names kCell = {
    "cell",         "cellid",       "cellname",       "cellno",
    "cellnr",       "cellnum",      "cellnumber",     "cellindex",
    "celllabel",    "cellbarcode",  "cellserial",     "cellserialnumber",
    "idcell",       "battery",      "batteryid",      "batteryname",
    "batteryno",    "batterynr",    "batterynum",     "batterynumber",
    "batteryindex", "batterylabel", "batterybarcode", "bat",
    "batid",        "batt",         "battid",         "barcode",
    "zelle",        "zellenid",     "zellennummer"};
/// Only where none of the above is.
const Names kSpecimen = {"serial",     "serialno", "serialnumber", "sn",
                         "sample",     "sampleid", "samplename",   "specimen",
                         "specimenid", "device",   "deviceid",     "dut",
                         "dutid",      "uut",      "uutid"};
const Names kBatch = {"batch",       "batchid", "batchname", "batchno",
                      "batchnumber", "lot",     "lotid",     "lotnumber"};

bool holds(const Names &names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Letters, digits, `%` and all that is not ASCII.
std::string squashed(std::string_view name) {
  std::string low = lowered(name), kept;
  for (char c : low)
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '%' ||
        static_cast<unsigned char>(c) >= 0x80)
      kept += c;
  return kept;
}

/// A unit that stands by itself: of capacity, of something else, or none.
struct Unit {
  bool known = false, foreign = false;
  CapacityUnit unit = CapacityUnit::Auto;
};

Unit unitOf(std::string_view text) {
  std::string low = lowered(trimmed(text));
  for (std::string_view dot : {"\xc2\xb7", "\xe2\x8b\x85"}) // middle dots
    for (size_t at; (at = low.find(dot)) != std::string::npos;)
      low.erase(at, dot.size());
  std::string unit;
  for (char c : low)
    if (c != ' ' && c != '.' && c != '*' && c != '-' && c != '_')
      unit += c;
  if (holds({"ah", "ahr", "amphr", "amphrs", "amphour", "amphours",
             "amperehour", "amperehours"},
            unit))
    return {true, false, CapacityUnit::Ah};
  if (holds({"mah", "mahr", "mamphr", "milliamphr", "milliamphours",
             "milliamperehour", "milliamperehours"},
            unit))
    return {true, false, CapacityUnit::MilliAh};
  if (holds({"%", "percent", "pct"}, unit))
    return {true, false, CapacityUnit::Percent};
  if (low == "-" || holds({"1", "pu", "fraction", "frac"}, unit))
    return {true, false, CapacityUnit::Fraction};
  // Energies, charges, and capacities of a gram or an area.
  if (holds({"wh", "mwh", "kwh", "whr", "watthr", "watthours", "j", "kj", "c",
             "as", "mas", "coulomb", "coulombs", "f", "uah"},
            unit) ||
      unit.rfind("mah", 0) == 0 || unit.rfind("ah/", 0) == 0 ||
      unit.rfind("wh/", 0) == 0)
    return {true, true, CapacityUnit::Auto};
  return {};
}

/// A name and the unit behind it: in brackets, after a stroke.
struct Parts {
  std::string name;
  Unit unit;
};

Parts partsOf(const std::string &header) {
  std::string_view text = trimmed(header);
  constexpr std::string_view kOpen = "([{", kClose = ")]}";
  if (!text.empty()) {
    size_t kind = kClose.find(text.back());
    size_t open =
        kind == std::string_view::npos ? kind : text.rfind(kOpen[kind]);
    if (open != std::string_view::npos) {
      Unit unit = unitOf(text.substr(open + 1, text.size() - open - 2));
      if (unit.known)
        return {std::string(text.substr(0, open)), unit};
    }
  }
  if (size_t stroke = text.find('/'); stroke != std::string_view::npos)
    if (Unit unit = unitOf(text.substr(stroke + 1)); unit.known)
      return {std::string(text.substr(0, stroke)), unit};
  return {std::string(text), {}};
}

std::optional<Quantity> quantityOf(std::string_view name) {
  if (holds(kDischarge, name))
    return Quantity::Discharge;
  if (holds(kCapacity, name))
    return Quantity::Capacity;
  if (holds(kSoh, name))
    return Quantity::Soh;
  if (holds(kCharge, name))
    return Quantity::Charge;
  return std::nullopt;
}

/// Indices of the columns whose name is one of `names`.
std::vector<size_t> columnsAmong(const std::vector<std::string> &header,
                                 const Names &names) {
  std::vector<size_t> found;
  for (size_t i = 0; i < header.size(); ++i)
    if (holds(names, squashed(partsOf(header[i]).name)))
      found.push_back(i);
  return found;
}

std::vector<std::string> namesOf(const std::vector<std::string> &header,
                                 const std::vector<size_t> &columns) {
  std::vector<std::string> names;
  for (size_t column : columns)
    names.push_back(header[column]);
  return names;
}

/// The column that an option names: as written, else without case and signs.
Result<size_t> columnNamed(const std::vector<std::string> &header,
                           const std::string &name) {
  std::vector<size_t> exact, alike;
  for (size_t i = 0; i < header.size(); ++i) {
    if (header[i] == name)
      exact.push_back(i);
    if (!squashed(name).empty() && squashed(header[i]) == squashed(name))
      alike.push_back(i);
  }
  const std::vector<size_t> &found = exact.empty() ? alike : exact;
  if (found.size() > 1)
    return Failure{fmt::format("column '{}' appears twice", shownText(name))};
  if (found.empty())
    return Failure{fmt::format("no column '{}' among {}", shownText(name),
                               shownList(header))};
  return found[0];
}

/// A column by the option that names it, else by its usual names.
Result<std::optional<size_t>>
optionalColumn(const std::vector<std::string> &header, const std::string &name,
               const std::vector<const Names *> &usual, const char *option) {
  if (!name.empty()) {
    Result<size_t> named = columnNamed(header, name);
    if (!named)
      return named.failure();
    return std::optional<size_t>(*named);
  }
  for (const Names *names : usual) {
    std::vector<size_t> found = columnsAmong(header, *names);
    if (found.size() > 1)
      return Failure{fmt::format("columns {} suit alike; choose by {}",
                                 shownList(namesOf(header, found)), option)};
    if (!found.empty())
      return std::optional<size_t>(found[0]);
  }
  return std::optional<size_t>();
}

struct Capacities {
  std::vector<size_t> best; ///< Columns of the best quantity.
  ColumnMeaning meaning;    ///< Of the first of them.
};

Capacities capacitiesIn(const std::vector<std::string> &header) {
  Capacities found;
  for (size_t i = 0; i < header.size(); ++i) {
    auto meaning = capacityMeaning(header[i]);
    if (!meaning)
      continue;
    if (found.best.empty() || meaning->quantity < found.meaning.quantity)
      found = {{i}, *meaning};
    else if (meaning->quantity == found.meaning.quantity)
      found.best.push_back(i);
  }
  return found;
}

} // namespace

std::optional<ColumnMeaning> capacityMeaning(const std::string &header) {
  Parts parts = partsOf(header);
  if (parts.unit.foreign)
    return std::nullopt;
  std::string name = squashed(parts.name);
  CapacityUnit unit = parts.unit.unit;
  std::optional<Quantity> quantity = quantityOf(name);
  if (quantity && !parts.unit.known) // Columns that are called by their unit.
    if (Unit itself = unitOf(name); itself.known && !itself.foreign)
      unit = itself.unit;
  if (!quantity && name == "mah")
    return ColumnMeaning{Quantity::Capacity, CapacityUnit::MilliAh};
  // capacity_ah, QDischarge_mAh, discharge_capacity_in_Ah, soh_percent
  constexpr std::pair<std::string_view, CapacityUnit> kEndings[] = {
      {"mah", CapacityUnit::MilliAh},     {"ah", CapacityUnit::Ah},
      {"percent", CapacityUnit::Percent}, {"pct", CapacityUnit::Percent},
      {"%", CapacityUnit::Percent},       {"fraction", CapacityUnit::Fraction}};
  for (auto [ending, itsUnit] : kEndings) {
    if (quantity || parts.unit.known || name.size() <= ending.size() ||
        name.compare(name.size() - ending.size(), ending.size(), ending) != 0)
      continue;
    std::string rest = name.substr(0, name.size() - ending.size());
    quantity = quantityOf(rest);
    if (!quantity && rest.size() > 2 && rest.substr(rest.size() - 2) == "in")
      quantity = quantityOf(rest.substr(0, rest.size() - 2));
    unit = itsUnit;
  }
  if (!quantity)
    return std::nullopt;
  // Relative capacities are SOH whatever they are called.
  bool relative =
      unit == CapacityUnit::Fraction || unit == CapacityUnit::Percent;
  if (relative)
    quantity = Quantity::Soh;
  else if (*quantity == Quantity::Soh && unit != CapacityUnit::Auto)
    return std::nullopt;
  return ColumnMeaning{*quantity, unit};
}

Result<Columns> findColumns(const std::vector<std::string> &header,
                            const BatteryOptions &options) {
  Columns columns;
  if (!options.column.empty()) {
    Result<size_t> named = columnNamed(header, options.column);
    if (!named)
      return named.failure();
    columns.capacity = *named;
    columns.meaning = capacityMeaning(header[*named]).value_or(ColumnMeaning{});
  } else {
    Capacities found = capacitiesIn(header);
    if (found.best.empty())
      return Failure{
          fmt::format("no column of capacity among {}; name it by --column",
                      shownList(header))};
    if (found.best.size() > 1)
      return Failure{fmt::format("columns {} suit alike; choose by --column",
                                 shownList(namesOf(header, found.best)))};
    columns.capacity = found.best[0];
    columns.meaning = found.meaning;
  }
  struct Wanted {
    std::optional<size_t> *column;
    const std::string &name;
    std::vector<const Names *> usual;
    const char *option;
  };
  for (const Wanted &wanted :
       {Wanted{
            &columns.cycle, options.cycleColumn, {&kCycle}, "--cycle-column"},
        Wanted{&columns.battery,
               options.batteryColumn,
               {&kCell, &kSpecimen},
               "--battery-column"}}) {
    auto found =
        optionalColumn(header, wanted.name, wanted.usual, wanted.option);
    if (!found)
      return found.failure();
    *wanted.column = *found;
  }
  std::vector<size_t> batches = columnsAmong(header, kBatch);
  if (batches.size() > 1)
    return Failure{fmt::format("columns {} suit alike as the batch",
                               shownList(namesOf(header, batches)))};
  if (!batches.empty())
    columns.batch = batches[0];
  return columns;
}

int scoreHeader(const std::vector<std::string> &header,
                const BatteryOptions &options) {
  bool capacity = options.column.empty()
                      ? !capacitiesIn(header).best.empty()
                      : bool(columnNamed(header, options.column));
  if (!capacity)
    return 0;
  auto has = [&](const std::string &name, const Names &usual) {
    return name.empty() ? !columnsAmong(header, usual).empty()
                        : bool(columnNamed(header, name));
  };
  return 1 + has(options.cycleColumn, kCycle) +
         has(options.batteryColumn, kCell);
}

} // namespace dlnet
