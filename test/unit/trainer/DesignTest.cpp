// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The networks of a family are data, and data is checked before hours of work
// follow from it.
#include "trainer/family/Plan.h"
#include "trainer/tasks/battery_soh/BatteryPlan.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <set>

using namespace dlnet;
using nlohmann::json;

namespace {

/// The message of reading the shipped plan after an edit.
std::string messageAfter(const std::function<void(json &)> &edit) {
  json plan = json::parse(kBatteryPlan);
  edit(plan);
  Result<FamilyDesign> design = readDesign(plan.dump());
  return design ? "" : design.message();
}

TEST(Design, ReadsTheShippedPlan) {
  Result<FamilyDesign> design = readDesign(kBatteryPlan);
  ASSERT_TRUE(design) << design.message();
  EXPECT_EQ(design->teachers.size(), 4u);
  EXPECT_EQ(design->students.size(), 13u);
  EXPECT_EQ(design->students.front().name(), "liquid22_b10_k4");
  EXPECT_EQ(design->students[4].name(), "liquid16_b10_k4_s2");
  EXPECT_EQ(design->upTo2000().name(), "liquid22_b5_k4");
  EXPECT_EQ(design->upTo500().name(), "liquid7_b5_k2");
  EXPECT_EQ(design->pruned(Variant::Pruned), 0.5);
  EXPECT_TRUE(design->has(Variant::DeepPruned, design->students[12]));
  EXPECT_FALSE(design->has(Variant::DeepPruned, design->students[0]));
  EXPECT_FALSE(design->has(Variant::Teacher, design->students[0]));
}

TEST(Design, JobsFollowTheStages) {
  Result<FamilyDesign> design = readDesign(kBatteryPlan);
  ASSERT_TRUE(design);
  PlanOptions options;
  options.program = "dlnet-train";
  options.data = {"--simulated"};
  options.directory = "work";
  Plan plan = makePlan(options, *design);
  // Per fold the ensemble; 13 students of 3 stages, two of one more, two of
  // three more; and in four further folds two students of three stages.
  EXPECT_EQ(plan.jobs.size(),
            5u * 4 + 3 * (13 * 3 + 2 + 2 * 3) + 4 * 3 * 2 * 3);
  std::set<std::string> outputs;
  for (const PlannedJob &job : plan.jobs) {
    EXPECT_TRUE(outputs.insert(job.job.output).second) << job.job.output;
    for (size_t before : job.job.after)
      EXPECT_TRUE(std::count(job.job.command.begin(), job.job.command.end(),
                             plan.jobs[before].job.output))
          << job.job.name;
  }
  const PlannedJob &deep =
      *plan.find(Variant::DeepPruned, "liquid48_b5_k4", 0).front();
  EXPECT_EQ(deep.job.command[1], "recover");
  auto prune =
      std::find(deep.job.command.begin(), deep.job.command.end(), "--prune");
  ASSERT_NE(prune, deep.job.command.end());
  EXPECT_EQ(*(prune + 1), "0.65");
  EXPECT_TRUE(plan.find(Variant::DeepPruned, "liquid48_b5_k4", 1).empty());

  options.familyOnly = options.quick = true;
  Plan quick = makePlan(options, *design);
  EXPECT_EQ(quick.find(Variant::Teacher, "", 0).size(), 2u);
  EXPECT_TRUE(quick.find(Variant::Output, "", 1).empty());
}

TEST(Design, NamesWhatIsWrong) {
  EXPECT_EQ(readDesign("{").message(), "is no JSON");
  struct Case {
    std::function<void(json &)> edit;
    const char *message;
  };
  const Case cases[] = {
      {[](json &plan) { plan = 3; }, "plan: expected an object, found 3"},
      {[](json &plan) { plan["more"] = 1; }, "plan: unexpected key \"more\""},
      {[](json &plan) { plan["students"][2]["units"] = 0; },
       "plan.students[2].units: expected an integer in [1, 1024], found 0"},
      {[](json &plan) { plan["students"][0]["block"] = 3; },
       "plan.students[0].block: expected a divisor of 100, found 3"},
      {[](json &plan) { plan["students"][1] = plan["students"][0]; },
       "plan.students: liquid22_b10_k4 stands there twice"},
      {[](json &plan) { plan["up_to_500_parameters"] = "liquid1_b1_k1"; },
       "plan.up_to_500_parameters: expected the name of a student, such as "
       "liquid16_b10_k4, found \"liquid1_b1_k1\""},
      {[](json &plan) { plan["teachers"]["members"][0]["seed"] = 7; },
       "plan.teachers.members[0].seed: expected a seed of its own above 100, "
       "found "
       "7"},
      {[](json &plan) { plan["teachers"]["members"][1]["seed"] = 101; },
       "plan.teachers.members[1].seed: expected a seed of its own above 100, "
       "found "
       "101"},
      {[](json &plan) { plan["teachers"]["quick"] = 5; },
       "plan.teachers.quick: expected an integer in [1, 4], found 5"},
      {[](json &plan) { plan["stages"][0]["stage"] = "teacher"; },
       "plan.stages[0].stage: expected one of alone, distilled, trajectory, "
       "int8, "
       "recovered, pruned, deep_pruned, found \"teacher\""},
      {[](json &plan) { plan["stages"][1] = plan["stages"][0]; },
       "plan.stages[1].stage: alone stands there twice"},
      {[](json &plan) { plan["stages"][0]["students"] = "some"; },
       "plan.stages[0].students: expected all, representative or an array of "
       "names, "
       "found \"some\""},
      {[](json &plan) { plan["stages"][0]["arguments"][0] = "a\nb"; },
       "plan.stages[0].arguments: expected lines of text, found \"a\\nb\""},
      {[](json &plan) { plan["stages"][0]["folds"] = 1; },
       "plan.stages[0].folds: expected true or false, found 1"},
      {[](json &plan) { plan["stages"][3]["from"] = "pruned"; },
       "plan.stages[3].from: int8 goes on from pruned, which must stand before "
       "it, "
       "for liquid22_b10_k4 too, and outside of the folds"},
      {[](json &plan) { plan["stages"][4]["prune"] = 1.5; },
       "plan.stages[4].prune: expected a number in [0.01, 0.99], found 1.5"},
      {[](json &plan) { plan["stages"][2]["prune"] = 0.5; },
       "plan.stages[2].prune: only what goes on from another stage is pruned"},
      {[](json &plan) { plan["stages"].erase(6); },
       "plan.stages: the report needs recovered of representative students, on "
       "the "
       "family's split, from another stage, pruned"},
      {[](json &plan) { plan["stages"][2]["students"] = "representative"; },
       "plan.stages[3].from: int8 goes on from distilled, which must stand "
       "before "
       "it, for liquid22_b10_k4 too, and outside of the folds"},
      {[](json &plan) { plan["stages"][0]["students"] = {"liquid7_b5_k2"}; },
       "plan.stages: the report needs alone of representative students, in "
       "folds, "
       "trained anew"},
  };
  for (const Case &each : cases)
    EXPECT_EQ(messageAfter(each.edit), each.message);
  // The only stage that a family may do without.
  EXPECT_EQ(messageAfter([](json &plan) { plan["stages"].erase(5); }), "");
}

} // namespace
