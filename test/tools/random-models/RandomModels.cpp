// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shapes are small enough to compile in a moment and odd enough to meet every
// padding and tail of the kernels.
#include "RandomModels.h"

#include <cmath>

using namespace dlnet;

namespace {

template <typename T> T pick(std::mt19937 &random, std::vector<T> values) {
  return values[random() % values.size()];
}

double uniform(std::mt19937 &random, double low, double high) {
  return low + (high - low) * (random() / 4294967296.0);
}

double normal(std::mt19937 &random) {
  double sum = 0;
  for (int i = 0; i < 12; ++i)
    sum += uniform(random, -0.5, 0.5);
  return sum;
}

} // namespace

FamilyModel dlnet::test::randomModel(CellKind cell, uint32_t seed) {
  std::mt19937 random(seed * 4 + static_cast<uint32_t>(cell));
  FamilyModel model;
  model.name = "random";
  model.role = "student";
  model.cell = cell;
  model.units = 1 + random() % 33;
  model.block = pick<int64_t>(random, {1, 3, 5, 10});
  model.window = model.block * (2 + random() % 18);
  model.horizon = 1 + random() % 70;
  model.basis = 1 + random() % 11;
  model.ranges = {{-8, 8}, {-2, 8}, {-2, 1}, {-1, 1}, {}, {}};
  model.ranges.coefficients.assign(model.basis, {-3, 3});
  if (seed % 3 == 2) {
    model.features.age =
        Features::Age{uniform(random, 0, 1500), 1 / uniform(random, 50, 900)};
    // Now and then a range so narrow that its unit would be too fine.
    double first = uniform(random, 0, 900);
    double last = first + pick<double>(random, {0, 1, 700, 2500});
    model.ranges.age = {
        (first - model.features.age->offset) * model.features.age->scale,
        (last - model.features.age->offset) * model.features.age->scale};
  }
  if (cell == CellKind::Cfc) {
    model.solver.method = SolverKind::ClosedForm;
  } else {
    model.solver.method =
        random() % 2 ? SolverKind::ExplicitEuler : SolverKind::Fused;
    model.solver.steps = 1 + random() % 4;
    model.solver.dt = pick<double>(random, {0.25, 0.5, 0.7, 1.0});
  }
  // An explicit LTC step of dt * (1/tau + f) > 1 overshoots: stable, but with
  // no box that the compiler can prove, so it would refuse.
  if (cell == CellKind::Ltc && model.solver.method == SolverKind::ExplicitEuler)
    model.solver.steps = std::max<int64_t>(model.solver.steps, 2);
  drawTensors(model, random);
  return model;
}

void dlnet::test::drawTensors(FamilyModel &model, std::mt19937 &random) {
  model.tensors.clear();
  // Beyond about 1.5 random networks turn chaotic and magnify any rounding.
  double recurrent = uniform(random, 0.3, 1.2) / std::sqrt(model.units);
  for (const auto &[key, shape] : expectedTensors(model)) {
    Tensor tensor{shape, {}};
    int64_t size = 1;
    for (int64_t extent : shape)
      size *= extent;
    for (int64_t i = 0; i < size; ++i) {
      double value = normal(random);
      if (key == "cell.tau")
        value = uniform(random, 1.5, 20.0);
      else if (key == "cell.alpha")
        value = uniform(random, 0.05, 0.9);
      else if (key == "basis.mean")
        value *= 0.5;
      else if (shape.size() == 2 && shape[1] == model.units)
        value *= recurrent;
      tensor.values.push_back(static_cast<float>(value));
    }
    // A unit that nothing drives, a row of zeros: both happen in practice.
    if (shape.size() == 2 && random() % 4 == 0)
      std::fill_n(tensor.values.begin(), shape[1], 0.0f);
    model.tensors[key] = std::move(tensor);
  }
}

