// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Around the scan there is little: two affine maps, and the way to and from a
// family file.
#include "trainer/engine/Network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

namespace dlnet {

namespace {

std::vector<float> values(const torch::Tensor &tensor) {
  torch::Tensor flat = tensor.detach().contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

torch::Tensor toTorch(const Tensor &tensor) {
  torch::Tensor result = torch::empty(tensor.shape);
  std::copy(tensor.values.begin(), tensor.values.end(),
            result.data_ptr<float>());
  return result;
}

} // namespace

// ---- Forecaster ----

std::vector<torch::Tensor> Forecaster::matrices() const {
  std::vector<torch::Tensor> result;
  for (const torch::Tensor &parameter : parameters())
    if (parameter.dim() >= 2)
      result.push_back(parameter);
  return result;
}

std::vector<torch::Tensor> Forecaster::vectors() const {
  std::vector<torch::Tensor> result;
  for (const torch::Tensor &parameter : parameters())
    if (parameter.dim() < 2)
      result.push_back(parameter);
  return result;
}

int64_t Forecaster::parameterCount() const {
  int64_t count = 0;
  for (const torch::Tensor &parameter : parameters())
    count += parameter.numel();
  return count;
}

std::vector<torch::Tensor> Forecaster::snapshot() const {
  std::vector<torch::Tensor> copies;
  for (const torch::Tensor &parameter : parameters())
    copies.push_back(parameter.detach().clone());
  return copies;
}

void Forecaster::restore(const std::vector<torch::Tensor> &values) {
  torch::NoGradGuard guard;
  std::vector<torch::Tensor> own = parameters();
  for (size_t i = 0; i < own.size(); ++i)
    own[i].copy_(values[i]);
}

void Forecaster::roundRowsToInt8() {
  torch::NoGradGuard guard;
  for (torch::Tensor matrix : matrices()) {
    torch::Tensor scale =
        matrix.abs().amax(/*dim=*/1, /*keepdim=*/true).clamp_min(1e-12) / 127;
    matrix.copy_(torch::round(matrix / scale) * scale);
  }
}

// ---- Network ----

Network::Network(const FamilyModel &shape, const Basis &basis, uint64_t seed)
    : scan(scanShapeOf(shape)) {
  Random random(seed);
  cell = register_module("cell", std::make_shared<RecurrentCell>(shape, random));
  readoutW = register_parameter(
      "readoutW", uniformTensor({shape.basis, shape.units},
                                1 / std::sqrt(double(shape.units)), random));
  readoutB = register_parameter("readoutB", torch::zeros({shape.basis}));
  curves = register_parameter("curves", curvesOf(basis));
  mean = register_parameter("mean", meanOf(basis));
}

torch::Tensor Network::readOut(const torch::Tensor &state) {
  return torch::addmm(readoutB.unsqueeze(1), masked(readoutW, maskReadout),
                      state);
}

torch::Tensor Network::expand(const torch::Tensor &coefficients) {
  return torch::addmm(mean, coefficients.t(), masked(curves, maskCurves).t());
}

torch::Tensor Network::coefficients(const torch::Tensor &features) {
  return readOut(scanLast(scan, cell->tensors(), features));
}

torch::Tensor Network::forward(const torch::Tensor &features) {
  return expand(coefficients(features));
}

torch::Tensor Network::states(const torch::Tensor &features) {
  return scanStates(scan, cell->tensors(), features);
}

torch::Tensor Network::allStates(const torch::Tensor &features) {
  torch::NoGradGuard guard;
  // A scan of which each sub-step is a window step of its own.
  ScanShape single = scan;
  single.substeps = 1;
  torch::Tensor states =
      scanStates(single, cell->tensors(),
                 features.repeat_interleave(scan.substeps, /*dim=*/0));
  return torch::cat({torch::zeros_like(states.narrow(0, 0, 1)), states});
}

Network::Outputs Network::run(const torch::Tensor &features) {
  torch::Tensor trajectory = states(features);
  return {expand(readOut(trajectory[trajectory.size(0) - 1])), trajectory};
}

std::vector<NamedTensor> Network::named() const {
  std::vector<NamedTensor> list = cell->named();
  list.push_back({"readout.w", readoutW, maskReadout});
  list.push_back({"readout.b", readoutB, {}});
  list.push_back({"basis.curves", curves, maskCurves});
  list.push_back({"basis.mean", mean, {}});
  return list;
}

int64_t Network::parameterCount() const {
  int64_t count = 0;
  for (const NamedTensor &each : named())
    count += each.tensor.numel();
  return count;
}

Status Network::setMasks(const std::map<std::string, Tensor> &masks) {
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const NamedTensor &each : named())
    if (each.tensor.dim() == 2)
      shapes[each.key] = each.tensor.sizes().vec();
  for (const auto &[key, mask] : masks) {
    auto found = shapes.find(key);
    if (found == shapes.end())
      return Failure{fmt::format("mask.{}: no such matrix", key)};
    if (found->second != mask.shape)
      return Failure{fmt::format("mask.{}: expected [{}], found [{}]", key,
                                 fmt::join(found->second, ", "),
                                 fmt::join(mask.shape, ", "))};
  }
  torch::NoGradGuard guard;
  cell->useMasks(!masks.empty());
  maskReadout = masks.empty() ? torch::Tensor() : torch::ones_like(readoutW);
  maskCurves = masks.empty() ? torch::Tensor() : torch::ones_like(curves);
  heldMasks = masks;
  for (NamedTensor &each : named())
    if (auto found = masks.find(each.key); found != masks.end()) {
      each.mask.copy_(toTorch(found->second));
      each.tensor.masked_fill_(each.mask == 0, 0); // not -0
    }
  return success();
}

void Network::settle() {
  torch::NoGradGuard guard;
  for (NamedTensor &each : named())
    if (each.mask.defined())
      each.tensor.masked_fill_(each.mask == 0, 0);
}

void Network::store(FamilyModel &model) const {
  torch::NoGradGuard guard;
  model.tensors.clear();
  for (const NamedTensor &each : named()) {
    torch::Tensor tensor = masked(each.tensor, each.mask);
    if (each.floor > 0)
      tensor = positive(tensor, each.floor);
    model.tensors[each.key] = Tensor{tensor.sizes().vec(), values(tensor)};
  }
  model.masks = heldMasks;
}

Status Network::load(const FamilyModel &model) {
  torch::NoGradGuard guard;
  std::vector<NamedTensor> own = named();
  for (const NamedTensor &each : own) {
    auto found = model.tensors.find(each.key);
    if (found == model.tensors.end())
      return Failure{
          fmt::format("{}.{}: missing tensor", model.name, each.key)};
    const Tensor &from = found->second;
    if (each.tensor.sizes() != at::IntArrayRef(from.shape))
      return Failure{fmt::format("{}.{}: expected [{}], found [{}]", model.name,
                                 each.key, fmt::join(each.tensor.sizes(), ", "),
                                 fmt::join(from.shape, ", "))};
    for (float value : from.values)
      if (each.floor > 0 && !(value > each.floor))
        return Failure{fmt::format(
            "{}.{}: expected more than {:.4g}, where the solver is stable, "
            "found {}",
            model.name, each.key, each.floor, value)};
  }
  if (Status set = setMasks(model.masks); !set)
    return Failure{model.name + "." + set.message()};
  for (NamedTensor &each : own) {
    torch::Tensor value = toTorch(model.tensor(each.key));
    each.tensor.copy_(each.floor > 0 ? inversePositive(value, each.floor)
                                     : value);
  }
  return success();
}

torch::Tensor curvesOf(const Basis &basis) {
  torch::Tensor tensor =
      torch::empty({basis.curves.rows(), basis.curves.cols()});
  std::copy_n(basis.curves.data(), basis.curves.size(),
              tensor.data_ptr<float>());
  return tensor;
}

torch::Tensor meanOf(const Basis &basis) {
  torch::Tensor tensor = torch::empty({basis.mean.size()});
  std::copy_n(basis.mean.data(), basis.mean.size(), tensor.data_ptr<float>());
  return tensor;
}

std::shared_ptr<Network> makeNetwork(const FamilyModel &shape,
                                     const Basis &basis, uint64_t seed) {
  return std::make_shared<Network>(shape, basis, seed);
}

Result<std::shared_ptr<Network>> loadNetwork(const FamilyModel &model) {
  if (!model.hasRecipe())
    return Failure{model.name + ": has no recipe that training could go on "
                                "from, only a graph"};
  // Its weights are all replaced.
  Basis basis{RowMatrix::Zero(model.horizon, model.basis),
              Eigen::VectorXf::Zero(model.horizon)};
  std::shared_ptr<Network> network = makeNetwork(model, basis, 0);
  if (Status loaded = network->load(model); !loaded)
    return loaded.failure();
  return network;
}

} // namespace dlnet
