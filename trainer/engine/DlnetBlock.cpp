// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   e = tanh(LN(W2 relu(LN(W1 u + b1)) + b2)),   ubar = mean(u)
//   dh/dt = -alpha * h + beta * tanh(M h + ubar), explicit Euler
//   M h = W h (teacher), or d * h + U (V^T h) / r (student)
//   y = Dec(h + rho * e), relu(LN(.)) after each of its layers but the last
//
// Products of vectors are elementwise.
#include "trainer/engine/DlnetBlock.h"

#include <cmath>

namespace dlnet {

namespace {
/// Of the features of a step: difference, relative, level.
constexpr int64_t kRelative = 1;
} // namespace

DlnetBlock::DlnetBlock(const DlnetOptions &options, uint64_t seed)
    : options(options) {
  Random random(seed);
  int64_t units = options.units, hidden = options.hidden;
  encoder = {makeLayer("encoder0", options.window, hidden, true, random),
             makeLayer("encoder1", hidden, units, true, random)};
  decoder = {makeLayer("decoder0", units, hidden, true, random),
             makeLayer("decoder1", hidden, units, true, random),
             makeLayer("decoder2", units, options.horizon, false, random)};
  alpha = register_parameter("alpha", torch::ones({units}));
  beta = register_parameter("beta", torch::ones({units}));
  rho = register_parameter("rho", torch::ones({units}));
  double bound = 1 / std::sqrt(double(units));
  if (options.rank == 0) {
    full = register_parameter("full",
                              uniformTensor({units, units}, bound, random));
    return;
  }
  diagonal =
      register_parameter("diagonal", uniformTensor({units}, bound, random));
  left = register_parameter(
      "left", uniformTensor({units, options.rank}, bound, random));
  right = register_parameter(
      "right", uniformTensor({units, options.rank}, bound, random));
}

DlnetBlock::Layer DlnetBlock::makeLayer(const std::string &name, int64_t from,
                                        int64_t to, bool normalized,
                                        Random &random) {
  double bound = 1 / std::sqrt(double(from));
  Layer layer;
  layer.w =
      register_parameter(name + "W", uniformTensor({to, from}, bound, random));
  layer.b = register_parameter(name + "B", uniformTensor({to}, bound, random));
  if (normalized) {
    layer.gain = register_parameter(name + "Gain", torch::ones({to}));
    layer.shift = register_parameter(name + "Shift", torch::zeros({to}));
  }
  return layer;
}

torch::Tensor DlnetBlock::apply(const Layer &layer, const torch::Tensor &rows) {
  torch::Tensor result = torch::addmm(layer.b, rows, layer.w.t());
  if (layer.gain.defined())
    result =
        torch::layer_norm(result, {layer.b.size(0)}, layer.gain, layer.shift);
  return result;
}

torch::Tensor DlnetBlock::derivative(const torch::Tensor &h,
                                     const torch::Tensor &drive) const {
  torch::Tensor product =
      full.defined()
          ? torch::matmul(h, full.t())
          : diagonal * h + torch::matmul(torch::matmul(h, right), left.t()) /
                               double(options.rank);
  return beta * torch::tanh(product + drive) - alpha * h;
}

torch::Tensor DlnetBlock::forward(const torch::Tensor &features) {
  torch::Tensor u = features.select(1, kRelative).t();
  torch::Tensor e =
      torch::tanh(apply(encoder[1], torch::relu(apply(encoder[0], u))));
  torch::Tensor drive = u.mean(/*dim=*/1, /*keepdim=*/true);
  torch::Tensor h = e;
  for (int64_t step = 0; step < options.steps; ++step)
    h = h + options.dt * derivative(h, drive);
  torch::Tensor rows = h + rho * e;
  for (size_t i = 0; i + 1 < decoder.size(); ++i)
    rows = torch::relu(apply(decoder[i], rows));
  return apply(decoder.back(), rows);
}

} // namespace dlnet
