// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the cells share: initial weights, masks, and numbers that must stay
// positive.
#include "trainer/engine/RecurrentCell.h"

#include <torch/utils.h>

#include <cmath>

namespace dlnet {

namespace {

cells::UnitStart firstNumbers(CellKind kind,
                              const cells::UnitParameter &parameter,
                              const cells::CellSetting &setting) {
  return withCell(kind, [&](auto cell) -> cells::UnitStart {
    if constexpr (decltype(cell)::kUnitParameters.size() > 0)
      return decltype(cell)::start(parameter, setting);
    else
      return {};
  });
}

} // namespace

RecurrentCell::RecurrentCell(const FamilyModel &shape, Random &random)
    : projections(projectionsOf(shape.cell)),
      parameters(unitParametersOf(shape.cell)), units(shape.units) {
  int64_t rows = scanShapeOf(shape).rows();
  w = register_parameter(
      "w", uniformTensor({rows, units}, 1 / std::sqrt(double(units)), random));
  u = register_parameter(
      "u", uniformTensor({rows, shape.featureCount()},
                         1 / std::sqrt(double(shape.featureCount())), random));
  b = register_parameter("b", torch::zeros({rows}));
  addNumbers(shape, random);
  torch::NoGradGuard guard;
  for (const cells::Projection &each : projections) {
    int64_t first = each.index * units;
    b.narrow(0, first, units).copy_(spread(units, each.biasLow, each.biasHigh));
    if (each.startsAtState)
      w.narrow(0, first, units).add_(torch::eye(units));
    readsAll = readsAll && each.readsState() && each.readsInput();
  }
  useMasks(false);
  w.copy_(masked(w, maskW));
  u.copy_(masked(u, maskU));
}

void RecurrentCell::addNumbers(const FamilyModel &shape, Random &random) {
  for (const cells::UnitParameter &each : parameters) {
    cells::UnitStart start =
        firstNumbers(shape.cell, each, {shape.solver, shape.blocks()});
    torch::Tensor first;
    switch (start.spacing) {
    case cells::Spacing::Equal:
      first = spread(units, start.low, start.high);
      break;
    case cells::Spacing::Ratios:
      first = spreadRatios(units, start.low, start.high);
      break;
    case cells::Spacing::Random:
      first = uniformTensor({units}, start.high, random);
      break;
    }
    if (each.positive)
      first = inversePositive(first, start.floor);
    numbers.push_back(register_parameter(each.key, first));
    floors.push_back(each.positive ? start.floor : 0);
  }
}

ScanTensors RecurrentCell::tensors() const {
  std::vector<torch::Tensor> rows;
  for (const cells::UnitParameter &each : parameters) {
    size_t at = size_t(each.index);
    torch::Tensor value =
        each.positive ? positive(numbers[at], floors[at]) : numbers[at];
    rows.push_back(each.reciprocal ? value.reciprocal() : value);
  }
  return {masked(w, maskW), masked(u, maskU), b,
          rows.empty() ? torch::Tensor() : torch::stack(rows)};
}

torch::Tensor RecurrentCell::structure(const torch::Tensor &matrix,
                                       bool ofState) const {
  torch::Tensor mask = torch::ones_like(matrix);
  for (const cells::Projection &each : projections)
    if (!(ofState ? each.readsState() : each.readsInput()))
      mask.narrow(0, each.index * units, units).zero_();
  return mask;
}

void RecurrentCell::useMasks(bool present) {
  bool isMasked = present || !readsAll;
  maskW = isMasked ? structure(w, true) : torch::Tensor();
  maskU = isMasked ? structure(u, false) : torch::Tensor();
}

std::vector<NamedTensor> RecurrentCell::named() const {
  std::vector<NamedTensor> list;
  for (const cells::Projection &each : projections) {
    auto add = [&](const char *what, const torch::Tensor &whole,
                   const torch::Tensor &mask) {
      auto rows = [&](const torch::Tensor &tensor) {
        return tensor.defined() ? tensor.narrow(0, each.index * units, units)
                                : tensor;
      };
      list.push_back(
          {std::string(what) + each.suffix, rows(whole), rows(mask)});
    };
    if (each.readsState())
      add("cell.w", w, maskW);
    if (each.readsInput())
      add("cell.u", u, maskU);
    add("cell.b", b, {});
  }
  for (const cells::UnitParameter &each : parameters)
    list.push_back({std::string("cell.") + each.key,
                    numbers[size_t(each.index)],
                    {},
                    floors[size_t(each.index)]});
  return list;
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
