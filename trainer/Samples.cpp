// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Means are taken once, over the smallest block that any network of a run
// reads; coarser ones are means of those.
#include "trainer/Samples.h"

#include "frontend/network/GraphBuilder.h"
#include "frontend/network/inputs/SohFeatures.h"
#include "trainer/engine/GraphExecutor.h"

#include <torch/utils.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace dlnet {

View View::narrow(int64_t first, int64_t count) const {
  return {relative.narrow(0, first, count), last.narrow(0, first, count),
          age.narrow(0, first, count)};
}

torch::Tensor toTensor(const RowMatrix &matrix) {
  torch::Tensor tensor = torch::empty({matrix.rows(), matrix.cols()});
  std::copy_n(matrix.data(), matrix.size(), tensor.data_ptr<float>());
  return tensor;
}

RowMatrix toMatrix(const torch::Tensor &tensor) {
  torch::Tensor dense = tensor.contiguous();
  return Eigen::Map<const RowMatrix>(dense.data_ptr<float>(), dense.size(0),
                                     dense.size(1));
}

Samples makeSamples(const WindowSet &windows, int64_t block,
                    double outputScale) {
  int64_t window = windows.inputs.cols();
  assert(window % block == 0 && "a window is cut into whole blocks");
  torch::Tensor inputs = toTensor(windows.inputs);
  Samples samples;
  View &view = samples.view;
  view.last = inputs.narrow(1, window - 1, 1).contiguous();
  view.relative = (inputs - view.last)
                      .view({inputs.size(0), window / block, block})
                      .mean(2);
  view.age = torch::empty({inputs.size(0), 1});
  for (int64_t i = 0; i < view.size(); ++i)
    view.age.data_ptr<float>()[i] = float(windows.first[size_t(i)] + window);
  samples.deltas = (toTensor(windows.targets) - view.last) * outputScale;
  return samples;
}

torch::Tensor makeFeatures(const View &view, const FamilyModel &model) {
  int64_t means = view.relative.size(1);
  assert(means % model.blocks() == 0 &&
         "a network's blocks are made of whole ones");
  network::GraphBuilder builder;
  network::Value window =
      builder.input(network::sohPort("window", network::Rate::Window), {means});
  network::Value last =
      builder.input(network::sohPort("last", network::Rate::Once), {1});
  network::Value age = model.features.age
                           ? builder.input(network::agePort(), {1})
                           : network::Value();
  builder.output(network::sohPort("inputs", network::Rate::Once),
                 network::buildFeatures(builder, model.features, model.ranges,
                                        model.blocks(), window, last, age));
  // Differences are small beside SOH itself, of which single precision would
  // leave them few digits.
  auto column = [](const torch::Tensor &rows) {
    return rows.t().to(torch::kDouble);
  };
  torch::Tensor newest = column(view.last);
  std::vector<torch::Tensor> inputs = {column(view.relative) + newest, newest};
  if (age)
    inputs.push_back(column(view.age));
  return GraphExecutor(builder.finish())
      .run(TensorSource(), inputs)[0]
      .to(torch::kFloat)
      .contiguous();
}

namespace {

/// The battery as it would be if it aged `speed` times as fast.
Battery resample(const Battery &battery, double speed) {
  auto stretched = [&](const std::vector<double> &series) {
    std::vector<double> result;
    if (series.size() < 2)
      return result;
    for (size_t i = 0; double(i) * speed <= double(series.size() - 1); ++i) {
      double position = double(i) * speed;
      size_t before = std::min(size_t(position), series.size() - 2);
      double share = position - double(before);
      result.push_back(series[before] * (1 - share) +
                       series[before + 1] * share);
    }
    return result;
  };
  return {battery.name, battery.batch, stretched(battery.soh),
          stretched(battery.target), stretched(battery.raw)};
}

} // namespace

std::vector<Battery> withSpeeds(const std::vector<Battery> &batteries,
                                const Augmentation &augmentation) {
  std::vector<Battery> all = batteries;
  for (double speed : augmentation.speeds)
    for (const Battery &battery : batteries)
      all.push_back(resample(battery, speed));
  return all;
}

namespace {

/// A dip of SOH: it sets in, grows like a power of time, and is over at once.
struct Dip {
  double depth;
  int64_t cycles, end; ///< Length, and cycles between its end and the newest.
  int power;           ///< 0, 1 or 2

  static Dip draw(int64_t window, const Augmentation &augmentation,
                  Random &random) {
    Dip dip;
    dip.depth = random.uniform(0, augmentation.dipDepth);
    dip.cycles = 1 + int64_t(random.below(size_t(augmentation.dipCycles)));
    dip.end =
        random.uniform() < 0.5 ? 0 : int64_t(random.below(size_t(window)));
    dip.power = int(random.below(3));
    return dip;
  }

  /// At so many cycles before the newest.
  double at(int64_t before) const {
    if (before < end || before >= end + cycles)
      return 0;
    double grown = 1 - double(before - end) / double(cycles);
    return depth * (power == 0 ? 1 : power == 1 ? grown : grown * grown);
  }
};

/// Lowers the window in row `row`; the future stays where it was, so that its
/// distance to a newest cycle that is lowered grows.
void apply(const Dip &dip, Samples &samples, int64_t row, int64_t window,
           double outputScale) {
  torch::Tensor &relative = samples.view.relative;
  int64_t blocks = relative.size(1), block = window / blocks;
  double newest = dip.at(0);
  float *means = relative.data_ptr<float>() + row * blocks;
  for (int64_t k = 0; k < blocks; ++k) {
    double sum = 0;
    for (int64_t i = 0; i < block; ++i)
      sum += dip.at(window - 1 - (k * block + i));
    means[k] += float(newest - sum / double(block));
  }
  samples.view.last.data_ptr<float>()[row] -= float(newest);
  float *deltas =
      samples.deltas.data_ptr<float>() + row * samples.deltas.size(1);
  for (int64_t h = 0; h < samples.deltas.size(1); ++h)
    deltas[h] += float(newest * outputScale);
}

} // namespace

Samples augment(const Samples &samples, const int64_t *rows, int64_t count,
                int64_t window, double outputScale,
                const Augmentation &augmentation, Random &random) {
  torch::Tensor index = torch::empty({count}, torch::kLong);
  std::copy_n(rows, count, index.data_ptr<int64_t>());
  torch::Tensor amplitude = torch::empty({count, 1});
  torch::Tensor shift = torch::empty({count, 1});
  torch::Tensor older = torch::empty({count, 1});
  double low = std::log(augmentation.amplitudeLow);
  double high = std::log(augmentation.amplitudeHigh);
  for (int64_t i = 0; i < count; ++i) {
    amplitude.data_ptr<float>()[i] = float(std::exp(random.uniform(low, high)));
    shift.data_ptr<float>()[i] =
        float(augmentation.levelShift * random.normal());
    older.data_ptr<float>()[i] =
        float(std::exp(augmentation.ageSpread * random.normal()));
  }
  const View &view = samples.view;
  Samples drawn{{view.relative.index_select(0, index) * amplitude,
                 view.last.index_select(0, index) + shift,
                 view.age.index_select(0, index) * older},
                samples.deltas.index_select(0, index) * amplitude};
  for (int64_t i = 0; i < count; ++i)
    if (random.uniform() < augmentation.dipShare)
      apply(Dip::draw(window, augmentation, random), drawn, i, window,
            outputScale);
  return drawn;
}

} // namespace dlnet
