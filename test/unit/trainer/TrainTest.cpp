// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnet-train as a user meets it: a family that can be read back, the same
// bytes for the same seed, and one line for a mistake.
#include "TemporaryFolder.h"
#include "frontend/family/Family.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <sstream>
#include <sys/wait.h>

using namespace dlnet;

namespace {

struct ToolRun {
  int status = -1;
  std::string output, errors;
};

ToolRun runTool(const TemporaryFolder &folder, const std::string &arguments,
                const char *tool = DLNET_TRAIN_TOOL) {
  std::string command = std::string(tool) + " " + arguments + " >" +
                        folder.path("out.txt") + " 2>" + folder.path("err.txt");
  int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, folder.read("out.txt"),
          folder.read("err.txt")};
}

TEST(Train, WritesAFamilyThatCanBeRead) {
  TemporaryFolder folder;
  ToolRun simulate = runTool(folder, "simulate -o " + folder.path("fleet") +
                                         " --batteries 10 --seed 3");
  ASSERT_EQ(simulate.status, 0) << simulate.errors;
  EXPECT_NE(simulate.output.find("simulated"), std::string::npos);

  std::string train = "train --data " + folder.path("fleet") +
                      " --quick --units 4 --block 20 --basis 3 -o ";
  ToolRun once = runTool(folder, train + folder.path("a.safetensors"));
  ASSERT_EQ(once.status, 0) << once.errors;
  EXPECT_NE(once.output.find("validation MAE"), std::string::npos);
  EXPECT_NE(once.output.find("quadratic"), std::string::npos);
  EXPECT_NE(once.output.find("ridge"), std::string::npos);
  ToolRun again = runTool(folder, train + folder.path("b.safetensors"));
  ASSERT_EQ(again.status, 0) << again.errors;
  EXPECT_EQ(folder.read("a.safetensors"), folder.read("b.safetensors"));
  ToolRun other =
      runTool(folder, train + folder.path("c.safetensors --seed 2"));
  ASSERT_EQ(other.status, 0) << other.errors;
  EXPECT_NE(folder.read("a.safetensors"), folder.read("c.safetensors"));

  Result<Family> family = readFamily(folder.path("a.safetensors"));
  ASSERT_TRUE(family) << family.message();
  EXPECT_EQ(family->data.source, "fleet");
  EXPECT_EQ(family->data.train.size(), 6u);
  EXPECT_EQ(family->data.validation.size(), 2u);
  EXPECT_EQ(family->data.test.size(), 2u);
  ASSERT_EQ(family->models.size(), 1u);
  const FamilyModel &model = family->models[0];
  EXPECT_EQ(model.name, "liquid4");
  EXPECT_EQ(model.blocks(), 5);
  EXPECT_EQ(countMacs(model), 5 * 2 * 4 * 8 + 3 * 104);
  EXPECT_EQ(countParameters(model), 2 * 4 * 9 + 3 * 5 + 100 * 4);
  EXPECT_TRUE(model.features.age);
  EXPECT_TRUE(model.measured.at("test").maeFloat);
  EXPECT_LE(model.ranges.state.low, 0);
  EXPECT_GE(model.ranges.state.high, 0);
  EXPECT_LE(model.ranges.state.high, 1);
}

struct Mistake {
  const char *name, *arguments, *expected;
  int status = 1; ///< 2 where the command line is wrong by itself.
};

void PrintTo(const Mistake &mistake, std::ostream *stream) {
  *stream << mistake.name;
}

class TrainMistake : public testing::TestWithParam<Mistake> {};

TEST_P(TrainMistake, IsOneErrorAndAFailure) {
  TemporaryFolder folder;
  folder.write("bad/a.csv", "capacity\n1.1\nnan\n");
  std::string arguments = GetParam().arguments;
  for (size_t at; (at = arguments.find('@')) != std::string::npos;)
    arguments.replace(at, 1, folder.path());
  ToolRun run = runTool(folder, arguments);
  EXPECT_EQ(run.status, GetParam().status);
  // A wrong command line is followed by where to read about it; an error about
  // cells by lines about each, which are indented.
  size_t lines = 0;
  std::istringstream errors(run.errors);
  for (std::string line; std::getline(errors, line);)
    lines += line.rfind("  ", 0) != 0;
  EXPECT_EQ(lines, size_t(GetParam().status)) << run.errors;
  EXPECT_NE(run.errors.find(GetParam().expected), std::string::npos)
      << run.errors;
  EXPECT_EQ(folder.read("f.safetensors"), "");
}

