// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LibTorch's own archives hold the state; they check what they read.
#include "trainer/Checkpoint.h"

#include "trainer/Fit.h"

#include <fmt/format.h>
#include <torch/serialize/input-archive.h>
#include <torch/serialize/output-archive.h>
#include <torch/utils.h>

#include <filesystem>
#include <system_error>

namespace dlnet {

namespace fs = std::filesystem;

namespace {

std::string extraKey(size_t index) { return fmt::format("extra{}", index); }

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
  try {
    torch::NoGradGuard guard;
    torch::serialize::InputArchive archive, weights, moments;
    archive.load_from(path);
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
  std::string aside = path + ".part";
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
    archive.save_to(aside);
  } catch (const std::exception &) {
    return Failure{fmt::format("{}: cannot be written", aside)};
  }
  std::error_code error;
  fs::rename(aside, path, error);
  if (error)
    return Failure{fmt::format("{}: {}", path, error.message())};
  return success();
}

} // namespace dlnet
