// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One line of text, "dlnet-job 2 <hash> <seconds> <digest>", for people who
// look why a job ran again. Whatever does not read back to the same line is no
// stamp.
#include "trainer/jobs/JobStamp.h"

#include "frontend/support/Sha256.h"
#include "frontend/support/WriteFiles.h"

#include <fmt/format.h>

#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace dlnet {

namespace {

std::string toLine(const JobStamp &stamp) {
  return fmt::format("dlnet-job 2 {:016x} {:.3f} {}\n", stamp.hash,
                     stamp.seconds, stamp.digest);
}

} // namespace

uint64_t hashStrings(const std::vector<std::string> &strings) {
  uint64_t hash = 14695981039346656037u;
  auto add = [&hash](uint64_t byte) { hash = (hash ^ byte) * 1099511628211u; };
  for (const std::string &text : strings) {
    for (int shift = 0; shift < 64; shift += 8)
      add((uint64_t(text.size()) >> shift) & 0xff);
    for (unsigned char byte : text)
      add(byte);
  }
  return hash;
}

std::string stampPath(const std::string &output) { return output + ".done"; }

std::optional<JobStamp> readStamp(const std::string &output) {
  // No stamp is this long; anything can be in a file of that name.
  char text[192];
  std::ifstream file(stampPath(output), std::ios::binary);
  file.read(text, sizeof text - 1);
  size_t size = size_t(file.gcount());
  text[size] = '\0';
  JobStamp stamp;
  char digest[65] = "";
  int found = std::sscanf(text, "dlnet-job 2 %16" SCNx64 " %lf %64[0-9a-f]",
                          &stamp.hash, &stamp.seconds, digest);
  stamp.digest = digest;
  if (found != 3 || stamp.digest.size() != 64 ||
      !std::isfinite(stamp.seconds) || stamp.seconds < 0 ||
      stamp.seconds > 1e9 || toLine(stamp) != std::string(text, size))
    return std::nullopt;
  return stamp;
}

Status writeStamp(const std::string &output, const JobStamp &stamp) {
  return writeFile(stampPath(output), toLine(stamp));
}

std::optional<std::string> digestFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad())
    return std::nullopt;
  return sha256(bytes);
}

} // namespace dlnet
