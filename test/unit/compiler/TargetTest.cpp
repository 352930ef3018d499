// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What holds for every target, those of the future among them.
#include "passes/targets/Target.h"
#include "codegen/Kernels.h"

#include <gtest/gtest.h>

using namespace dlnet;
using cost::ProductForm;

namespace {

TEST(Target, IsFoundByItsName) {
  for (const cost::Target &target : cost::targets())
    EXPECT_EQ(cost::findTarget(target.name), &target);
  EXPECT_EQ(cost::findTarget(""), nullptr);
  EXPECT_EQ(cost::findTarget("cortex_m"), nullptr);
  ASSERT_NE(cost::findTarget(cost::kDefaultTarget), nullptr);
}

TEST(Target, HasAPriceForEachTerm) {
  for (const cost::Target &target : cost::targets())
    for (int term = 0; term < cost::kTerms; ++term) {
      const cost::Price &price = target.prices[term];
      EXPECT_STREQ(price.name, cost::name(static_cast<cost::Term>(term)))
          << target.name;
    }
}

TEST(Target, HasADenseAndASparseFormOfEveryProduct) {
  for (const cost::Target &target : cost::targets())
    for (bool dual : {false, true}) {
      for (ProductForm form : {target.dense(dual), target.sparse(dual)}) {
        EXPECT_TRUE(target.has(form)) << target.name;
        EXPECT_GT(cost::kernelBytes(target, {form, 0, {}}), 0) << target.name;
      }
      EXPECT_TRUE(cost::isDense(target.dense(dual)));
      EXPECT_FALSE(cost::isDense(target.sparse(dual)));
    }
}

TEST(Target, CostsGrowWithProducts) {
  cost::ProductShape small{4, 4, {{0, 1}, {0, 1}}},
      large{8, 4, {{0, 1}, {0, 1}, {0, 1}, {0, 1}}};
  for (const cost::Target &target : cost::targets())
    for (ProductForm form : {target.dense(true), target.sparse(true)}) {
      cost::ProductCost less = cost::productCost(target, small, form),
                        more = cost::productCost(target, large, form);
      EXPECT_LT(less.instructions, more.instructions) << target.name;
      EXPECT_LT(less.tableBytes, more.tableBytes) << target.name;
      EXPECT_GE(less.cycles, less.instructions) << target.name;
    }
}

// Kernels of another core would not compile, or be dead weight.
TEST(Target, HasItsKernelsAlone) {
  for (const cost::Target &target : cost::targets()) {
    codegen::UsedKernels used;
    used.common = {codegen::Kernel::MultiplyHigh, codegen::Kernel::Saturate};
    std::string text = codegen::kernelText(used, "net", target);
    EXPECT_EQ(text.find("smmlar") != text.npos, target.feature == "dsp")
        << target.name;
    EXPECT_NE(text.find("dln_multiply_high"), text.npos) << target.name;
  }
}

} // namespace
