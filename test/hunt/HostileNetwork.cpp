// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "HostileNetwork.h"

#include "test/tools/random-models/RandomModels.h"

#include <fmt/format.h>

#include <cmath>

using namespace dlnet;
using namespace dlnet::hunt;

namespace {

double uniform(Random &random, double low, double high) {
  return low + (high - low) * (random() / 4294967296.0);
}

/// e^x for x between the two.
double magnitude(Random &random, double low, double high) {
  return std::exp(uniform(random, low, high));
}

double normal(Random &random) {
  double sum = 0;
  for (int i = 0; i < 12; ++i)
    sum += uniform(random, -0.5, 0.5);
  return sum;
}

bool oneIn(Random &random, unsigned n) { return random() % n == 0; }

/// Overwrites a tensor, or parts of it, in one of a dozen ways.
void spoil(Tensor &tensor, const std::string &key, Random &random, bool wild) {
  constexpr float kSpecial[] = {
      0.f,  -0.f,  1e-40f, -1e-42f, 1.17e-38f, 1e-20f, -1e-10f, 1e-6f,  1.f,
      -1.f, 127.f, 1e3f,   -1e4f,   1e6f,      1e10f,  -1e20f,  3.4e38f};
  constexpr unsigned kModest = 13; // Of these, where it is not wild.
  unsigned limit = wild ? std::size(kSpecial) : kModest;
  unsigned way = random() % 12;
  float one = kSpecial[random() % limit];
  double scale = magnitude(random, -9, wild ? 9 : 1.5);
  for (float &value : tensor.values)
    switch (way) {
    case 0:
      value = 0;
      break;
    case 1:
      value = one;
      break;
    case 2:
      value = float(1e-40 * normal(random));
      break;
    case 3:
      value = float(normal(random) * scale);
      break;
    case 4:
      value = oneIn(random, 8) ? one : value;
      break;
    case 5:
      value = float(random() % 2 ? scale : -scale);
      break;
    case 6:
      value = float(magnitude(random, -20, wild ? 10 : 1));
      value = random() % 2 ? value : -value;
      break;
    case 7:
      value = float(std::ldexp(1.0, int(random() % (wild ? 40 : 22)) - 20));
      break;
    case 8:
      value = oneIn(random, 3) ? value : 0;
      break;
    case 9:
      value = float(value * scale);
      break;
    case 10:
      value = std::abs(value);
      break;
    case 11:
      if (&value == &tensor.values.back())
        value = kSpecial[8 + random() % (limit - 8)];
      break;
    }
  // What a family may not hold is the readers' tests' business.
  bool positive = key == "cell.tau" || key == "cell.alpha";
  for (float &value : tensor.values) {
    if (!std::isfinite(value))
      value = 1;
    if (positive) {
      value = std::abs(value);
      if (!(value > 0))
        value = key == "cell.tau" ? 5.f : 0.3f;
    }
  }
}

void drawShape(HostileNetwork &network, Random &random) {
  FamilyModel &model = network.model;
  model.units = 1 + random() % 40;
  model.block = pick<int64_t>(random, {1, 1, 2, 3, 4, 5, 7, 10, 16});
  model.window = std::max<int64_t>(2, model.block * (1 + random() % 26));
  if (model.window % model.block)
    model.window = model.block * 2;
  switch (random() % 8) {
  case 0:
    model.horizon = 1;
    break;
  case 1:
    model.horizon = 1 + random() % 200;
    break;
  default:
    model.horizon = 12 * (1 + random() % 9);
  }
  model.basis = oneIn(random, 10) ? 1 + random() % 64 : 1 + random() % 12;
  model.ranges.coefficients.assign(model.basis, {-3, 3});
}

void drawSolver(HostileNetwork &network, Random &random) {
  Solver &solver = network.model.solver;
  if (network.model.cell == CellKind::Cfc)
    return;
  solver.steps = 1 + random() % 6;
  solver.method = random() % 2 ? SolverKind::ExplicitEuler : SolverKind::Fused;
  solver.dt = pick<double>(random, {0.25, 0.5, 1.0, 0.7, 0.01, 2.0});
  if (network.level >= 3 && oneIn(random, 6))
    solver.dt = pick<double>(random, {1e-9, 100.0, 8.0, 1e-4});
}

void drawAge(FamilyModel &model, Random &random) {
  model.features.age.reset();
  model.ranges.age = {};
  if (random() % 2)
    return;
  double offset = uniform(random, 0, 1500);
  double scale = 1 / uniform(random, 50, 900);
  model.features.age = Features::Age{offset, scale};
  double first = uniform(random, 0, 900);
  double last = first + pick<double>(random, {0, 1, 700, 2500});
  model.ranges.age = {(first - offset) * scale, (last - offset) * scale};
}

/// Recurrences whose spectral radius is anything.
void stretch(FamilyModel &model, Random &random) {
  for (auto &[key, tensor] : model.tensors)
    if (tensor.shape.size() == 2 && key.rfind("cell.w", 0) == 0) {
      auto scale = float(magnitude(random, -3, 2));
      for (float &value : tensor.values)
        value *= scale;
    }
}

void spoilTensors(HostileNetwork &network, Random &random) {
  auto &tensors = network.model.tensors;
  unsigned count = network.level == 2 ? 1 : 1 + random() % 4;
  for (unsigned i = 0; i < count; ++i) {
    auto it = tensors.begin();
    std::advance(it, random() % tensors.size());
    spoil(it->second, it->first, random, network.level == 4);
  }
}

void spoilRange(Range &range, Random &random, bool wild) {
  double reach = magnitude(random, -14, wild ? 14 : 4);
  switch (random() % 7) {
  case 0:
    range = {0, 0};
    break;
  case 1:
    range = {reach, reach};
    break;
  case 2:
    range = {-reach, reach};
    break;
  case 3:
    range = {0, reach};
    break;
  case 4:
    range = {-reach, -reach / 2};
    break;
  case 5:
    range = {reach * 1000, reach * 1000.001};
    break;
  default:
    break;
  }
}

void spoilScales(HostileNetwork &network, Random &random) {
  FamilyModel &model = network.model;
  bool wild = network.level == 4;
  Calibration &ranges = model.ranges;
  for (Range *range : {&ranges.difference, &ranges.relative, &ranges.level})
    if (random() % 2)
      spoilRange(*range, random, wild);
  if (oneIn(random, 3))
    spoilRange(ranges.state, random, wild);
  if (model.features.age && random() % 2)
    spoilRange(ranges.age, random, wild);
  for (Range &range : ranges.coefficients)
    if (oneIn(random, 5))
      spoilRange(range, random, wild);
  Features &features = model.features;
  for (auto [value, low, high] :
       {std::tuple(&features.differenceScale, -6.0, 12.0),
        std::tuple(&features.differenceClip, -8.0, 8.0),
        std::tuple(&features.relativeScale, -6.0, 10.0),
        std::tuple(&features.levelScale, -6.0, 10.0),
        std::tuple(&model.outputScale, -8.0, 10.0)})
    if (oneIn(random, 3))
      *value = magnitude(random, low, high);
  if (oneIn(random, 4))
    features.levelOffset = uniform(random, -3, 3);
  if (features.age && oneIn(random, 3)) {
    features.age->scale = magnitude(random, -14, 6);
    features.age->offset = uniform(random, -1e5, 1e5);
  }
}

} // namespace

