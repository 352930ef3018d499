// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The recurrence is one autograd function with its gradient written out:
// recorded step by step, bookkeeping would take longer than the arithmetic of
// so small a cell.
#include "trainer/LiquidNetwork.h"

#include "trainer/cells/Random.h"

#include <torch/autograd.h>
#include <torch/utils.h>

#include <cmath>

namespace dlnet {

namespace {

/// All states and gates of one scan; gates hold f in their first n rows and a
/// in the others.
struct Trace {
  torch::Tensor states; // [S+1, n, N]
  torch::Tensor gates;  // [S, 2n, N]
};

Trace runScan(const torch::Tensor &w, const torch::Tensor &drive, int64_t steps,
              double h) {
  int64_t n = w.size(1), batch = drive.size(2), total = drive.size(0) * steps;
  Trace trace{torch::empty({total + 1, n, batch}, drive.options()),
              torch::empty({total, 2 * n, batch}, drive.options())};
  trace.states[0].zero_();
  for (int64_t s = 0; s < total; ++s) {
    torch::Tensor z = trace.gates[s];
    torch::addmm_out(z, drive[s / steps], w, trace.states[s]);
    z.narrow(0, 0, n).sigmoid_();
    z.narrow(0, n, n).tanh_();
    const float *f = z.data_ptr<float>(), *a = f + n * batch;
    const float *x = trace.states[s].data_ptr<float>();
    float *next = trace.states[s + 1].data_ptr<float>();
    for (int64_t i = 0, count = n * batch; i < count; ++i)
      next[i] = x[i] + float(h) * f[i] * (a[i] - x[i]);
  }
  return trace;
}

class ScanFunction : public torch::autograd::Function<ScanFunction> {
public:
  static torch::Tensor forward(torch::autograd::AutogradContext *context,
                               const torch::Tensor &w,
                               const torch::Tensor &drive, int64_t steps,
                               double h) {
    Trace trace = runScan(w, drive, steps, h);
    context->save_for_backward({w, trace.states, trace.gates});
    context->saved_data["steps"] = steps;
    context->saved_data["h"] = h;
    return trace.states[trace.states.size(0) - 1].clone();
  }

