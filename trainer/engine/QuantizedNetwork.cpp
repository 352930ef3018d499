// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The integers of a step are made from the weights of that step: scales follow
// the weights, and a weight that grows may change its whole row.
#include "trainer/engine/QuantizedNetwork.h"

#include "frontend/family/SohFormat.h"
#include "trainer/engine/IntegerKernel.h"

#include <torch/autograd.h>
#include <torch/utils.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace dlnet {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// What the backward pass of a scan keeps.
struct KeptScan : torch::CustomClassHolder {
  KeptScan(const ScanShape &shape, int64_t samples) : trace(shape, samples) {}
  ScanTrace trace;
  std::vector<float> weights; ///< [P n, n], as the products saw them.
};

const float *dataOf(const torch::Tensor &tensor) {
  return tensor.numel() > 0 ? tensor.data_ptr<float>() : nullptr;
}

/// Gives `state`, which the integers came to; its gradient goes through the
/// kept trace to the parameters of the float scan.
class ScanGradient : public torch::autograd::Function<ScanGradient> {
public:
  static torch::Tensor forward(AutogradContext *context, const torch::Tensor &w,
                               const torch::Tensor &u, const torch::Tensor &b,
                               const torch::Tensor &numbers,
                               const torch::Tensor &state,
                               const c10::intrusive_ptr<KeptScan> &kept) {
    context->save_for_backward({w, u, b, numbers});
    context->saved_data["scan"] = c10::IValue::make_capsule(kept);
    return state.clone();
  }

  static variable_list backward(AutogradContext *context, variable_list outer) {
    variable_list parameters = context->get_saved_variables();
    auto holder = context->saved_data["scan"].toCapsule();
    KeptScan &kept = static_cast<KeptScan &>(*holder);
    torch::Tensor gradient = outer[0].contiguous();
    variable_list gradients;
    for (const torch::Tensor &parameter : parameters)
      gradients.push_back(torch::empty_like(parameter));
    auto target = [&](size_t i) { return gradients[i].data_ptr<float>(); };
    scanBackward({kept.weights.data(), dataOf(parameters[1]),
                  dataOf(parameters[2]), dataOf(parameters[3])},
                 kept.trace, dataOf(gradient), nullptr,
                 {target(0), target(1), target(2), target(3)});
    gradients.resize(6); // None for the state and what was kept.
    return gradients;
  }
};

/// Gives `exact` where it would have been `real`; the gradient passes where
/// `inside` is 1.
class StraightThrough : public torch::autograd::Function<StraightThrough> {
public:
  static torch::Tensor forward(AutogradContext *context,
                               const torch::Tensor &real,
                               const torch::Tensor &exact,
                               const torch::Tensor &inside) {
    (void)real;
    context->save_for_backward({inside});
    return exact.clone();
  }

  static variable_list backward(AutogradContext *context, variable_list outer) {
    return {outer[0] * context->get_saved_variables()[0], torch::Tensor(),
            torch::Tensor()};
  }
};

/// 1 where an integer lies strictly within the limits of its saturation.
torch::Tensor within(const torch::Tensor &integers, int low, int high) {
  return ((integers > low) & (integers < high)).to(torch::kFloat);
}

/// scale * integers + zero, an entry for each element of dimension `dim`.
torch::Tensor dequantized(const torch::Tensor &integers,
                          const fixed::Format &format, int64_t dim) {
  int64_t size = integers.size(dim);
  std::vector<int64_t> sizes(size_t(integers.dim()), 1);
  sizes[size_t(dim)] = size;
  torch::Tensor scale = torch::empty(sizes), zero = torch::empty(sizes);
  for (int64_t i = 0; i < size; ++i) {
    scale.data_ptr<float>()[i] = float(format.scaleOf(size_t(i)));
    zero.data_ptr<float>()[i] = float(format.zeroOf(size_t(i)));
  }
  return integers.to(torch::kFloat) * scale + zero;
}

torch::Tensor rounded(const torch::Tensor &values, double unit, double high) {
  return torch::floor(values / unit + 0.5).clamp(0, high).to(torch::kInt);
}

} // namespace

QuantizedNetwork::QuantizedNetwork(std::shared_ptr<Network> network,
                                   const FamilyModel &model,
                                   const QuantizeOptions &options)
    : network(register_module("network", std::move(network))), shape(model),
      quantizer(options) {}

Result<QuantizedModel> QuantizedNetwork::quantize() const {
  FamilyModel model = shape;
  network->store(model);
  return quantizer.quantize(model);
}

Status QuantizedNetwork::check() const {
  Result<QuantizedModel> model = quantize();
  if (!model)
    return model.failure();
  return success();
}

