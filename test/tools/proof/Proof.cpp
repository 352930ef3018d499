// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The bound is about the real network that lnn-quantize formats, so that one is
// run in float, and what the bound assumes is looked at on the way.
#include "Proof.h"

#include "frontend/family/SohFormat.h"

#include <fmt/format.h>

using namespace dlnet;

namespace {

bool isWithinFormat(mlir::Value value, llvm::ArrayRef<float> elements) {
  auto format =
      value.getDefiningOp()->getAttrOfType<lnn::FixedAttr>(lnn::kFormatAttr);
  auto scale = format.getScale().asArrayRef();
  auto zero = format.getZero().asArrayRef();
  for (auto [i, element] : llvm::enumerate(elements)) {
    size_t column = i % scale.size();
    double integer = (element - zero[column]) / scale[column];
    if (!(integer >= INT16_MIN && integer <= INT16_MAX))
      return false;
  }
  return true;
}

} // namespace

test::Proof::Proof(Compiler &compiler, const CompiledModel &discretized,
                   const CompileOptions &options)
    : quantized(mlir::OwningOpRef<mlir::ModuleOp>(
          mlir::ModuleOp(discretized.module.get()).clone())) {
  if (mlir::failed(compiler.quantize(quantized, options)))
    return;
  bound = lnn::boundError(quantized.model(),
                          static_cast<unsigned>(options.lutBits));
  if (mlir::failed(bound))
    return;
  executor = lnn::FloatExecutor::compile(
      quantized.model(),
      [this](mlir::Value value, llvm::ArrayRef<float> elements) {
        if (llvm::is_contained(bound->mustFit, value))
          fits &= isWithinFormat(value, elements);
      });
}

test::Proof::Verdict test::Proof::judge(const std::vector<int16_t> &window,
                                        uint32_t age,
                                        const std::vector<int16_t> &forecast) {
  SohFormat format;
  std::vector<float> soh, real(forecast.size());
  for (int16_t element : window)
    soh.push_back(
        static_cast<float>(format.toReal(std::max<int16_t>(element, 0))));
  fits = true;
  executor->run(soh.data(), real.data(), age);
  Verdict verdict;
  verdict.finite = llvm::all_of(real, [](float v) { return std::isfinite(v); });
  verdict.applies = fits && verdict.finite;
  for (size_t h = 0; h < forecast.size() && verdict.applies; ++h) {
    double error =
        std::abs(format.toReal(forecast[h]) -
                 std::clamp<double>(real[h], 0.0, format.toReal(INT16_MAX)));
    double limit = bound->forecast[h];
    verdict.greatest = std::max(verdict.greatest, error / limit);
    if (error > limit && verdict.violation.empty())
      verdict.violation = fmt::format(
          "element {} errs by {:g}, the bound is {:g}", h, error, limit);
  }
  return verdict;
}
