// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A certificate speaks of bytes. It goes with no others.
#include "frontend/package/Package.h"
#include "frontend/support/Sha256.h"

#include "llvm/Support/MemoryBuffer.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace dlnet;

namespace {

constexpr uint64_t kMostBytes = 1 << 20;

Result<std::string> readSmallFile(const std::string &path) {
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  if (!file)
    return Failure{
        fmt::format("{}: cannot be read: {}", path, file.getError().message())};
  if ((*file)->getBufferSize() > kMostBytes)
    return Failure{fmt::format("{}: too large for a certificate", path)};
  return (*file)->getBuffer().str();
}

} // namespace

Result<package::Files> package::readCertificate(const std::string &folder,
                                                const Library &library) {
  Files files;
  for (const char *name : {"certify.md", "certify.json"}) {
    auto content = readSmallFile(folder + "/" + name);
    if (!content)
      return content.failure();
    files[name] = *content;
  }
  std::string path = folder + "/certify.json";
  auto figures = nlohmann::json::parse(files["certify.json"], nullptr,
                                       /*allow_exceptions=*/false);
  if (!figures.is_object())
    return Failure{fmt::format("{}: is no JSON object", path)};
  const std::pair<const char *, const std::string &> sources[] = {
      {"source_sha256", library.source},
      {"header_sha256", library.header},
      {"selftest_sha256", library.selfTest}};
  for (const auto &[key, content] : sources)
    if (figures.value<nlohmann::json>(key, nullptr) != sha256(content))
      return Failure{fmt::format("{}: {} is not that of this C: certify what "
                                 "these options give",
                                 path, key)};
  return files;
}
