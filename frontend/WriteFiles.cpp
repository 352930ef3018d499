// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A full disk or a missing permission must not leave half a library behind.
#include "frontend/WriteFiles.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <vector>

using namespace dlnet;
namespace fs = std::filesystem;

namespace {

/// Creates `folder` and the folders above it, and appends those that were not
/// there to `made`, the outermost first.
std::error_code makeFolders(const fs::path &folder,
                            std::vector<fs::path> &made) {
  std::error_code error;
  std::vector<fs::path> missing;
  for (fs::path each = folder; !each.empty() && !fs::exists(each, error);
       each = each.parent_path())
    missing.push_back(each);
  for (auto each = missing.rbegin(); each != missing.rend(); ++each)
    if (fs::create_directory(*each, error))
      made.push_back(*each);
    else if (error)
      return error;
  if (!fs::is_directory(folder, error) && !error)
    error = std::make_error_code(std::errc::not_a_directory);
  return error;
}

constexpr const char *kNotReplaceable = "cannot be written: not a regular file";

bool isReplaceable(const fs::path &path) {
  std::error_code error;
  fs::file_status status = fs::status(path, error);
  return !fs::exists(status) || fs::is_regular_file(status);
}

} // namespace

Status dlnet::checkReplaceable(const std::string &path) {
  if (isReplaceable(path))
    return success();
  return Failure{fmt::format("{}: {}", path, kNotReplaceable)};
}

Status dlnet::writeFiles(const std::string &directory,
                         const std::map<std::string, std::string> &files) {
  std::error_code error;
  std::vector<fs::path> made;
  std::map<fs::path, fs::path> written;
  auto discard = [&](const fs::path &path, const std::string &what) {
    std::error_code ignored;
    for (const auto &[aside, path] : written)
      fs::remove(aside, ignored);
    for (auto folder = made.rbegin(); folder != made.rend(); ++folder)
      fs::remove(*folder, ignored); // Only if it is empty.
    return Failure{fmt::format("{}: {}", path.string(), what)};
  };
  if ((error = makeFolders(directory, made)))
    return discard(directory, "cannot create the folder: " + error.message());
  for (const auto &[name, content] : files) {
    fs::path path = fs::path(directory) / name;
    if ((error = makeFolders(path.parent_path(), made)))
      return discard(path.parent_path(),
                     "cannot create the folder: " + error.message());
    fs::path aside = path;
    aside += ".part";
    if (!isReplaceable(path))
      return discard(path, kNotReplaceable);
    written[aside] = path;
    std::ofstream stream(aside, std::ios::binary);
    stream << content;
    stream.close();
    if (!stream)
      return discard(path, "cannot be written");
  }
  for (const auto &[aside, path] : written) {
    fs::rename(aside, path, error);
    if (error)
      return discard(path, "cannot be written: " + error.message());
  }
  return success();
}

Status dlnet::writeFile(const std::string &path, const std::string &content) {
  fs::path parent = fs::path(path).parent_path();
  return writeFiles(parent.empty() ? "." : parent.string(),
                    {{fs::path(path).filename().string(), content}});
}
