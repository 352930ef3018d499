// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A full disk or a missing permission must not leave half a library behind.
#include "frontend/WriteFiles.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

using namespace dlnet;
namespace fs = std::filesystem;

Status dlnet::checkReplaceable(const std::string &path) {
  std::error_code error;
  fs::file_status status = fs::status(path, error);
  if (!fs::exists(status) || fs::is_regular_file(status))
    return success();
  return Failure{
      fmt::format("{}: cannot be written: not a regular file", path)};
}

Status dlnet::writeFiles(const std::string &directory,
                         const std::map<std::string, std::string> &files) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    return Failure{fmt::format("{}: cannot create the folder: {}", directory,
                               error.message())};
  std::map<fs::path, fs::path> written;
  auto discard = [&] {
    for (const auto &[aside, path] : written)
      fs::remove(aside, error);
  };
  for (const auto &[name, content] : files) {
    fs::path path = fs::path(directory) / name;
    fs::path aside = path;
    aside += ".part";
    if (Status status = checkReplaceable(path.string()); !status) {
      discard();
      return status;
    }
    written[aside] = path;
    std::ofstream stream(aside, std::ios::binary);
    stream << content;
    stream.close();
    if (!stream) {
      discard();
      return Failure{fmt::format("{}: cannot be written", path.string())};
    }
  }
  for (const auto &[aside, path] : written) {
    fs::rename(aside, path, error);
    if (error) {
      std::string reason = error.message();
      discard();
      return Failure{
          fmt::format("{}: cannot be written: {}", path.string(), reason)};
    }
  }
  return success();
}

Status dlnet::writeFile(const std::string &path, const std::string &content) {
  fs::path parent = fs::path(path).parent_path();
  return writeFiles(parent.empty() ? "." : parent.string(),
                    {{fs::path(path).filename().string(), content}});
}
