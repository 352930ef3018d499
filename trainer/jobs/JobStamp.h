// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An output alone does not say how it came about. The stamp beside it does, and
// it is there only if the program that wrote the output came to its end.
#ifndef DLNET_TRAINER_JOBS_JOBSTAMP_H
#define DLNET_TRAINER_JOBS_JOBSTAMP_H

#include "frontend/support/Result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dlnet {

/// FNV-1a over the strings and their lengths, so that ["ab"] is not ["a", "b"].
/// Tells jobs apart; no protection against anyone who wants a collision.
uint64_t hashStrings(const std::vector<std::string> &strings);

struct JobStamp {
  uint64_t hash = 0;  ///< Of all that made the output.
  double seconds = 0; ///< How long that took.
  std::string digest; ///< SHA-256 of the output, by digestFile().
};

/// SHA-256 of the file's content; none where it cannot be read.
std::optional<std::string> digestFile(const std::string &path);

/// `<output>.done`.
std::string stampPath(const std::string &output);

/// None when the file is missing or is not exactly what writeStamp() writes.
std::optional<JobStamp> readStamp(const std::string &output);

Status writeStamp(const std::string &output, const JobStamp &stamp);

} // namespace dlnet

#endif // DLNET_TRAINER_JOBS_JOBSTAMP_H
