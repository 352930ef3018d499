// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Why lnn-specialize-shape does not round sizes up to the lanes of the target:
// the same network with units that do nothing, up to the next multiple, costs
// more. A size that fails here would be cheaper padded.
#include "TestModels.h"

#include <gtest/gtest.h>

using namespace dlnet;
using namespace dlnet::test;

namespace {

/// The same network with more units: what connects them is next to nothing,
/// which is 0 in int8, but not nothing, which would be taken out again.
FamilyModel padded(const FamilyModel &model, int64_t units) {
  FamilyModel result = model;
  result.units = units;
  for (const auto &[key, shape] : expectedTensors(result)) {
    const Tensor &from = model.tensor(key);
    Tensor to{shape, {}};
    int64_t columns = shape.size() == 2 ? shape[1] : 1;
    int64_t before = from.shape.size() == 2 ? from.shape[1] : 1;
    for (int64_t row = 0; row < shape[0]; ++row)
      for (int64_t column = 0; column < columns; ++column)
        to.values.push_back(row < from.shape[0] && column < before
                                ? from.values[row * before + column]
                            : key == "cell.tau" ? from.values[0]
                                                : 1e-9f);
    result.tensors[key] = std::move(to);
  }
  return result;
}

/// A model of a shape that random ones had, with no weight that is 0: neither
/// sparse products nor dead units shall change the shape.
FamilyModel dense(CellKind cell, int64_t units) {
  FamilyModel model = randomModel(cell, 3);
  model.units = units;
  std::mt19937 random(static_cast<uint32_t>(units));
  drawTensors(model, random);
  for (auto &[key, tensor] : model.tensors)
    std::replace(tensor.values.begin(), tensor.values.end(), 0.0f, 0.01f);
  return model;
}

struct Figures {
  int64_t instructions, cycles, ram, flash;
};

class Padding : public testing::TestWithParam<CellKind> {
protected:
  Figures costOf(const FamilyModel &model, const std::string &objective) {
    CompileOptions options;
    options.prefix = "net";
    options.objective = objective;
    auto compiled = compiler.compile(model, options);
    EXPECT_TRUE(mlir::succeeded(compiled));
    auto cost =
        compiled->model()->getAttrOfType<mlir::DictionaryAttr>(lnn::kCostAttr);
    auto figure = [&](const char *name) {
      return cost.getAs<mlir::IntegerAttr>(name).getInt();
    };
    return {figure("instructions"), figure("cycles"), figure("ram"),
            figure("flash")};
  }

  /// Calls `check` with the costs of networks, and of the same when padded.
  template <typename Fn>
  void forAllSizes(const std::string &objective, Fn check) {
    for (int64_t units = 1; units <= 32; ++units) {
      FamilyModel model = dense(GetParam(), units);
      Figures exact = costOf(model, objective);
      for (int64_t lanes : {2, 4}) {
        int64_t rounded = (units + lanes - 1) / lanes * lanes;
        SCOPED_TRACE(testing::Message() << units << " units to " << rounded);
        check(exact, costOf(padded(model, rounded), objective));
      }
    }
  }

  Compiler compiler;
};

TEST_P(Padding, NeverPaysInTime) {
  forAllSizes("speed", [](const Figures &exact, const Figures &more) {
    EXPECT_LE(exact.instructions, more.instructions);
    EXPECT_LE(exact.cycles, more.cycles);
    EXPECT_LE(exact.ram, more.ram);
    // Other products may be unrolled, so that flash goes either way; for speed
    // a byte of it is worth an instruction.
    EXPECT_LE(exact.flash + exact.instructions, more.flash + more.instructions);
  });
}

TEST_P(Padding, NeverPaysInSize) {
  forAllSizes("size", [](const Figures &exact, const Figures &more) {
    EXPECT_LE(exact.ram, more.ram);
    // Loops of few turns are what gcc makes of them; the table cannot tell
    // half a percent of flash from nothing.
    EXPECT_LE(exact.flash, more.flash + more.flash / 200);
  });
}

INSTANTIATE_TEST_SUITE_P(Cells, Padding,
                         testing::Values(CellKind::Liquid, CellKind::Ltc,
                                         CellKind::CtRnn, CellKind::Cfc),
                         [](const auto &info) {
                           return std::string(name(info.param));
                         });

} // namespace
