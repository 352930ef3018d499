// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known about the data set's files: names, and which batteries go on in
// another one. The libraries themselves run in a child process, because a
// damaged file can crash them.
#include "trainer/mat/MatReader.h"

#include "frontend/series/Progress.h"
#include "frontend/series/Text.h"
#include "trainer/mat/ChildProcess.h"
#include "trainer/mat/Mat5.h"
#include "trainer/mat/MatBatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>

namespace dlnet {

namespace fs = std::filesystem;

namespace {

/// Batteries of 2017-06-30 (battery number) that carry on one of 2017-05-12.
constexpr const char *kFirstBatch = "2017-05-12", *kSecondBatch = "2017-06-30";
constexpr struct {
  size_t second, first;
} kContinued[] = {{8, 1}, {9, 2}, {10, 3}, {16, 4}, {17, 5}};

std::string batchName(const std::string &path) {
  std::string stem = fs::path(path).stem().string();
  const std::string shape = "dddd-dd-dd";
  bool dated = stem.size() >= shape.size();
  for (size_t i = 0; dated && i < shape.size(); ++i)
    dated = shape[i] == 'd' ? std::isdigit(static_cast<unsigned char>(stem[i]))
                            : stem[i] == shape[i];
  return dated ? stem.substr(0, shape.size()) : stem;
}

std::string cellName(const std::string &batch, size_t number) {
  return fmt::format("{}_battery-{}", batch, number);
}

/// Version 5 says so in its first bytes; 7.3 is HDF5 behind a like text.
bool isVersion5(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  std::string start(10, '\0');
  return stream.read(start.data(), std::streamsize(start.size())) &&
         start == "MATLAB 5.0";
}

/// All batteries of one file, in its order.
Result<BatteryFile> readMat(const FoundFile &found,
                            const BatteryOptions &options) {
  const std::string &path = found.path;
  std::string batch = batchName(path);
  if (!isPlainName(batch))
    return Failure{
        fmt::format("{}: '{}' is no name for a batch", path, shownText(batch))};
  bool version5 = isVersion5(path);
  Result<std::string> bytes = runApart([&]() -> Result<std::string> {
    Result<std::vector<MatSeries>> series =
        version5 ? readMat5(path, options) : readMatBatch(path, batch, options);
    if (!series)
      return series.failure();
    return packed(*series);
  });
  if (!bytes && !bytes.message().empty())
    return bytes.failure();
  auto series = bytes ? unpacked(*bytes) : std::nullopt;
  if (!series || series->empty())
    return Failure{fmt::format("{}: {}", path,
                               series ? "holds no battery"
                                      : "damaged: it cannot be read")};
  BatteryFile file;
  file.path = path;
  file.shape = version5 ? "MATLAB 5" : "MATLAB 7.3";
  file.shape += series->front().cycles.empty() ? ", cycles counted by rows"
                                               : ", with numbers of cycles";
  file.column = series->front().column;
  file.meaning = series->front().meaning;
  for (MatSeries &one : *series) {
    RawBattery battery;
    battery.source = found.source;
    battery.batch = batch;
    battery.name = one.name.empty() ? fs::path(found.source).filename().string()
                                    : one.name;
    battery.counted = !one.cycles.empty();
    for (size_t i = 0; i < one.values.size(); ++i)
      battery.rows.push_back({battery.counted ? one.cycles[i] : int64_t(i + 1),
                              one.values[i], 0, false, 0});
    auto empty = std::find_if(
        battery.rows.begin(), battery.rows.end(),
        [](const RawRow &row) { return !std::isfinite(row.value); });
    if (empty != battery.rows.end())
      battery.firstFault =
          fmt::format("{} of cycle {} is no number", one.column, empty->cycle);
    file.batteries.push_back(std::move(battery));
  }
  return file;
}

/// Joins the batteries that were cycled on in the next batch, or takes them
/// out.
void joinContinued(std::vector<BatteryFile> &files, Intake &intake) {
  std::map<std::string, RawBattery *> byName;
  for (BatteryFile &file : files)
    for (RawBattery &battery : file.batteries)
      byName[battery.name] = &battery;
  std::set<std::string> gone;
  for (auto [second, first] : kContinued) {
    auto later = byName.find(cellName(kSecondBatch, second));
    auto earlier = byName.find(cellName(kFirstBatch, first));
    if (later == byName.end())
      continue;
    gone.insert(later->first);
    if (earlier == byName.end()) {
      intake.skip(later->first, fmt::format("carries on {}, which is not here",
                                            cellName(kFirstBatch, first)));
      continue;
    }
    std::vector<RawRow> &rows = earlier->second->rows;
    for (RawRow row : later->second->rows) {
      row.cycle = int64_t(rows.size() + 1);
      rows.push_back(row);
    }
  }
  for (BatteryFile &file : files)
    file.batteries.erase(std::remove_if(file.batteries.begin(),
                                        file.batteries.end(),
                                        [&](const RawBattery &battery) {
                                          return gone.count(battery.name) > 0;
                                        }),
                         file.batteries.end());
}

} // namespace

Status addMats(const BatteryFiles &files, Intake &intake) {
  for (const SkippedBattery &hidden : files.hidden)
    intake.skip(hidden.name, hidden.reason);
  std::vector<BatteryFile> read;
  Progress progress("reading files", files.mats.size());
  for (const FoundFile &found : files.mats) {
    Result<BatteryFile> file = readMat(found, intake.readingOptions());
    progress.advance();
    if (file)
      read.push_back(std::move(*file));
    else if (files.mats.size() == 1)
      return file.failure();
    else
      intake.skip(found.source + ".mat", file.message());
  }
  joinContinued(read, intake);
  for (BatteryFile &file : read)
    intake.add(std::move(file));
  return success();
}

} // namespace dlnet
