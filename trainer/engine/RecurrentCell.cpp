// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the cells share: initial weights, masks, and numbers that must stay
// positive.
#include "trainer/engine/RecurrentCell.h"

#include <cmath>

namespace dlnet {

RecurrentCell::RecurrentCell(const FamilyModel &shape, Random &random)
    : units(shape.units) {
  int64_t rows = scanShapeOf(shape).rows();
  w = register_parameter(
      "w", uniformTensor({rows, units}, 1 / std::sqrt(double(units)), random));
  u = register_parameter(
      "u", uniformTensor({rows, shape.featureCount()},
                         1 / std::sqrt(double(shape.featureCount())), random));
  b = register_parameter("b", torch::zeros({rows}));
}

ScanTensors RecurrentCell::tensors() const {
  return {masked(w, maskW), masked(u, maskU), b, first(), second()};
}

void RecurrentCell::useMasks(bool present) {
  maskW = present ? torch::ones_like(w) : torch::Tensor();
  maskU = present ? torch::ones_like(u) : torch::Tensor();
}

void RecurrentCell::addProjection(std::vector<NamedTensor> &list, int64_t index,
                                  const std::string &suffix) const {
  auto rows = [&](const torch::Tensor &whole) {
    return whole.defined() ? whole.narrow(0, index * units, units) : whole;
  };
  list.push_back({"cell.w" + suffix, rows(w), rows(maskW)});
  list.push_back({"cell.u" + suffix, rows(u), rows(maskU)});
  list.push_back({"cell.b" + suffix, rows(b), {}});
}

std::shared_ptr<RecurrentCell> makeCell(const FamilyModel &shape,
                                        Random &random) {
  switch (shape.cell) {
  case CellKind::Liquid:
    return makeLiquidCell(shape, random);
  case CellKind::Ltc:
    return makeLtcCell(shape, random);
  case CellKind::CtRnn:
    return makeCtRnnCell(shape, random);
  case CellKind::Cfc:
    return makeCfcCell(shape, random);
  }
  return nullptr;
}

torch::Tensor masked(const torch::Tensor &weights, const torch::Tensor &mask) {
  return mask.defined() ? weights * mask : weights;
}

torch::Tensor uniformTensor(at::IntArrayRef sizes, double bound,
                            Random &random) {
  torch::Tensor tensor = torch::empty(sizes);
  float *data = tensor.data_ptr<float>();
  for (int64_t i = 0; i < tensor.numel(); ++i)
    data[i] = float(random.uniform(-bound, bound));
  return tensor;
}

torch::Tensor spread(int64_t units, double low, double high) {
  torch::Tensor tensor = torch::empty({units});
  for (int64_t i = 0; i < units; ++i)
    tensor.data_ptr<float>()[i] =
        float(units > 1 ? low + (high - low) * double(i) / double(units - 1)
                        : (low + high) / 2);
  return tensor;
}

torch::Tensor spreadRatios(int64_t units, double low, double high) {
  return spread(units, std::log(low), std::log(high)).exp();
}

torch::Tensor positive(const torch::Tensor &raw, double floor) {
  return torch::softplus(raw) + floor;
}

torch::Tensor inversePositive(const torch::Tensor &value, double floor) {
  torch::Tensor excess = value.to(torch::kDouble) - floor;
  return (excess + torch::log(-torch::expm1(-excess))).to(torch::kFloat);
}

} // namespace dlnet
