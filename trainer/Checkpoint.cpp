// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LibTorch's own archives hold the state. A flipped bit in one of them is
// another network, so a line before the archive tells its length and digest.
#include "trainer/Checkpoint.h"

#include "frontend/support/Sha256.h"
#include "frontend/support/WriteFiles.h"
#include "trainer/Fit.h"

#include <fmt/format.h>
#include <torch/serialize/input-archive.h>
#include <torch/serialize/output-archive.h>
#include <torch/utils.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

namespace dlnet {

namespace fs = std::filesystem;

namespace {

std::string extraKey(size_t index) { return fmt::format("extra{}", index); }

constexpr char kMark[] = "dlnet-checkpoint ";

std::string headOf(const std::string &archive) {
  return fmt::format("{}1 {} {}\n", kMark, archive.size(), sha256(archive));
}

/// The archive of the file at `path`, unchanged since it was written.
Result<std::string> readArchive(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad())
    return Failure{fmt::format("{}: cannot be read", path)};
  if (bytes.rfind(kMark, 0) != 0)
    return Failure{fmt::format(
        "{}: damaged, or no checkpoint of this version of dlnet-train; remove "
        "it to start anew",
        path)};
  size_t end = bytes.find('\n');
  std::string archive = end == std::string::npos ? "" : bytes.substr(end + 1);
  if (headOf(archive) + archive != bytes)
    return Failure{fmt::format(
        "{}: damaged, its digest is not that of its content; remove it to "
        "start anew",
        path)};
  return archive;
}

} // namespace

Checkpoint::Checkpoint(std::string path, std::string run,
                       torch::nn::Module &network,
                       std::vector<torch::Tensor> extra,
                       torch::optim::AdamW &optimizer)
    : path(std::move(path)), run(std::move(run)), network(network),
      extra(std::move(extra)), optimizer(optimizer) {}

Status Checkpoint::resume(std::vector<Epoch> &epochs) {
  std::error_code error;
  if (path.empty() || !fs::exists(path, error))
    return success();
  Result<std::string> content = readArchive(path);
  if (!content)
    return content.failure();
  try {
    torch::NoGradGuard guard;
    torch::serialize::InputArchive archive, weights, moments;
    std::istringstream stream(*content);
    archive.load_from(stream);
    c10::IValue owner;
    archive.read("run", owner);
    if (!owner.isString() || owner.toStringRef() != run)
      return Failure{fmt::format(
          "{}: belongs to another run; remove it to start anew", path)};
    archive.read("network", weights);
    network.load(weights);
    archive.read("optimizer", moments);
    optimizer.load(moments);
    for (size_t i = 0; i < extra.size(); ++i) {
      torch::Tensor value;
      archive.read(extraKey(i), value);
      extra[i].copy_(value);
    }
    torch::Tensor curve;
    archive.read("epochs", curve);
    if (curve.dim() != 2 || curve.size(1) != 2 ||
        curve.scalar_type() != torch::kDouble)
      return Failure{fmt::format("{}: damaged", path)};
    for (int64_t i = 0; i < curve.size(0); ++i)
      epochs.push_back(
          {curve[i][0].item<double>(), curve[i][1].item<double>()});
  } catch (const std::exception &) {
    // LibTorch explains with a stack trace; the name says enough.
    return Failure{fmt::format(
        "{}: damaged, or no state of this network; remove it to start anew",
        path)};
  }
  return success();
}

Status Checkpoint::keep(const std::vector<Epoch> &epochs) {
  if (path.empty())
    return success();
  std::string content;
  try {
    torch::NoGradGuard guard;
    torch::serialize::OutputArchive archive, weights, moments;
    archive.write("run", c10::IValue(run));
    network.save(weights);
    archive.write("network", weights);
    optimizer.save(moments);
    archive.write("optimizer", moments);
    for (size_t i = 0; i < extra.size(); ++i)
      archive.write(extraKey(i), extra[i]);
    torch::Tensor curve =
        torch::empty({int64_t(epochs.size()), 2}, torch::kDouble);
    for (size_t i = 0; i < epochs.size(); ++i) {
      curve[int64_t(i)][0] = epochs[i].loss;
      curve[int64_t(i)][1] = epochs[i].validationMae;
    }
    archive.write("epochs", curve);
    std::ostringstream stream;
    archive.save_to(stream);
    content = stream.str();
  } catch (const std::exception &) {
    return Failure{
        fmt::format("{}: the state of training cannot be stored", path)};
  }
  std::error_code error;
  if (Status written = writeFile(path, headOf(content) + content); !written)
    return Failure{written.message() + (fs::exists(path, error)
                                            ? "; the state before this epoch "
                                              "is kept there, to go on from"
                                            : "")};
  return success();
}

} // namespace dlnet
