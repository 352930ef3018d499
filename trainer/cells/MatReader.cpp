// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known about the data set's files: names, and which cells go on in
// another one. libhdf5 itself runs in a child process, because a damaged file
// can crash it.
#include "trainer/cells/MatReader.h"

#include "trainer/cells/ChildProcess.h"
#include "trainer/cells/Clean.h"
#include "trainer/cells/CsvFile.h"
#include "trainer/cells/MatBatch.h"

#include <fmt/format.h>

#include <cctype>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>

namespace dlnet {

namespace fs = std::filesystem;

namespace {

/// Cells of 2017-06-30 (battery number) that carry on one of 2017-05-12.
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

/// Plain bytes, for the way out of the child process.
std::string packed(const std::vector<std::vector<double>> &cells) {
  std::string bytes;
  for (const std::vector<double> &series : cells) {
    uint64_t size = series.size();
    bytes.append(reinterpret_cast<const char *>(&size), sizeof size);
    bytes.append(reinterpret_cast<const char *>(series.data()),
                 series.size() * sizeof(double));
  }
  return bytes;
}

/// The reverse; nothing when the bytes are none that packed() made.
std::optional<std::vector<std::vector<double>>>
unpacked(std::string_view bytes) {
  std::vector<std::vector<double>> cells;
  while (!bytes.empty()) {
    uint64_t size = 0;
    if (bytes.size() < sizeof size)
      return std::nullopt;
    std::memcpy(&size, bytes.data(), sizeof size);
    bytes.remove_prefix(sizeof size);
    if (size > bytes.size() / sizeof(double))
      return std::nullopt;
    cells.emplace_back(size);
    if (size)
      std::memcpy(cells.back().data(), bytes.data(), size * sizeof(double));
    bytes.remove_prefix(size * sizeof(double));
  }
  return cells;
}

/// All cells of one file, in its order.
Result<std::vector<RawCell>> readMat(const std::string &path) {
  std::string batch = batchName(path);
  if (!isPlainName(batch))
    return Failure{
        fmt::format("{}: '{}' is no name for a batch", path, shownText(batch))};
  Result<std::string> bytes = runApart([&]() -> Result<std::string> {
    Result<std::vector<std::vector<double>>> series = readMatBatch(path);
    if (!series)
      return series.failure();
    return packed(*series);
  });
  if (!bytes)
    return Failure{
        bytes.message().empty()
            ? fmt::format("{}: damaged: libhdf5 cannot read it", path)
            : bytes.message()};
  auto series = unpacked(*bytes);
  if (!series)
    return Failure{fmt::format("{}: damaged: libhdf5 cannot read it", path)};
  std::vector<RawCell> cells;
  for (std::vector<double> &capacities : *series)
    cells.push_back({cellName(batch, cells.size() + 1), batch,
                     std::move(capacities), 0, path});
  return cells;
}

/// Joins the cells that were cycled on in the next batch, or takes them out.
void joinContinued(std::map<std::string, RawCell> &cells, Intake &intake) {
  for (auto [second, first] : kContinued) {
    auto later = cells.find(cellName(kSecondBatch, second));
    if (later == cells.end())
      continue;
    auto earlier = cells.find(cellName(kFirstBatch, first));
    if (earlier == cells.end()) {
      intake.skip(later->first, fmt::format("carries on {}, which is not here",
                                            cellName(kFirstBatch, first)));
    } else {
      std::vector<double> &series = earlier->second.capacityAh;
      const std::vector<double> &more = later->second.capacityAh;
      series.insert(series.end(), more.begin(), more.end());
    }
    cells.erase(later);
  }
}

} // namespace

Status readMatFiles(const std::vector<std::string> &paths, Intake &intake) {
  std::map<std::string, RawCell> cells;
  for (const std::string &path : paths) {
    Result<std::vector<RawCell>> read = readMat(path);
    if (!read)
      return read.failure();
    for (RawCell &cell : *read) {
      auto [place, isNew] = cells.try_emplace(cell.name, cell);
      if (!isNew)
        return Failure{
            fmt::format("{}: a second cell named '{}'", path, cell.name)};
    }
  }
  joinContinued(cells, intake);
  for (auto &[name, cell] : cells) {
    std::vector<double> &series = cell.capacityAh;
    size_t odd = countOddFirst(series);
    std::string fault;
    for (size_t t = odd; t < series.size() && fault.empty(); ++t)
      if (fault = faultOfCapacity(series[t], intake.readingOptions());
          !fault.empty())
        fault = fmt::format("cycle {}: {}", t + 1, fault);
    if (fault.empty())
      intake.add(std::move(cell));
    else
      intake.skip(name, fault);
  }
  return success();
}

} // namespace dlnet
