// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The `Ops` of cells/Cell.h that write down what a rule computes.
#include "frontend/network/CellGraph.h"

namespace dlnet::network {

namespace {

constexpr char kLabel[] = "cell";

/// A value that a rule can compute with.
struct Term {
  GraphBuilder *builder;
  Value value;
};

Term operator+(const Term &a, const Term &b) {
  return {a.builder, a.builder->binary(kLabel, Add{}, a.value, b.value)};
}
Term operator-(const Term &a, const Term &b) {
  return {a.builder, a.builder->binary(kLabel, Sub{}, a.value, b.value)};
}
Term operator*(const Term &a, const Term &b) {
  return {a.builder, a.builder->binary(kLabel, Mul{}, a.value, b.value)};
}

class GraphOps {
public:
  GraphOps(GraphBuilder &builder, int64_t units)
      : builder(builder), units(units) {}

  Term affine(const cells::Projection &projection, const Term &x,
              const Term &u) {
    std::vector<Value> inputs;
    std::vector<std::string> weights;
    auto read = [&](bool does, const Term &from, const char *kind) {
      if (!does)
        return;
      inputs.push_back(from.value);
      weights.push_back(std::string("cell.") + kind + projection.suffix);
    };
    read(projection.readsState(), x, "w");
    read(projection.readsInput(), u, "u");
    return term(builder.affine(
        inputs, weights, std::string("cell.b") + projection.suffix, units));
  }
  Term parameter(const cells::UnitParameter &of) {
    std::string key = std::string("cell.") + of.key;
    return term(builder.add(key, Parameter{key, of.positive, of.reciprocal}, {},
                            {units}));
  }
  Term constant(float number) {
    return term(builder.add(kLabel, Constant{{number}}, {}, {1}));
  }
  Term sigmoid(const Term &of) {
    return term(builder.activate(Function::Sigmoid, of.value));
  }
  Term tanh(const Term &of) {
    return term(builder.activate(Function::Tanh, of.value));
  }

private:
  Term term(Value value) { return {&builder, value}; }

  GraphBuilder &builder;
  int64_t units;
};

} // namespace

Value buildCell(GraphBuilder &builder, CellKind kind, const Solver &solver,
                Value state, Value input) {
  return withCell(kind, [&](auto cell) {
    using Cell = decltype(cell);
    auto rule = [&](Value x) {
      GraphOps ops(builder, builder.shape(state)[0]);
      return cells::rule<Cell>(ops, Term{&builder, x}, Term{&builder, input})
          .value;
    };
    if constexpr (cells::kIsClosedForm<Cell>)
      return rule(state);
    else
      return builder.ode(kLabel, solver, state, rule);
  });
}

} // namespace dlnet::network
