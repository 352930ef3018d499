// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How large a plan's memory is.
#include "passes/plan/Plan.h"

#include <utility>

using namespace dlnet;
using plan::Expr;

Expr plan::literal(int64_t value) { return {Expr::Kind::Literal, value}; }
Expr plan::variable(int64_t number) { return {Expr::Kind::Variable, number}; }
Expr plan::element(VectorId vector, Index index) {
  return {Expr::Kind::Element, 0, vector, std::move(index)};
}
Expr plan::lookup(VectorId table, int64_t bits, Expr input) {
  return {Expr::Kind::Lookup, bits, table, {}, {std::move(input)}};
}
Expr plan::apply(Expr::Kind kind, std::vector<Expr> operands) {
  return {kind, 0, 0, {}, std::move(operands)};
}

int64_t plan::Plan::tableBytes() const {
  int64_t bytes = 0;
  for (const Vector &vector : vectors)
    bytes += bytesOf(vector.type) * static_cast<int64_t>(vector.values.size());
  return bytes;
}

int64_t plan::Plan::stateBytes() const {
  // The window, the age if there is one, and how many were pushed.
  int64_t bytes = 4 + 2 * windowSize + (readsAge ? 2 : 0);
  for (const auto *arrays : {&buffers, &inputs})
    for (const Buffer &buffer : *arrays)
      bytes += bytesOf(buffer.type) * buffer.elements;
  return (bytes + 3) / 4 * 4;
}