HostileNetwork dlnet::hunt::hostileNetwork(uint32_t seed) {
  constexpr CellKind kCells[] = {CellKind::Liquid, CellKind::Ltc,
                                 CellKind::CtRnn, CellKind::Cfc};
  Random random(seed * 2654435761u + 17);
  HostileNetwork network;
  network.seed = seed;
  network.level = random() % 5;
  FamilyModel &model = network.model;
  model = test::randomModel(kCells[seed % std::size(kCells)],
                            uint32_t(seed / std::size(kCells)));
  model.name = "m";
  drawShape(network, random);
  drawSolver(network, random);
  drawAge(model, random);
  test::drawTensors(model, random);
  if (network.level >= 1 && oneIn(random, 3))
    stretch(model, random);
  if (network.level >= 2)
    spoilTensors(network, random);
  if (random() % 2)
    test::straighten(model, random);
  if (oneIn(random, 3))
    test::pruneBlocks(model, random);
  if (network.level >= 3)
    spoilScales(network, random);

  CompileOptions &options = network.options;
  options.stateBits = pick<int64_t>(random, {8, 8, 16});
  if (random() % 2)
    options.lutBits = 4 + random() % 9;
  options.knotTolerance =
      pick<double>(random, {options.knotTolerance, options.knotTolerance, 0,
                            1e-3, 0.1, 1.0});
  options.objective = random() % 2 ? "speed" : "size";
  options.unrollFlash = pick<int64_t>(random, {-1, -1, 0, 200, 3000, 100000});
  if (oneIn(random, 4))
    network.place = codegen::Place::Ram;
  if (oneIn(random, 3))
    options.target = cost::targets()[random() % cost::targets().size()].name;
  return network;
}

std::string HostileNetwork::describe() const {
  return fmt::format(
      "seed {} level {} {} units {} window {} block {} horizon {} basis {} {} "
      "steps {} dt {}{} state-bits {} lut-bits {} knot-tolerance {} {} "
      "unroll-flash {} target {} tables in {}",
      seed, level, name(model.cell), model.units, model.window, model.block,
      model.horizon, model.basis, name(model.solver.method), model.solver.steps,
      model.solver.dt, model.features.age ? " with age" : "", options.stateBits,
      options.lutBits, options.knotTolerance, options.objective,
      options.unrollFlash, options.target,
      place == codegen::Place::Ram ? "ram" : "flash");
}

void dlnet::hunt::fillHostile(std::vector<int16_t> &window, Random &random) {
  auto any = [&] { return int16_t(random() & 0xffff); };
  auto wave = [&](int16_t a, int16_t b, size_t period) {
    for (size_t i = 0; i < window.size(); ++i)
      window[i] = i / period % 2 ? a : b;
  };
  int16_t a = any(), b = any();
  switch (random() % 8) {
  case 0:
    a = pick<int16_t>(random, {0, 32767, -32768, -1, 1, 16384, a});
    std::fill(window.begin(), window.end(), a);
    break;
  case 1:
    std::generate(window.begin(), window.end(), any);
    break;
  case 2:
    wave(a, b, 1 + random() % 30);
    break;
  case 3: {
    size_t step = random() % window.size();
    std::fill(window.begin(), window.begin() + step, a);
    std::fill(window.begin() + step, window.end(), b);
    break;
  }
  case 4:
    std::fill(window.begin(), window.end(), int16_t(16000));
    window[random() % window.size()] = a;
    break;
  case 5:
    wave(32767, 0, 1 + random() % 12);
    break;
  case 6:
    for (int16_t &value : window)
      value = random() % 2 ? 32767 : 0;
    break;
  default:
    int32_t at = a;
    for (int16_t &value : window) {
      at = std::clamp<int32_t>(at + int32_t(random() % 2001) - 1000, INT16_MIN,
                               INT16_MAX);
      value = int16_t(at);
    }
  }
}