INSTANTIATE_TEST_SUITE_P(
    All, TrainMistake,
    testing::Values(
        Mistake{"NoCells", "train -o @/f.safetensors", "give --data"},
        Mistake{"AbsentFolder", "train --data @/absent -o @/f.safetensors",
                "absent"},
        Mistake{"MalformedCell", "train --data @/bad -o @/f.safetensors",
                "bad: holds no usable battery\n  a: 1 cycles, 200 needed"},
        Mistake{"AbsentOutputFolder",
                "train --simulated --quick -o @/absent/f.safetensors",
                "absent/f.safetensors: cannot be written: No such file"},
        Mistake{"NameOfTheFamily",
                "train --simulated --family NASA-B5 -o @/f.safetensors",
                "such as 'nasa_b5'"},
        Mistake{"CurveInThePlaceOfTheFamily", "train --simulated -o @/f.json",
                "two outputs"},
        Mistake{"Block", "train --simulated --block 7 -o @/f.safetensors",
                "--block", 2},
        Mistake{"Epochs", "train --simulated --epochs -1 -o @/f.safetensors",
                "--epochs", 2},
        Mistake{"FoldOutOfRange",
                "train --simulated --folds 3 --fold 3 -o @/f.safetensors",
                "fold 3 of 3"},
        Mistake{"FoldAlone", "train --simulated --fold 1 -o @/f.safetensors",
                "--folds", 2},
        Mistake{
            "SolverOfAnotherCell",
            "train --simulated --cell cfc --solver fused -o @/f.safetensors",
            "not solved by"},
        Mistake{"AbsentFamily", "recover @/none --simulated -o @/f.safetensors",
                "none"},
        Mistake{"NothingToTrain",
                "recover @/none --simulated --epochs 0 --quantize-epochs 0 "
                "-o @/f.safetensors",
                "nothing to train"},
        Mistake{"MorePruningThanTraining",
                "recover @/none --simulated --epochs 3 --prune 0.5 "
                "--prune-epochs 4 -o @/f.safetensors",
                "--prune-epochs"},
        Mistake{"PruningEpochsOfNothing",
                "recover @/none --simulated --prune-epochs 4 "
                "-o @/f.safetensors",
                "--prune", 2},
        Mistake{"EvaluateWithoutCells", "evaluate @/none", "none"},
        Mistake{"BothSources", "train --simulated --data @ -o @/f.safetensors",
                "--simulated", 2},
        Mistake{"NoSubcommand", "", "subcommand", 2}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(Train, FollowsTeachersThatHaveNotSeenItsJudges) {
  TemporaryFolder folder;
  ASSERT_EQ(runTool(folder, "simulate -o " + folder.path("fleet") +
                                " --batteries 10 --seed 3")
                .status,
            0);
  std::string train = "train --data " + folder.path("fleet") +
                      " --quick --units 2 --block 20 --basis 2 -o ";
  ASSERT_EQ(runTool(folder, train + folder.path("teacher.safetensors")).status,
            0);
  std::string teacher = " --teacher " + folder.path("teacher.safetensors");
  ToolRun taught =
      runTool(folder, train + folder.path("taught.safetensors") + teacher);
  ASSERT_EQ(taught.status, 0) << taught.errors;
  EXPECT_NE(folder.read("taught.safetensors"),
            folder.read("teacher.safetensors"));
  // A share of nothing leaves the data alone to teach.
  ToolRun ignored = runTool(folder, train + folder.path("data.safetensors") +
                                        teacher + " --share 0 --last-share 0");
  ASSERT_EQ(ignored.status, 0) << ignored.errors;
  auto weights = [&](const char *file) {
    return readFamily(folder.path(file))->models[0].tensor("cell.wf").values;
  };
  EXPECT_EQ(weights("data.safetensors"), weights("teacher.safetensors"));
  EXPECT_NE(weights("taught.safetensors"), weights("teacher.safetensors"));
  Result<Family> family = readFamily(folder.path("taught.safetensors"));
  EXPECT_EQ(family->models[0].trained.stages,
            std::vector{TrainingStage::Distilled});

  // Its states may be followed, too, at the cycles where both have some.
  ToolRun followed =
      runTool(folder, "train --data " + folder.path("fleet") +
                          " --quick --units 2 --block 10 --basis 2 "
                          "--trajectory 0.5 -o " +
                          folder.path("followed.safetensors") + teacher);
  EXPECT_EQ(followed.status, 0) << followed.errors;

  ToolRun leaking = runTool(folder, train + folder.path("leak.safetensors") +
                                        teacher + " --split-seed 2");
  EXPECT_NE(leaking.status, 0);
  EXPECT_NE(leaking.errors.find("on which the student is judged"),
            std::string::npos)
      << leaking.errors;
  EXPECT_TRUE(folder.read("leak.safetensors").empty());
}

TEST(Recover, HoldsMasksAndRecordsItsStages) {
  TemporaryFolder folder;
  std::string common = " --simulated --quick -o ";
  ASSERT_EQ(runTool(folder, "train --units 4 --block 20 --basis 2" + common +
                                folder.path("dense.safetensors"))
                .status,
            0);
  ToolRun recovered = runTool(
      folder, "recover " + folder.path("dense.safetensors") + " --prune 0.5" +
                  common + folder.path("pruned.safetensors"));
  ASSERT_EQ(recovered.status, 0) << recovered.errors;
  Result<Family> family = readFamily(folder.path("pruned.safetensors"));
  ASSERT_TRUE(family) << family.message();
  const FamilyModel &model = family->models[0];
  EXPECT_EQ(model.trained.stages,
            (std::vector{TrainingStage::Pruned, TrainingStage::Recovered,
                         TrainingStage::QuantizationAware}));
  // A pruned weight that is not 0 would not have been read back.
  for (const char *key : {"cell.wf", "cell.wa", "readout.w"})
    EXPECT_DOUBLE_EQ(densityOf(model.masks.at(key)), 0.5) << key;
  EXPECT_TRUE(model.measured.at("test").maeInt8);

  ToolRun otherSplit = runTool(
      folder, "recover " + folder.path("dense.safetensors") +
                  " --split-seed 2" + common + folder.path("x.safetensors"));
  EXPECT_EQ(otherSplit.status, 1);
  EXPECT_NE(otherSplit.errors.find("other batteries"), std::string::npos);
  EXPECT_TRUE(folder.read("x.safetensors").empty());
}

#ifdef DLNET_COMPILER
/// Whole units that the compiler pruned stay out through training, and out of
/// what is compiled of it.
TEST(Recover, GoesOnFromWhatTheCompilerPruned) {
  TemporaryFolder folder;
  std::string common = " --simulated --quick -o ";
  ASSERT_EQ(runTool(folder, "train --units 6 --block 20 --basis 2" + common +
                                folder.path("dense.safetensors"))
                .status,
            0);
  ToolRun pruned =
      runTool(folder,
              "prune --units --ratio 0.5 " + folder.path("dense.safetensors") +
                  " -o " + folder.path("pruned.safetensors"),
              DLNET_COMPILER);
  ASSERT_EQ(pruned.status, 0) << pruned.errors;
  Result<Family> before = readFamily(folder.path("pruned.safetensors"));
  ASSERT_TRUE(before) << before.message();
  ASSERT_EQ(before->models.size(), 2u);
  EXPECT_TRUE(before->models[0].masks.empty());
  EXPECT_EQ(before->models[1].name, "liquid6_pruned");
  EXPECT_TRUE(before->models[1].measured.empty());

  ToolRun recovered =
      runTool(folder, "recover --model liquid6_pruned " +
                          folder.path("pruned.safetensors") + common +
                          folder.path("recovered.safetensors"));
  ASSERT_EQ(recovered.status, 0) << recovered.errors;
  Result<Family> after = readFamily(folder.path("recovered.safetensors"));
  ASSERT_TRUE(after) << after.message();
  const FamilyModel &model = after->models[0];
  EXPECT_EQ(model.trained.stages,
            (std::vector{TrainingStage::Pruned, TrainingStage::Recovered,
                         TrainingStage::QuantizationAware}));
  EXPECT_NE(model.tensor("cell.wf").values,
            before->models[1].tensor("cell.wf").values);
  for (const auto &[key, mask] : before->models[1].masks)
    EXPECT_EQ(model.masks.at(key).values, mask.values) << key;
  // The rows of dead units stay 0, and so do their biases.
  const Tensor &inputs = model.masks.at("cell.uf");
  for (size_t unit = 0; unit < 6; ++unit)
    if (inputs.values[unit * size_t(inputs.shape[1])] == 0) {
      EXPECT_EQ(model.tensor("cell.bf").values[unit], 0);
    }

  ToolRun compiled = runTool(
      folder, "compile --emit=int8 " + folder.path("recovered.safetensors"),
      DLNET_COMPILER);
  ASSERT_EQ(compiled.status, 0) << compiled.errors;
  EXPECT_NE(compiled.output.find("tensor<3xi16>"), std::string::npos);
  EXPECT_EQ(compiled.output.find("tensor<6xi16>"), std::string::npos);
}
#endif

TEST(Family, HoldsEveryStudentAndIsTheSameAfterAStop) {
  TemporaryFolder folder;
  ASSERT_EQ(runTool(folder, "simulate -o " + folder.path("fleet") +
                                " --batteries 8 --seed 3")
                .status,
            0);
  std::string family = "family --quick --data " + folder.path("fleet") +
                       " -o " + folder.path("out");
  ToolRun whole = runTool(folder, family);
  ASSERT_EQ(whole.status, 0) << whole.errors;
  EXPECT_NE(whole.output.find("random windows of known batteries"),
            std::string::npos);
  std::string bytes = folder.read("out/soh.safetensors");
  Result<Family> read = readFamily(folder.path("out/soh.safetensors"));
  ASSERT_TRUE(read) << read.message();
  auto count = [&](const std::string &role, bool pruned) {
    return std::count_if(read->models.begin(), read->models.end(),
                         [&](const FamilyModel &model) {
                           return model.role == role &&
                                  model.masks.empty() != pruned;
                         });
  };
  EXPECT_EQ(count("student", false), 13);
  EXPECT_EQ(count("student", true), 13 + 2); // The largest two also further.
  EXPECT_EQ(count("teacher", false), 2);
  for (const char *file : {"report.json", "front.svg", "losses.svg",
                           "horizons.svg", "forecasts.svg"})
    EXPECT_FALSE(folder.read(std::string("out/") + file).empty()) << file;
  EXPECT_NE(folder.read("out/front.svg").find("simulated"), std::string::npos);
  for (const char *stage : {"distilled", "tuned for int8", "pruned",
                            "pruned, recovered", "pruned, recovered, tuned"})
    EXPECT_NE(whole.output.find(fmt::format("liquid22_b5_k4, {} ", stage)),
              std::string::npos)
        << stage;

  // What is there is not done again; what is missing is, to the same end.
  std::filesystem::remove(
      folder.path("out/work/family/liquid16_b5_k4-int8-1.safetensors"));
  std::filesystem::remove(folder.path("out/soh.safetensors"));
  ToolRun again = runTool(folder, family);
  ASSERT_EQ(again.status, 0) << again.errors;
  EXPECT_EQ(folder.read("out/soh.safetensors"), bytes);
}

TEST(Evaluate, PutsBaselinesBesideTheNetworkOnUnseenCells) {
  TemporaryFolder folder;
  ASSERT_EQ(runTool(folder, "simulate -o " + folder.path("fleet") +
                                " --batteries 10 --seed 3")
                .status,
            0);
  std::string data = " --data " + folder.path("fleet");
  ASSERT_EQ(runTool(folder, "train --quick --units 2 --block 20 --basis 2 -o " +
                                folder.path("f.safetensors") + data)
                .status,
            0);
  std::string evaluate = "evaluate " + folder.path("f.safetensors") + data +
                         " --epochs 1 --published --json " +
                         folder.path("figures.json");
  ToolRun run = runTool(folder, evaluate);
  ASSERT_EQ(run.status, 0) << run.errors;
  for (const char *name :
       {"liquid2 ", "liquid2 int8", "persistence", "quadratic", "cubic",
        "ridge", "linear, absolute loss", "MLP", "DLNet block, published",
        "of 2 batteries"})
    EXPECT_NE(run.output.find(name), std::string::npos) << name;
  EXPECT_NE(folder.read("figures.json").find("contenders"), std::string::npos);

  ToolRun paper = runTool(folder, evaluate + " --protocol paper");
  ASSERT_EQ(paper.status, 0) << paper.errors;
  EXPECT_NE(paper.output.find("of 10 batteries"), std::string::npos)
      << paper.output;
  ToolRun unknown = runTool(folder, evaluate + " --model nobody");
  EXPECT_EQ(unknown.status, 1);
  EXPECT_NE(unknown.errors.find("no model 'nobody'"), std::string::npos);
}

} // namespace