torch::Tensor QuantizedNetwork::forward(const torch::Tensor &features) {
  Result<QuantizedModel> model = quantize();
  if (!model)
    throw std::runtime_error(model.message());
  const IntegerProgram &program = model->program;
  int64_t samples = features.size(2);

  // Rows 1 and 2 are the block means less the newest SOH, and themselves; row 3
  // is the same at every step.
  const Features &scales = shape.features;
  torch::Tensor wide = features.detach().to(torch::kDouble);
  torch::Tensor means =
      wide.select(1, 2) / scales.levelScale + scales.levelOffset;
  torch::Tensor newest =
      (means - wide.select(1, 1) / scales.relativeScale).select(0, -1);
  double unit = model->window.scale[0];
  double highest = INT16_MAX;
  torch::Tensor sums =
      rounded(means, unit / double(shape.block), highest * double(shape.block))
          .contiguous();
  torch::Tensor last = rounded(newest, unit, highest).contiguous();
  IntegerInputs inputs{sums.data_ptr<int32_t>(), last.data_ptr<int32_t>()};
  torch::Tensor age;
  if (scales.age) {
    age = rounded(wide.select(1, 3).select(0, -1) / scales.age->scale +
                      scales.age->offset,
                  1, highest)
              .contiguous();
    inputs.age = age.data_ptr<int32_t>();
  }

  torch::Tensor forecasts = torch::empty({shape.horizon, samples}, torch::kInt);
  torch::Tensor coefficients =
      torch::zeros({shape.basis, samples}, torch::kInt);
  torch::Tensor state = torch::zeros({shape.units, samples}, torch::kInt);
  torch::Tensor rows = torch::empty(features.sizes(), torch::kInt);
  auto kept = c10::make_intrusive<KeptScan>(network->scanShape(), samples);
  IntegerResults results;
  results.forecast = forecasts.data_ptr<int32_t>();
  results.coefficients = coefficients.data_ptr<int32_t>();
  results.state = state.data_ptr<int32_t>();
  results.inputs = rows.data_ptr<int32_t>();
  results.trace = &kept->trace;
  results.stateScale = float(model->state.scale[0]);
  runProgram(program, inputs, samples, results);
  torch::Tensor exact =
      ((forecasts.t().to(torch::kDouble) * unit - newest.unsqueeze(1)) *
       shape.outputScale)
          .to(torch::kFloat);
  if (!torch::GradMode::is_enabled())
    return exact;

  torch::Tensor read = dequantized(rows, model->inputs, 1);
  kept->trace.loadInputs(read.data_ptr<float>());
  kept->weights = model->stateWeights;
  ScanTensors parameters = network->scanTensors();
  torch::Tensor reached = ScanGradient::apply(
      parameters.w, parameters.u, parameters.b,
      parameters.numbers.defined() ? parameters.numbers : torch::empty({0}),
      dequantized(state, model->state, 0), kept);
  torch::Tensor chosen =
      StraightThrough::apply(network->readOut(reached),
                             dequantized(coefficients, model->coefficients, 0),
                             within(coefficients, INT16_MIN, INT16_MAX));
  return StraightThrough::apply(network->expand(chosen), exact,
                                within(forecasts, 0, INT16_MAX).t());
}

torch::Tensor QuantizedNetwork::forecast(const torch::Tensor &windows,
                                         const torch::Tensor &ages) {
  Result<QuantizedModel> model = quantize();
  if (!model)
    throw std::runtime_error(model.message());
  SohFormat format(14);
  torch::Tensor dense = windows.detach().to(torch::kFloat).contiguous();
  std::vector<int16_t> integers(size_t(dense.numel()));
  for (size_t i = 0; i < integers.size(); ++i)
    integers[i] = format.toInteger(dense.data_ptr<float>()[i]);
  std::vector<int16_t> forecasts(size_t(dense.size(0) * shape.horizon));
  std::vector<uint32_t> lived;
  if (shape.features.age) {
    if (!ages.defined() || ages.numel() != dense.size(0))
      throw std::invalid_argument("the network reads an age for each window");
    torch::Tensor whole =
        rounded(ages.detach().to(torch::kDouble), 1, INT16_MAX).contiguous();
    lived.assign(whole.data_ptr<int32_t>(),
                 whole.data_ptr<int32_t>() + whole.numel());
  }
  runWindows(model->program, integers.data(), lived.data(), dense.size(0),
             forecasts.data());
  torch::Tensor result = torch::empty({dense.size(0), shape.horizon});
  for (size_t i = 0; i < forecasts.size(); ++i)
    result.data_ptr<float>()[i] = float(format.toReal(forecasts[i]));
  return result;
}

} // namespace dlnet
