// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "IntegerProof.h"

#include <fmt/format.h>

using namespace dlnet;
using namespace dlnet::hunt;

lnn::Observer<int16_t> IntegerProof::observer() {
  return [this](mlir::Value value, llvm::ArrayRef<int32_t> elements) {
    look(value, elements);
  };
}

void IntegerProof::fail(mlir::Operation *op, const std::string &what) {
  if (text.empty())
    text = fmt::format("{}: {}", op->getName().getStringRef().str(), what);
}

template <typename Op, typename Fn>
void IntegerProof::lookAtBinary(Op op, llvm::ArrayRef<int32_t> elements,
                                Fn exact) {
  auto lhs = last.find(op.getLhs()), rhs = last.find(op.getRhs());
  if (lhs == last.end() || rhs == last.end())
    return; // Constants are not observed.
  for (size_t i = 0; i < elements.size(); ++i) {
    int64_t a = lhs->second[lhs->second.size() == 1 ? 0 : i];
    int64_t b = rhs->second[rhs->second.size() == 1 ? 0 : i];
    if (exact(a, b) != elements[i])
      fail(op, fmt::format("{} and {} give {}", a, b, elements[i]));
  }
}

void IntegerProof::lookAtProduct(lnn::MatvecS8Op op,
                                 llvm::ArrayRef<int32_t> elements) {
  auto input = last.find(op.getInput());
  if (input == last.end())
    return;
  auto weights = lnn::integerElements(op.getWeights());
  size_t columns = input->second.size();
  bool dualRow = op.getPacking() &&
                 lnn::denseOf(*op.getPacking()) == lnn::Packing::DualRow;
  for (size_t row = 0; row < elements.size(); ++row) {
    int64_t sum = 0, magnitude = 0;
    for (size_t column = 0; column < columns; ++column) {
      int64_t product =
          weights[row * columns + column] * int64_t(input->second[column]);
      sum += product;
      magnitude += std::abs(product);
    }
    // dialect/SPEC.md: two rows share a word as long as sums stay this small.
    if (magnitude > INT32_MAX || (dualRow && magnitude >= (1 << 23)))
      fail(op, fmt::format("a row comes to {}", magnitude));
    if (sum != elements[row])
      fail(op, fmt::format("a row is {}, not {}", elements[row], sum));
  }
}

void IntegerProof::look(mlir::Value value, llvm::ArrayRef<int32_t> elements) {
  last[value].assign(elements.begin(), elements.end());
  mlir::Operation *op = value.getDefiningOp();
  if (!op)
    return;
  if (lnn::widthOf(value) == 16)
    for (int32_t element : elements)
      if (element < INT16_MIN || element > INT16_MAX)
        fail(op, fmt::format("a 16-bit value of {}", element));
  if (auto product = llvm::dyn_cast<lnn::MatvecS8Op>(op))
    lookAtProduct(product, elements);
  if (auto sum = llvm::dyn_cast<lnn::AddS32Op>(op))
    lookAtBinary(sum, elements, [](int64_t a, int64_t b) { return a + b; });
  if (auto difference = llvm::dyn_cast<lnn::SubS32Op>(op))
    lookAtBinary(difference, elements,
                 [](int64_t a, int64_t b) { return a - b; });
  if (auto product = llvm::dyn_cast<lnn::MulS32Op>(op))
    lookAtBinary(product, elements, [](int64_t a, int64_t b) { return a * b; });
  if (auto scale = llvm::dyn_cast<lnn::ScaleS32Op>(op))
    if (auto input = last.find(scale.getInput()); input != last.end())
      for (auto [before, after] : llvm::zip(input->second, elements))
        if (int64_t(before) * scale.getFactor() != after)
          fail(op, fmt::format("{} times {} gives {}", before,
                               scale.getFactor(), after));
}
