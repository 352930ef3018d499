// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// That a plan is counted as it is printed.
#include "passes/targets/PlanCost.h"

#include <gtest/gtest.h>

using namespace dlnet;
using cost::Term;
using plan::Index;
using Kind = plan::Expr::Kind;

namespace {

cost::PlanCounts countPlan(const plan::Plan &plan) {
  return cost::countPlan(plan, *cost::findTarget("cortex_m4"));
}

int64_t printed(const cost::Counts &counts, Term term) {
  return counts.printed[static_cast<int>(term)];
}
int64_t executed(const cost::Counts &counts, Term term) {
  return counts.executed[static_cast<int>(term)];
}

/// Two arrays in the state, and a table of `rows` entries.
plan::Plan planWithTable(int64_t rows) {
  plan::Plan plan;
  plan.windowSize = 3;
  plan.buffers = {{"s32_0", plan::Type::S32, rows},
                  {"s16_0", plan::Type::S16, rows}};
  plan.vectors = {{plan::Home::State, plan::Type::S32, "s32_0"},
                  {plan::Home::State, plan::Type::S16, "s16_0"},
                  {plan::Home::Table, plan::Type::S16, "bias0",
                   std::vector<int64_t>(rows, 7)}};
  return plan;
}

/// s16_0[i] = saturated s32_0[i] + bias0[i]
plan::Loop saturatingLoop(int64_t rows) {
  Index i{"i"};
  plan::Expr sum =
      plan::apply(Kind::Add, {plan::element(0, i), plan::element(2, i)});
  return {
      "i", 0, rows, 1, {plan::Store{1, i, plan::apply(Kind::Saturate, {sum})}}};
}

TEST(PlanCost, LoopsMultiplyWhatRunsInThem) {
  plan::Plan plan = planWithTable(50);
  plan.body = {plan::Loop{"t0", 0, 20, 1, {saturatingLoop(50)}}};
  cost::Counts counts = countPlan(plan).all;
  EXPECT_EQ(printed(counts, Term::Add), 1);
  for (Term term : {Term::Add, Term::Saturate, Term::Load, Term::Store,
                    Term::TableLoad, Term::LoopStep})
    EXPECT_EQ(executed(counts, term), 20 * 50) << cost::name(term);
  EXPECT_EQ(executed(counts, Term::Loop), 20);
  EXPECT_EQ(executed(counts, Term::OuterLoop), 1);
  EXPECT_EQ(executed(counts, Term::OuterStep), 20);
  EXPECT_EQ(counts.tableBytes, 2 * 50);
  EXPECT_EQ(counts.tableReads(), 20 * 50);
}

TEST(PlanCost, TablesOfShortLoopsAreLiterals) {
  plan::Plan plan = planWithTable(2);
  plan.body = {saturatingLoop(2)};
  cost::Counts counts = countPlan(plan).all;
  EXPECT_EQ(executed(counts, Term::Loop), 0);
  EXPECT_EQ(printed(counts, Term::Add), 2);
  EXPECT_EQ(printed(counts, Term::TableLiteral), 2);
  EXPECT_EQ(counts.tableBytes, 0);
  EXPECT_EQ(plan.tableBytes(), 2 * 2) << "the C has it all the same";
}

TEST(PlanCost, TablesThatLoopsShareCountOnce) {
  plan::Plan plan = planWithTable(50);
  plan.body = {saturatingLoop(50), saturatingLoop(50)};
  EXPECT_EQ(countPlan(plan).all.tableBytes, 2 * 50);
}

TEST(PlanCost, PartsAndTheFrameAreTheWhole) {
  plan::Plan plan = planWithTable(50);
  plan.parts = 2;
  plan.body = {plan::Part{
      0, {plan::Loop{"t0", 0, 20, 1, {plan::Part{1, {saturatingLoop(50)}}}}}}};
  cost::PlanCounts counts = countPlan(plan);
  ASSERT_EQ(counts.parts.size(), 2u);
  EXPECT_EQ(executed(counts.parts[0], Term::Add), 0);
  EXPECT_EQ(executed(counts.parts[0], Term::OuterStep), 20);
  EXPECT_EQ(executed(counts.parts[1], Term::Add), 20 * 50);
  EXPECT_EQ(executed(counts.all, Term::Add), 20 * 50);
  EXPECT_EQ(executed(counts.all, Term::WindowElement), 3);
}

TEST(PlanCost, KernelsThatProductsShareCountOnce) {
  plan::Plan plan = planWithTable(50);
  plan::Call call{"matvec_dual_row", {2, 1, 0}, {1, 1}, ""};
  call.product = plan::Product{0, false, 4, 2, std::vector<int64_t>(8, 1)};
  plan.body = {call};
  cost::Counts once = countPlan(plan).all;
  plan.body = {call, call};
  cost::Counts twice = countPlan(plan).all;
  EXPECT_GT(once.kernelBytes, 0);
  EXPECT_EQ(twice.kernelBytes, once.kernelBytes);
  EXPECT_EQ(twice.tableBytes, once.tableBytes);
  EXPECT_EQ(twice.kernelInstructions, 2 * once.kernelInstructions);
  EXPECT_EQ(executed(twice, Term::DualRow), 2);
}

TEST(PlanCost, TheStateIsWholeWords) {
  plan::Plan plan = planWithTable(3);
  // The count of what was pushed, 3 of 4 bytes, 3 of 2, and the window.
  EXPECT_EQ(plan.stateBytes(), 4 + 12 + 6 + 6);
  plan.readsAge = true;
  EXPECT_EQ(plan.stateBytes(), 32);
}

TEST(PlanCost, NothingSavesByBeingThere) {
  for (const cost::Target &target : cost::targets())
    for (const cost::Price &price : target.prices) {
      EXPECT_GE(price.flash, 0) << target.name << " " << price.name;
      EXPECT_GE(price.stack, 0) << target.name << " " << price.name;
      EXPECT_GE(price.instructions, 0) << target.name << " " << price.name;
      EXPECT_GE(price.cycles, 0) << target.name << " " << price.name;
    }
}

} // namespace