void dlnet::test::straighten(FamilyModel &model, std::mt19937 &random) {
  model.horizon = 12 * (1 + random() % 6);
  Tensor &curves = model.tensors["basis.curves"];
  Tensor &mean = model.tensors["basis.mean"];
  curves = {{model.horizon, model.basis}, {}};
  curves.values.resize(model.horizon * model.basis);
  mean = {{model.horizon}, std::vector<float>(model.horizon)};
  auto draw = [&](float *values, int64_t stride) {
    double start = 0.1 * normal(random), slope = normal(random);
    double bend = uniform(random, -0.02, 0.02);
    for (int64_t i = 0; i < model.horizon; ++i) {
      double ahead = double(i + 1) / double(model.horizon);
      values[i * stride] =
          static_cast<float>(start + slope * ahead + bend * ahead * ahead);
    }
  };
  for (int64_t j = 0; j < model.basis; ++j)
    draw(&curves.values[j], model.basis);
  draw(mean.values.data(), 1);
  recordAllCoefficients(model);
}

void dlnet::test::recordAllCoefficients(FamilyModel &model) {
  // No state of a random model leaves this box.
  constexpr double kState = 16;
  for (int64_t j = 0; j < model.basis; ++j) {
    double reach = 0;
    for (int64_t i = 0; i < model.units; ++i)
      reach += kState *
               std::abs(model.tensor("readout.w").values[j * model.units + i]);
    double middle = model.tensor("readout.b").values[j];
    model.ranges.coefficients[j] = {middle - reach, middle + reach};
  }
}

uint32_t dlnet::test::randomAge(const FamilyModel &model,
                                std::mt19937 &random) {
  if (!model.features.age)
    return 0;
  const Features::Age &age = *model.features.age;
  double low = model.ranges.age.low / age.scale + age.offset;
  double high = model.ranges.age.high / age.scale + age.offset;
  return static_cast<uint32_t>(uniform(random, low, high) + 0.5);
}

uint32_t dlnet::test::extremeAge(std::mt19937 &random) {
  return pick<uint32_t>(random, {0, 1, 32766, 32767, 32768, UINT32_MAX,
                                 static_cast<uint32_t>(random() % 32768),
                                 static_cast<uint32_t>(random())});
}

std::vector<float> dlnet::test::randomWindow(size_t size,
                                             std::mt19937 &random) {
  std::vector<float> window(size);
  double level = uniform(random, 0.8, 1.05), slope = uniform(random, 0, 3e-4);
  double bend = uniform(random, 0, 4e-6);
  for (size_t i = 0; i < size; ++i)
    window[i] = static_cast<float>(level - slope * i - bend * i * i +
                                   2e-4 * normal(random));
  return window;
}

void dlnet::test::pruneBlocks(FamilyModel &model, std::mt19937 &random) {
  for (auto &[key, tensor] : model.tensors) {
    if (!tensor.isMatrix())
      continue;
    int64_t rows = tensor.shape[0], columns = tensor.shape[1];
    for (int64_t row = 0; row < rows; row += 2)
      for (int64_t column = 0; column < columns; column += 2)
        if (random() % 2)
          for (int64_t r = row; r < std::min(row + 2, rows); ++r)
            for (int64_t c = column; c < std::min(column + 2, columns); ++c)
              tensor.values[r * columns + c] = 0.0f;
  }
}

Family dlnet::test::randomFamily(uint32_t first, uint32_t count) {
  constexpr CellKind kCells[] = {CellKind::Liquid, CellKind::Ltc,
                                 CellKind::CtRnn, CellKind::Cfc};
  Family family;
  family.name = "random";
  family.producer = "dlnet-reference " DLNET_VERSION;
  family.data.source = "random weights";
  family.data.train = {"none"};
  family.data.cleaning = "none";
  for (uint32_t i = first; i < first + count; ++i) {
    FamilyModel model =
        randomModel(kCells[i % std::size(kCells)], i / std::size(kCells));
    model.name = "random" + std::to_string(i);
    std::mt19937 random(i);
    if (random() % 2)
      straighten(model, random);
    if (random() % 3 == 0)
      pruneBlocks(model, random);
    family.models.push_back(std::move(model));
  }
  return family;
}