  static torch::autograd::variable_list
  backward(torch::autograd::AutogradContext *context,
           torch::autograd::variable_list gradients) {
    auto saved = context->get_saved_variables();
    const torch::Tensor &w = saved[0], &states = saved[1], &gates = saved[2];
    int64_t steps = context->saved_data["steps"].toInt();
    float h = float(context->saved_data["h"].toDouble());
    int64_t total = gates.size(0), n = w.size(1), batch = gates.size(2);

    torch::Tensor gradX = gradients[0].contiguous().clone();
    torch::Tensor gradW = torch::zeros_like(w);
    torch::Tensor gradDrive =
        torch::zeros({total / steps, 2 * n, batch}, gates.options());
    torch::Tensor gradZ = torch::empty({2 * n, batch}, gates.options());
    torch::Tensor transposed = w.t();
    for (int64_t s = total; s-- > 0;) {
      const float *f = gates[s].data_ptr<float>(), *a = f + n * batch;
      const float *x = states[s].data_ptr<float>();
      float *g = gradX.data_ptr<float>();
      float *zf = gradZ.data_ptr<float>(), *za = zf + n * batch;
      for (int64_t i = 0, count = n * batch; i < count; ++i) {
        float scaled = g[i] * h;
        zf[i] = scaled * (a[i] - x[i]) * f[i] * (1 - f[i]);
        za[i] = scaled * f[i] * (1 - a[i] * a[i]);
        g[i] -= scaled * f[i];
      }
      gradX.addmm_(transposed, gradZ);
      gradW.addmm_(gradZ, states[s].t());
      gradDrive[s / steps].add_(gradZ);
    }
    return {gradW, gradDrive, torch::Tensor(), torch::Tensor()};
  }
};

std::vector<float> values(const torch::Tensor &tensor) {
  torch::Tensor flat = tensor.detach().contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

} // namespace

torch::Tensor liquidScan(const torch::Tensor &w, const torch::Tensor &drive,
                         int64_t steps, double h) {
  return ScanFunction::apply(w, drive.contiguous(), steps, h);
}

torch::Tensor liquidStates(const torch::Tensor &w, const torch::Tensor &drive,
                           int64_t steps, double h) {
  torch::NoGradGuard guard;
  return runScan(w, drive.contiguous(), steps, h).states;
}

LiquidNetwork::LiquidNetwork(const FamilyModel &shape, const Basis &basis,
                             uint64_t seed)
    : units(shape.units), substeps(shape.solver.steps),
      stepLength(shape.solver.dt / double(shape.solver.steps)) {
  Random random(seed);
  auto uniform = [&](int64_t rows, int64_t columns, double bound) {
    torch::Tensor tensor = torch::empty({rows, columns});
    float *data = tensor.data_ptr<float>();
    for (int64_t i = 0; i < tensor.numel(); ++i)
      data[i] = float(random.uniform(-bound, bound));
    return tensor;
  };
  double recurrent = 1 / std::sqrt(double(units));
  w = register_parameter("w", uniform(2 * units, units, recurrent));
  u = register_parameter("u", uniform(2 * units, kFeatureCount,
                                      1 / std::sqrt(double(kFeatureCount))));
  // Gates from slow to fast: each unit starts with a time constant of its own.
  torch::Tensor bias = torch::zeros({2 * units});
  for (int64_t i = 0; i < units; ++i)
    bias[i] = units > 1 ? -2 + 3 * double(i) / double(units - 1) : -0.5;
  b = register_parameter("b", bias);
  readoutW =
      register_parameter("readoutW", uniform(shape.basis, units, recurrent));
  readoutB = register_parameter("readoutB", torch::zeros({shape.basis}));
  torch::Tensor shapes = torch::empty({shape.horizon, shape.basis});
  std::copy_n(basis.curves.data(), basis.curves.size(),
              shapes.data_ptr<float>());
  curves = register_parameter("curves", shapes);
  torch::Tensor offset = torch::empty({shape.horizon});
  std::copy_n(basis.mean.data(), basis.mean.size(), offset.data_ptr<float>());
  mean = register_parameter("mean", offset);
}

torch::Tensor LiquidNetwork::drive(const torch::Tensor &features) {
  return torch::matmul(u, features) + b.unsqueeze(1);
}

torch::Tensor LiquidNetwork::coefficients(const torch::Tensor &features) {
  torch::Tensor state = liquidScan(w, drive(features), substeps, stepLength);
  return torch::addmm(readoutB.unsqueeze(1), readoutW, state);
}

torch::Tensor LiquidNetwork::forward(const torch::Tensor &features) {
  return torch::addmm(mean, coefficients(features).t(), curves.t());
}

torch::Tensor LiquidNetwork::states(const torch::Tensor &features) {
  torch::NoGradGuard guard;
  return liquidStates(w, drive(features), substeps, stepLength);
}

std::vector<torch::Tensor> LiquidNetwork::matrices() const {
  return {w, u, readoutW, curves};
}

std::vector<torch::Tensor> LiquidNetwork::vectors() const {
  return {b, readoutB, mean};
}

std::vector<torch::Tensor> LiquidNetwork::snapshot() const {
  std::vector<torch::Tensor> copies;
  for (const torch::Tensor &parameter : parameters())
    copies.push_back(parameter.detach().clone());
  return copies;
}

void LiquidNetwork::restore(const std::vector<torch::Tensor> &values) {
  torch::NoGradGuard guard;
  std::vector<torch::Tensor> own = parameters();
  for (size_t i = 0; i < own.size(); ++i)
    own[i].copy_(values[i]);
}

void LiquidNetwork::roundRowsToInt8() {
  torch::NoGradGuard guard;
  for (torch::Tensor matrix : matrices()) {
    torch::Tensor scale =
        matrix.abs().amax(/*dim=*/1, /*keepdim=*/true).clamp_min(1e-12) / 127;
    matrix.copy_(torch::round(matrix / scale) * scale);
  }
}

std::vector<std::pair<const char *, torch::Tensor>>
LiquidNetwork::named() const {
  return {{"cell.wf", w.narrow(0, 0, units)},
          {"cell.uf", u.narrow(0, 0, units)},
          {"cell.bf", b.narrow(0, 0, units)},
          {"cell.wa", w.narrow(0, units, units)},
          {"cell.ua", u.narrow(0, units, units)},
          {"cell.ba", b.narrow(0, units, units)},
          {"readout.w", readoutW},
          {"readout.b", readoutB},
          {"basis.curves", curves},
          {"basis.mean", mean}};
}

void LiquidNetwork::store(FamilyModel &model) const {
  model.parameters = 0;
  for (const auto &[key, tensor] : named()) {
    model.tensors[key] = Tensor{tensor.sizes().vec(), values(tensor)};
    model.parameters += tensor.numel();
  }
}

void LiquidNetwork::load(const FamilyModel &model) {
  torch::NoGradGuard guard;
  for (auto &[key, tensor] : named()) {
    const Tensor &from = model.tensor(key);
    tensor.copy_(torch::tensor(from.values).view(from.shape));
  }
}

} // namespace dlnet
