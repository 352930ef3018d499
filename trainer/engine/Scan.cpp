// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The trace of the forward pass goes to the backward pass as it is; only where
// a gradient is wanted is one kept.
#include "trainer/engine/Scan.h"

#include <torch/autograd.h>
#include <torch/utils.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace dlnet {

namespace {

struct TraceHolder : torch::CustomClassHolder {
  TraceHolder(const ScanShape &shape, int64_t samples)
      : trace(shape, samples) {}
  ScanTrace trace;
};

const float *dataOf(const torch::Tensor &tensor) {
  return tensor.numel() > 0 ? tensor.data_ptr<float>() : nullptr;
}

ScanWeights weightsOf(const torch::autograd::variable_list &tensors) {
  return {dataOf(tensors[0]), dataOf(tensors[1]), dataOf(tensors[2]),
          dataOf(tensors[3]), dataOf(tensors[4])};
}

class ScanFunction : public torch::autograd::Function<ScanFunction> {
public:
  /// `first` and `second` are empty for a cell without unit parameters.
  static torch::Tensor
  forward(torch::autograd::AutogradContext *context, const torch::Tensor &w,
          const torch::Tensor &u, const torch::Tensor &b,
          const torch::Tensor &first, const torch::Tensor &second,
          const torch::Tensor &features, const ScanShape &shape, bool onlyLast,
          bool keepTrace) {
    torch::autograd::variable_list parameters = {w, u, b, first, second};
    int64_t samples = features.size(2);
    torch::Tensor result =
        onlyLast ? torch::empty({shape.units, samples}, features.options())
                 : torch::empty({shape.steps, shape.units, samples},
                                features.options());
    c10::intrusive_ptr<TraceHolder> holder;
    if (keepTrace) {
      holder = c10::make_intrusive<TraceHolder>(shape, samples);
      context->save_for_backward(parameters);
      context->saved_data["trace"] = c10::IValue::make_capsule(holder);
      context->saved_data["onlyLast"] = onlyLast;
    }
    float *data = result.data_ptr<float>();
    scanForward(shape, weightsOf(parameters), dataOf(features), samples,
                onlyLast ? data : nullptr, onlyLast ? nullptr : data,
                holder ? &holder->trace : nullptr);
    return result;
  }

  static torch::autograd::variable_list
  backward(torch::autograd::AutogradContext *context,
           torch::autograd::variable_list outer) {
    torch::autograd::variable_list parameters = context->get_saved_variables();
    auto holder = context->saved_data["trace"].toCapsule();
    ScanTrace &trace = static_cast<TraceHolder &>(*holder).trace;
    torch::Tensor gradient = outer[0].contiguous();
    torch::autograd::variable_list gradients;
    for (const torch::Tensor &parameter : parameters)
      gradients.push_back(torch::empty_like(parameter));
    auto target = [&](size_t i) { return gradients[i].data_ptr<float>(); };
    bool onlyLast = context->saved_data["onlyLast"].toBool();
    scanBackward(weightsOf(parameters), trace,
                 onlyLast ? dataOf(gradient) : nullptr,
                 onlyLast ? nullptr : dataOf(gradient),
                 {target(0), target(1), target(2), target(3), target(4)});
    gradients.resize(9); // None for features, shape and flags.
    return gradients;
  }
};

/// The kernel reads raw memory, so sizes are checked however they came about.
void check(const torch::Tensor &tensor, at::IntArrayRef sizes,
           const char *what) {
  if (!tensor.defined() || tensor.sizes() != sizes ||
      tensor.scalar_type() != torch::kFloat)
    throw std::invalid_argument(std::string("scan: unexpected ") + what);
}

torch::Tensor scan(ScanShape shape, const ScanTensors &parameters,
                   const torch::Tensor &features, bool onlyLast) {
  if (features.dim() != 3)
    throw std::invalid_argument("scan: features are not [T, F, N]");
  shape.steps = features.size(0);
  shape.inputs = features.size(1);
  check(features, features.sizes(), "features");
  check(parameters.w, {shape.rows(), shape.units}, "w");
  check(parameters.u, {shape.rows(), shape.inputs}, "u");
  check(parameters.b, {shape.rows()}, "b");
  torch::Tensor first = torch::empty({0}), second = first;
  if (shape.hasUnitParameters()) {
    check(parameters.first, {shape.units}, "first");
    check(parameters.second, {shape.units}, "second");
    first = parameters.first.contiguous();
    second = parameters.second.contiguous();
  }
  bool keepTrace = torch::GradMode::is_enabled();
  return ScanFunction::apply(parameters.w.contiguous(),
                             parameters.u.contiguous(),
                             parameters.b.contiguous(), first, second,
                             features.contiguous(), shape, onlyLast, keepTrace);
}

} // namespace

torch::Tensor scanStates(const ScanShape &shape, const ScanTensors &parameters,
                         const torch::Tensor &features) {
  return scan(shape, parameters, features, false);
}

torch::Tensor scanLast(const ScanShape &shape, const ScanTensors &parameters,
                       const torch::Tensor &features) {
  return scan(shape, parameters, features, true);
}

torch::Tensor scanEagerly(const ScanShape &shape, const ScanTensors &parameters,
                          const torch::Tensor &features) {
  int64_t n = shape.units;
  double h = shape.h;
  torch::Tensor first, second;
  if (shape.hasUnitParameters()) {
    first = parameters.first.unsqueeze(1);
    second = parameters.second.unsqueeze(1);
  }
  torch::Tensor drive =
      torch::matmul(parameters.u, features) + parameters.b.unsqueeze(1);
  torch::Tensor x = torch::zeros({n, features.size(2)}, features.options());
  std::vector<torch::Tensor> states;
  for (int64_t s = 0; s < features.size(0) * shape.substeps; ++s) {
    torch::Tensor z = torch::addmm(drive[s / shape.substeps], parameters.w, x);
    auto part = [&](int64_t p) { return z.narrow(0, p * n, n); };
    torch::Tensor source, decay;
    switch (shape.cell) {
    case CellKind::Liquid:
      decay = torch::sigmoid(part(0));
      source = decay * torch::tanh(part(1));
      break;
    case CellKind::Ltc: {
      torch::Tensor f = torch::sigmoid(z);
      source = f * second;
      decay = f + first;
      break;
    }
    case CellKind::CtRnn:
      source = second * torch::tanh(z);
      decay = first;
      break;
    case CellKind::Cfc: {
      torch::Tensor t = torch::sigmoid(part(2));
      source = t * torch::tanh(part(0)) + (1 - t) * torch::tanh(part(1));
      break;
    }
    }
    switch (shape.solver) {
    case SolverKind::ExplicitEuler:
      x = x + h * (source - decay * x);
      break;
    case SolverKind::Fused:
      x = (x + h * source) / (1 + h * decay);
      break;
    case SolverKind::ClosedForm:
      x = source;
      break;
    }
    if ((s + 1) % shape.substeps == 0)
      states.push_back(x);
  }
  return torch::stack(states);
}

} // namespace dlnet
