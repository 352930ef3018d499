// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/series/BatteryFiles.h"

#include "frontend/series/Progress.h"
#include "frontend/series/TableBatteries.h"
#include "frontend/series/Text.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace dlnet {

namespace fs = std::filesystem;

namespace {

bool isHidden(const fs::path &below) {
  return std::any_of(below.begin(), below.end(), [](const fs::path &part) {
    return part.string().rfind('.', 0) == 0;
  });
}

void sortByStem(std::vector<FoundFile> &files) {
  std::sort(files.begin(), files.end(),
            [](const FoundFile &a, const FoundFile &b) {
              return std::pair(fs::path(a.path).stem(), a.path) <
                     std::pair(fs::path(b.path).stem(), b.path);
            });
}

/// The name of a file in a message, its failure without the path before it.
std::string withoutPath(const std::string &message, const std::string &path) {
  if (message.rfind(path, 0) != 0)
    return message;
  std::string rest = message.substr(path.size());
  // path:LINE: what, or path: what
  return rest.rfind(": ", 0) == 0  ? rest.substr(2)
         : rest.rfind(":", 0) == 0 ? "line " + rest.substr(1)
                                   : rest;
}

} // namespace

Result<BatteryFiles> findBatteryFiles(const std::string &path) {
  BatteryFiles files;
  std::error_code error;
  fs::file_status status = fs::status(path, error);
  std::string stem = fs::path(path).stem().string();
  if (fs::is_regular_file(status)) {
    bool mat = lowered(fs::path(path).extension().string()) == ".mat";
    (mat ? files.mats : files.tables).push_back({path, stem});
    return files;
  }
  if (!fs::is_directory(status))
    return Failure{fmt::format("{}: no folder and no file", path)};

  std::vector<FoundFile> texts;
  fs::recursive_directory_iterator entries(path, error), end;
  for (; !error && entries != end; entries.increment(error)) {
    const fs::path &file = entries->path();
    std::string extension = lowered(file.extension().string());
    std::vector<FoundFile> *kind = extension == ".csv" || extension == ".tsv"
                                       ? &files.tables
                                   : extension == ".mat" ? &files.mats
                                   : extension == ".txt" ? &texts
                                                         : nullptr;
    if (!kind || !entries->is_regular_file(error))
      continue;
    fs::path below = file.lexically_relative(path);
    if (!isHidden(below))
      kind->push_back(
          {file.string(), fs::path(below).replace_extension().string()});
    else if (kind != &texts)
      files.hidden.push_back({below.string(), "a hidden file"});
  }
  if (error)
    return Failure{fmt::format("{}: {}", path, error.message())};
  if (files.tables.empty() && files.mats.empty())
    files.tables = std::move(texts);
  if (files.tables.empty() && files.mats.empty())
    return Failure{
        fmt::format("{}: holds no .csv, .tsv, .txt or .mat file", path)};
  if (!files.tables.empty() && !files.mats.empty())
    return Failure{fmt::format(
        "{}: holds tables and .mat files; give the folder of one kind", path)};
  sortByStem(files.tables);
  sortByStem(files.mats);
  return files;
}

Status addTables(const BatteryFiles &files, Intake &intake) {
  bool several = files.tables.size() > 1;
  Progress progress("reading batteries", files.tables.size());
  for (const SkippedBattery &hidden : files.hidden)
    intake.skip(hidden.name, hidden.reason);
  for (const FoundFile &found : files.tables) {
    fs::path source(found.source);
    Result<BatteryFile> file =
        isPlainName(source.filename().string())
            ? readTableBatteries(found.path, found.source,
                                 intake.readingOptions())
            : Result<BatteryFile>(Failure{
                  fmt::format("{}: '{}' is no name for a battery", found.path,
                              shownText(source.filename().string()))});
    progress.advance();
    if (!file && !several && files.hidden.empty())
      return file.failure();
    if (!file) {
      intake.skip(found.source + fs::path(found.path).extension().string(),
                  withoutPath(file.message(), found.path));
      continue;
    }
    // Batteries of one folder were tested together, and so were those of one
    // table among several.
    std::string batch = several && file->batteries.size() > 1
                            ? found.source
                            : source.parent_path().string();
    for (RawBattery &battery : file->batteries)
      if (battery.batch.empty())
        battery.batch = batch;
    intake.add(std::move(*file));
  }
  return success();
}

} // namespace dlnet
