// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The trace of the forward pass goes to the backward pass as it is; only where
// a gradient is wanted is one kept.
#include "trainer/engine/Scan.h"

#include "trainer/engine/ScanRule.h"

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
          dataOf(tensors[3])};
}

class ScanFunction : public torch::autograd::Function<ScanFunction> {
public:
  /// `numbers` is empty for a cell without unit parameters.
  static torch::Tensor
  forward(torch::autograd::AutogradContext *context, const torch::Tensor &w,
          const torch::Tensor &u, const torch::Tensor &b,
          const torch::Tensor &numbers, const torch::Tensor &features,
          const ScanShape &shape, bool onlyLast, bool keepTrace) {
    torch::autograd::variable_list parameters = {w, u, b, numbers};
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
                 {target(0), target(1), target(2), target(3)});
    gradients.resize(8); // None for features, shape and flags.
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

torch::Tensor runScan(ScanShape shape, const ScanTensors &parameters,
                      const torch::Tensor &features, bool onlyLast) {
  if (features.dim() != 3)
    throw std::invalid_argument("scan: features are not [T, F, N]");
  shape.steps = features.size(0);
  shape.inputs = features.size(1);
  check(features, features.sizes(), "features");
  check(parameters.w, {shape.rows(), shape.units}, "w");
  check(parameters.u, {shape.rows(), shape.inputs}, "u");
  check(parameters.b, {shape.rows()}, "b");
  torch::Tensor numbers = torch::empty({0});
  if (shape.numbers() > 0) {
    check(parameters.numbers, {shape.numbers(), shape.units}, "numbers");
    numbers = parameters.numbers.contiguous();
  }
  bool keepTrace = torch::GradMode::is_enabled();
  return ScanFunction::apply(parameters.w.contiguous(),
                             parameters.u.contiguous(),
                             parameters.b.contiguous(), numbers,
                             features.contiguous(), shape, onlyLast, keepTrace);
}

} // namespace

torch::Tensor scanStates(const ScanShape &shape, const ScanTensors &parameters,
                         const torch::Tensor &features) {
  return runScan(shape, parameters, features, false);
}

torch::Tensor scanLast(const ScanShape &shape, const ScanTensors &parameters,
                       const torch::Tensor &features) {
  return runScan(shape, parameters, features, true);
}

namespace {

template <class Cell, SolverKind kSolver>
torch::Tensor stepEagerly(const ScanShape &shape, const torch::Tensor &z,
                          const torch::Tensor *numbers,
                          const torch::Tensor &x) {
  std::vector<torch::Tensor> gates;
  for (size_t p = 0; p < Cell::kProjections.size(); ++p)
    gates.push_back(
        scan::activate(scan::kGates<Cell>.function[p],
                       z.narrow(0, int64_t(p) * shape.units, shape.units)));
  scan::Leaves<torch::Tensor> leaves = {gates.data(), numbers};
  return scan::advance<kSolver, torch::Tensor>(
      x, scan::linear(scan::kRule<Cell>, leaves), shape.h);
}

torch::Tensor stepEagerly(const ScanShape &shape, const torch::Tensor &z,
                          const torch::Tensor *numbers,
                          const torch::Tensor &x) {
  return withCell(shape.cell, [&](auto cell) {
    using Cell = decltype(cell);
    if constexpr (cells::kIsClosedForm<Cell>)
      return stepEagerly<Cell, SolverKind::ClosedForm>(shape, z, numbers, x);
    else if (shape.solver == SolverKind::Fused)
      return stepEagerly<Cell, SolverKind::Fused>(shape, z, numbers, x);
    else
      return stepEagerly<Cell, SolverKind::ExplicitEuler>(shape, z, numbers, x);
  });
}

} // namespace

torch::Tensor scanEagerly(const ScanShape &shape, const ScanTensors &parameters,
                          const torch::Tensor &features) {
  std::vector<torch::Tensor> numbers;
  for (int64_t q = 0; q < shape.numbers(); ++q)
    numbers.push_back(parameters.numbers[q].unsqueeze(1));
  torch::Tensor drive =
      torch::matmul(parameters.u, features) + parameters.b.unsqueeze(1);
  torch::Tensor x =
      torch::zeros({shape.units, features.size(2)}, features.options());
  std::vector<torch::Tensor> states;
  for (int64_t s = 0; s < features.size(0) * shape.substeps; ++s) {
    x = stepEagerly(shape,
                    torch::addmm(drive[s / shape.substeps], parameters.w, x),
                    numbers.data(), x);
    if ((s + 1) % shape.substeps == 0)
      states.push_back(x);
  }
  return torch::stack(states);
}

} // namespace dlnet
