// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The real level in single precision.
#include "passes/ExecutorProgram.h"
#include "passes/fixed/Knots.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using dlnet::lnn::detail::Program;

namespace {

using Matrix = Eigen::MatrixXf;

Matrix matrixOf(ElementsAttr attr) {
  auto shape = attr.getShapedType().getShape();
  auto values = realElements(attr);
  Matrix matrix(shape[0], shape[1]);
  for (Eigen::Index i = 0; i < matrix.rows(); ++i)
    for (Eigen::Index j = 0; j < matrix.cols(); ++j)
      matrix(i, j) = static_cast<float>(values[i * matrix.cols() + j]);
  return matrix;
}

} // namespace

template <> void Program<float>::setConstant(ConstantOp op, Slot &slot) {
  auto values = realElements(op.getValue());
  std::copy(values.begin(), values.end(), slot.begin());
}

template <>
FailureOr<Program<float>::Step> Program<float>::compileOp(Operation *op) {
  return llvm::TypeSwitch<Operation *, FailureOr<Step>>(op)
      .Case([&](BlockMeanOp op) -> FailureOr<Step> {
        size_t from = slotOf(op.getInput()), to = slotOf(op.getResult());
        Eigen::Index size = slots[from].size() / slots[to].size();
        return Step([=] {
          for (Eigen::Index i = 0; i < slots[to].size(); ++i)
            slots[to][i] = slots[from].segment(i * size, size).mean();
        });
      })
      .Case([&](ClampOp op) -> FailureOr<Step> {
        float low = op.getMin().convertToDouble();
        float high = op.getMax().convertToDouble();
        return elementwise(op.getInput(), op.getInput(), op.getResult(),
                           [=](float x, float, Eigen::Index) {
                             return std::clamp(x, low, high);
                           });
      })
      .Case([&](NormalizeOp op) -> FailureOr<Step> {
        auto offset = llvm::to_vector(op.getOffset());
        auto scale = llvm::to_vector(op.getScale());
        return elementwise(op.getInput(), op.getInput(), op.getResult(),
                           [=](float x, float, Eigen::Index i) -> float {
                             return (x - offset[i % offset.size()]) *
                                    scale[i % scale.size()];
                           });
      })
      .Case([&](AddOp op) -> FailureOr<Step> {
        return elementwise(
            op.getLhs(), op.getRhs(), op.getResult(),
            [](float a, float b, Eigen::Index) { return a + b; });
      })
      .Case([&](SubOp op) -> FailureOr<Step> {
        return elementwise(
            op.getLhs(), op.getRhs(), op.getResult(),
            [](float a, float b, Eigen::Index) { return a - b; });
      })
      .Case([&](MulOp op) -> FailureOr<Step> {
        return elementwise(
            op.getLhs(), op.getRhs(), op.getResult(),
            [](float a, float b, Eigen::Index) { return a * b; });
      })
      .Case([&](AffineOp op) -> FailureOr<Step> {
        auto values = realElements(op.getBias());
        Eigen::VectorXf bias(values.size());
        std::copy(values.begin(), values.end(), bias.begin());
        std::vector<std::pair<size_t, Matrix>> terms;
        for (auto [input, weights] : llvm::zip(op.getInputs(), op.getWeights()))
          terms.emplace_back(slotOf(input),
                             matrixOf(cast<ElementsAttr>(weights)));
        size_t to = slotOf(op.getResult());
        return Step([this, bias, terms, to] {
          Eigen::VectorXf sum = bias;
          // Column by column, so that one of zeros changes no bit of the sum.
          for (const auto &[from, weights] : terms)
            for (Eigen::Index j = 0; j < weights.cols(); ++j)
              sum += weights.col(j) * slots[from][j];
          slots[to] = sum.array();
        });
      })
      .Case([&](InterpolateOp op) -> FailureOr<Step> {
        size_t from = slotOf(op.getKnots()), to = slotOf(op.getResult());
        return Step([=] {
          const Slot &knots = slots[from];
          size_t step = slots[to].size() / (knots.size() - 1);
          for (Eigen::Index i = 0; i < slots[to].size(); ++i) {
            auto [k, offset] = fixed::knotPosition(i, step);
            float share = float(offset) / float(step);
            slots[to][i] = knots[k] * (1.0f - share) + knots[k + 1] * share;
          }
        });
      })
      .Case([&](ActivateOp op) -> FailureOr<Step> {
        bool sigmoid = op.getFunction() == Function::Sigmoid;
        return elementwise(op.getInput(), op.getInput(), op.getResult(),
                           [=](float x, float, Eigen::Index) {
                             return sigmoid ? 1.0f / (1.0f + std::exp(-x))
                                            : std::tanh(x);
                           });
      })
      .Case([&](EulerStepOp op) -> FailureOr<Step> {
        float dt = op.getDt().convertToDouble();
        return elementwise(
            op.getState(), op.getDerivative(), op.getResult(),
            [=](float x, float dx, Eigen::Index) { return x + dt * dx; });
      })
      .Case([&](FusedStepOp op) -> FailureOr<Step> {
        float dt = op.getDt().convertToDouble();
        size_t x = slotOf(op.getState()), source = slotOf(op.getSource());
        size_t decay = slotOf(op.getDecay()), to = slotOf(op.getResult());
        return Step([=] {
          slots[to] =
              (slots[x] + dt * slots[source]) / (1.0f + dt * slots[decay]);
        });
      })
      .Default([](Operation *op) -> FailureOr<Step> {
        return op->emitError("the float executor does not run ")
               << op->getName()
               << (isa<OdeOp>(op) ? "; run lnn-discretize first" : "");
      });
}
